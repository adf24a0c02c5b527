"""Memory, start, reload, added latency: one figure each."""

import statistics
import threading
import time
from dataclasses import dataclass

from . import load, scale
from .crossgate import APP, Crossgate
from .processes import resident_kib

TLS_CONNECTIONS = 2_000


@dataclass(frozen=True)
class Figure:
    what: str
    value: float
    unit: str
    most: float
    note: str = ""

    def met(self):
        return self.value <= self.most


def figures(world, rounds, seconds, say):
    """All but the memory of a session, which comes with the large world."""
    for measure in (memory, start, reload, lambda world: latency(world, rounds, seconds)):
        for figure in measure(world):
            say(f"{figure.what}: {figure.value:.1f} {figure.unit} (at most {figure.most})")
            yield figure


def of_session(kib):
    return Figure("memory for a session", kib, "KiB", 1, f"{scale.IN_USE:,} of them, each at an application of its own: the session and its verified token")


def memory(world):
    gate = Crossgate(world.folder / "idle", world.processes, world.workers, world.upstream, world.certificate).start()
    cookie = gate.browser().open(APP)
    gate.restart()
    time.sleep(1)
    yield Figure("memory, idle", resident_kib(gate.pid) / 1024, "MiB", 20)
    request = load.Request(gate.tls, "/1k", headers={"Cookie": cookie}, scheme="https")
    for protocol, arguments in (("HTTP/1.1", ["--h1"]), ("HTTP/2", [])):
        gate.restart()
        load.h2load(request, ["-c1", "-n1", *arguments])
        before = resident_kib(gate.pid)
        held = hold(gate, request, arguments)
        yield Figure(f"memory for an idle keep-alive TLS connection, {protocol}", (held - before) / TLS_CONNECTIONS, "KiB", 40,
                     f"{TLS_CONNECTIONS:,} connections, each after a request")
    gate.stop()


def hold(gate, request, arguments):
    """What the gateway holds while so many connections are idle after a request each."""
    held = []

    def look():
        time.sleep(8)
        held.append(resident_kib(gate.pid))

    looking = threading.Thread(target=look)
    looking.start()
    # A request every 20 seconds on each: the first, and then nothing before this ends.
    done = load.h2load(request, [f"-c{TLS_CONNECTIONS}", "-D10", "--rps=0.05", *arguments])
    looking.join()
    if done.requests < TLS_CONNECTIONS:
        raise load.Failed(f"of {TLS_CONNECTIONS} connections {done.requests} had an answer")
    return held[0]


def start(world):
    gate = Crossgate(world.folder / "start", world.processes, world.workers, world.upstream,
                     applications=scale.applications(1_000, 100), policies=scale.policies(100)).start()
    times = []
    for _ in range(5):
        gate.stop()
        before = time.monotonic()
        gate.start()
        times.append((time.monotonic() - before) * 1000)
    gate.stop()
    yield Figure("start with 1,000 applications", statistics.median(times), "ms", 100, "until a request is answered; median of 5")


def reload(world):
    gate = Crossgate(world.folder / "reload", world.processes, world.workers, world.upstream,
                     applications=scale.applications(10_000, 100), policies=scale.policies(100)).start()
    request = load.Request(gate.port, "/1k", headers={"Cookie": gate.browser().open(APP)})
    done = []
    # Ends the run if a single request fails.
    loading = threading.Thread(target=lambda: done.append(load.steady(request, 8, 2_000)))
    loading.start()
    time.sleep(2)
    generation, before = gate.metric("crossgate_config_generation"), time.monotonic()
    gate.reload()
    while gate.metric("crossgate_config_generation") == generation:
        time.sleep(0.005)
    took = (time.monotonic() - before) * 1000
    loading.join()
    gate.stop()
    if not done:
        raise load.Failed("a request was dropped while the config was reloaded")
    yield Figure("reload of 10,000 applications", took, "ms", 500, f"under 2,000 requests a second, {done[0].requests:,} in all, none dropped")


def latency(world, rounds, seconds):
    """Beside asking the upstream directly at the same rate, half of what the gateway can do."""
    direct = load.Request(world.upstream, "/1k")
    ours = load.Request(world.gate.port, "/1k", headers={"Cookie": world.cookie})
    nginx = load.Request(world.servers["nginx"].ports["plain"], "/1k")
    rate = load.saturate(ours, seconds).rate / 2
    asked = {"direct": direct, "nginx": nginx, "crossgate": ours}
    added = {"nginx": [], "crossgate": []}
    for _ in range(rounds):
        found = {name: load.steady(request, seconds, rate).latencies for name, request in asked.items()}
        for name, all_added in added.items():
            all_added.append([percentile(found[name], share) - percentile(found["direct"], share) for share in (0.5, 0.99)])
    median, p99 = ({name: statistics.median(each[which] for each in all_added) for name, all_added in added.items()} for which in (0, 1))
    yield Figure("added latency at half of saturation, p99", p99["crossgate"], "µs", 300,
                 f"median {median['crossgate']:,.0f} µs; nginx {p99['nginx']:,.0f} and {median['nginx']:,.0f} µs; {rate:,.0f} requests a second")


def percentile(times, share):
    return times[min(len(times) - 1, int(len(times) * share))]
