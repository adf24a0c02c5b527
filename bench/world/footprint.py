"""Memory, start, reload: one figure each."""

import statistics
import threading
import time

from . import load, scale
from .crossgate import APP, Crossgate
from .figure import Figure
from .processes import resident_kib

TLS_CONNECTIONS = 2_000


def figures(world):
    """All but the memory of a session, which comes with the large world."""
    for measure in (memory, start, reload):
        yield from measure(world)


def of_session(kib):
    return Figure("memory for a session", kib, "KiB", 1, f"of another {scale.IN_USE:,}: the sign-in, the session and its verified token")


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
