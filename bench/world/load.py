"""Load on a server: wrk where it is to be saturated, the bench's own tool where the rate is given, h2load for HTTP/2 and exact counts."""

import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .binaries import tool

CONNECTIONS = 64


class Failed(Exception):
    """A work cannot be measured."""


@dataclass(frozen=True)
class Request:
    """What is asked of a server, over and over."""

    port: int
    path: str
    host: str = "app.bench.localhost"
    headers: dict = field(default_factory=dict)
    scheme: str = "http"
    method: str = "GET"
    status: int = 200
    script: Path | None = None  # of wrk, in place of method and headers

    def lines(self):
        return {"Host": f"{self.host}:{self.port}", "Accept": "*/*", **self.headers}


@dataclass(frozen=True)
class Done:
    requests: int
    rate: float
    latencies: tuple = ()  # microseconds


def saturate(request, seconds):
    """As many HTTP/1.1 requests as the server answers, on 64 keep-alive connections."""
    script = request.script
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as own:
        if script is None and request.method != "GET":
            own.write(f'wrk.method = "{request.method}"\n')
            own.flush()
            script = own.name
        command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s"]
        command += ["-s", str(script)] if script else []
        for name, value in request.lines().items():
            command += ["-H", f"{name}: {value}"]
        text = run([*command, f"{request.scheme}://127.0.0.1:{request.port}{request.path}"])
    done = int(re.search(r"(\d+) requests in", text)[1])
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    errors = (int(failed[1]) if failed else 0) + (sum(map(int, sockets.groups())) if sockets else 0)
    if errors or not done:
        raise Failed(f"{errors} of {done} requests failed: {request}\n{text}")
    return Done(done, float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]))


def steady(request, seconds, rate, connections=CONNECTIONS):
    """`rate` HTTP/1.1 requests a second, spread over time, with the time that each took."""
    head = f"{request.method} {request.path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in request.lines().items())
    arguments = [request.port, rate, connections, seconds, request.status]
    text = run([str(tool("crossgate-bench-steady")), *map(str, arguments)], input=head + "\r\n")
    times = sorted(map(int, text.split()))
    if len(times) < 0.98 * rate * seconds:
        raise Failed(f"{len(times)} instead of {rate * seconds:.0f} requests: {request}")
    return Done(len(times), len(times) / seconds, tuple(times))


def h2load(request, arguments):
    """h2load with arguments of one's own: HTTP/1.1 for http, HTTP/2 for https. Fails unless every request is answered as expected."""
    threads = 1 if "-c1" in arguments else 2
    command = ["h2load", f"-t{threads}", f"--connect-to=127.0.0.1:{request.port}", *arguments]
    command += ["--h1"] if request.scheme == "http" else []
    command += ["-H", f":method: {request.method}"] if request.method != "GET" else []
    for name, value in request.lines().items():
        command += [] if name == "Host" else ["-H", f"{name.lower()}: {value}"]
    text = run([*command, f"{request.scheme}://{request.host}:{request.port}{request.path}"])
    counts = re.search(r"requests: (\d+) total, (\d+) started, (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", text)
    statuses = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", text)
    if not counts or not statuses:
        raise Failed(f"h2load failed: {request}\n{text}")
    done = int(counts[3])
    expected = int(statuses[request.status // 100 - 1])
    failed = int(counts[5]) - (expected if request.status >= 400 else 0)
    if not done or expected < done or failed + int(counts[6]) + int(counts[7]):
        raise Failed(f"of {done} requests {expected} were answered as expected: {request}\n{text}")
    return Done(done, float(re.search(r"([\d.]+) req/s", text)[1]))


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
