"""What a server adds to the time that the upstream takes by itself."""

import os
import statistics
from contextlib import contextmanager
from dataclasses import dataclass

from . import load, nginx
from .crossgate import APP, Crossgate
from .figure import Figure


@dataclass(frozen=True)
class Processors:
    """Servers have half of the processors for themselves, as on machines of their own; what asks them, and what they ask, has the others."""

    servers: tuple
    others: tuple

    @classmethod
    def of_this_machine(cls):
        every = sorted(os.sched_getaffinity(0))
        half = len(every) // 2
        # A single one is everybody's.
        return cls(tuple(every[:half] or every), tuple(every[half:]))


def latency(world, rounds, seconds):
    """Beside asking the upstream directly at the same rate, half of what the gateway can do."""
    processors = Processors.of_this_machine()
    folder, workers = world.folder / "latency", len(processors.servers)
    folder.mkdir()
    folder.chmod(0o755)
    upstream = nginx.upstream(folder, world.processes, len(processors.others), pinned_to(processors.others))
    gate = Crossgate(folder / "gate", world.processes, workers, upstream).start(*pinned_to(processors.servers))
    plain = nginx.proxy(folder, world.processes, workers, upstream, world.certificate, pinned_to(processors.servers))
    cookie = gate.browser().open(APP)
    ports = {"direct": upstream, "nginx": plain.ports["plain"], "crossgate": gate.port}
    asked = {name: load.Request(port, "/1k", headers={"Cookie": cookie}) for name, port in ports.items()}
    added = {"nginx": [], "crossgate": []}
    with running_on(processors.others):
        rate = load.saturate(asked["crossgate"], seconds).rate / 2
        for _ in range(rounds):
            found = {name: load.steady(request, seconds, rate).latencies for name, request in asked.items()}
            for name, all_added in added.items():
                all_added.append([percentile(found[name], share) - percentile(found["direct"], share) for share in (0.5, 0.99)])
    gate.stop()
    world.processes.stop(plain.pid)
    median, p99 = ({name: statistics.median(each[which] for each in all_added) for name, all_added in added.items()} for which in (0, 1))
    return Figure("added latency at half of saturation, p99", p99["crossgate"], "µs", 300,
                 f"median {median['crossgate']:,.0f} µs; nginx {p99['nginx']:,.0f} and {median['nginx']:,.0f} µs; {rate:,.0f} requests a second; "
                 f"each server on processors of its own, {workers} of {workers + len(processors.others)}")


def pinned_to(processors):
    return ("taskset", "--cpu-list", ",".join(map(str, processors)))


@contextmanager
def running_on(processors):
    """Whatever the bench starts in it runs there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def percentile(times, share):
    """Of sorted times."""
    return times[min(len(times) - 1, int(len(times) * share))]
