"""Servers of a run: started, waited for, measured, ended with it."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(frozen=True)
class Server:
    """A server that runs: its process, and its ports by what it does there."""

    pid: int
    ports: dict


class Processes:
    """Whatever is started here ends with the `with` block, however that ends."""

    def __init__(self):
        self.running = {}

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
        return self

    def __exit__(self, *_):
        for pid in list(self.running):
            self.stop(pid)

    def start(self, *command, cwd, log, env=None):
        """Starts a server; its output goes to `log`, its errors to `log`.err. Returns its process id."""
        with open(log, "wb") as out, open(f"{log}.err", "wb") as errors:
            environment = {**os.environ, **(env or {})}
            process = subprocess.Popen([str(part) for part in command], cwd=cwd, stdout=out, stderr=errors, env=environment)
        self.running[process.pid] = (process, log)
        return process.pid

    def stop(self, pid):
        process, _ = self.running.pop(pid)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            for each in [pid, *descendants(pid)]:
                os.kill(each, signal.SIGKILL)
            process.wait()

    def wait_for(self, pid, *ports, seconds=60):
        """Until all ports answer."""
        process, log = self.running[pid]
        deadline = time.monotonic() + seconds
        for port in ports:
            while not answers(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{process.args[0]} does not listen on port {port}:\n{Path(f'{log}.err').read_text()}")
                time.sleep(0.01)


handed_out = set()


def free_port():
    """One that nobody has, and nobody who asked before was given."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in handed_out:
            handed_out.add(port)
            return port


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def cpu_seconds(pid):
    """User and system time of a process, of all its threads, those that ended too, and of its children of today."""
    return sum(time.clock_gettime(cpu_clock(process)) for process in [pid, *descendants(pid)])


def cpu_clock(pid):
    """The clock of a process's CPU time (clock_getcpuclockid): what /proc/PID/stat tells, in nanoseconds in place of ticks."""
    return (~pid << 3) | 2


def resident_kib(pid):
    """Memory that a process and its children hold, shared pages counted once for each."""
    return sum(int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_KIB for process in [pid, *descendants(pid)])


def descendants(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *descendants(child)]
    return found
