"""User instructions (valgrind) and system calls (strace) of a request: figures that a busy machine does not blur.

One worker; few connections for the instructions, because what many do to memory pools varies from run to run, and 64 for the system calls, as
in the measurement at saturation. What is counted is the difference between a load of requests and one of
twice as many, so that start, handshakes and the tools' own ways cancel out."""

import csv
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import load, nginx
from .credentials import certificate
from .crossgate import APP, Crossgate
from .load import Request
from .processes import Processes
from .works import NAVIGATION, Preflight

FEW, CONNECTIONS = 2_000, 8
FILE = Path(__file__).resolve().parents[1] / "instructions.csv"
FIELDS = ["work", "instructions", "system_calls", "nginx_instructions", "nginx_system_calls"]
GROWTH = 1.05
CALLGRIND = ["valgrind", "--tool=callgrind"]


def count(folder, processes, say, with_nginx=True):
    """A row for each work."""
    folder.chmod(0o755)
    upstream, tls = nginx.upstream(folder, processes, 1), certificate(folder)
    gate = Crossgate(folder / "gate", processes, 1, upstream, tls).start()
    cookie = gate.browser().open(APP)
    requests = works(gate.port, gate.tls, cookie)
    gate.stop()
    start = lambda *wrapper: gate.start(*wrapper, seconds=300).pid
    rows = [{"work": work} for work in requests]
    fill(rows, "instructions", instructions(start, processes, gate.folder, requests))
    fill(rows, "system_calls", system_calls(start, processes, requests))
    if with_nginx:
        start, requests = beside(folder, processes, upstream, tls, cookie)
        fill(rows, "nginx_instructions", instructions(start, processes, folder, requests))
        fill(rows, "nginx_system_calls", system_calls(start, processes, requests))
    for row in rows:
        say(", ".join(f"{name} {row[name]}" for name in FIELDS if name in row))
    return rows


def works(port, tls, cookie):
    signed_in = {"Cookie": cookie}
    return {
        "authenticated GET": Request(port, "/1k", headers=signed_in),
        "authenticated GET, TLS, HTTP/2": Request(tls, "/1k", headers=signed_in, scheme="https"),
        "preflight": Request(port, "/preflight", headers=Preflight().lines(), method="OPTIONS"),
        "login redirect": Request(port, "/1k", headers=NAVIGATION, status=302),
    }


def beside(folder, processes, upstream, tls, cookie):
    """nginx in one process, as a plain proxy; a way to start it, and the same works."""
    plain, secure = nginx.free_port(), nginx.free_port()

    def start(*wrapper):
        pid = nginx.run(folder, processes, "counted", 1, nginx.servers(folder, upstream, tls, plain, secure, nginx.free_port()),
                        main="master_process off;", wrapper=wrapper)
        processes.wait_for(pid, plain, secure)
        return pid

    return start, {work: request for work, request in works(plain, secure, cookie).items() if request.status == 200}


def instructions(start, processes, folder, requests):
    pid = start(*CALLGRIND, f"--callgrind-out-file={folder}/callgrind.%p", "--instr-atstart=no")
    control("--instr=on", pid)
    counts = {}
    for work, request in requests.items():
        send(request, FEW // 4, CONNECTIONS)
        totals = []
        for many in (FEW, 2 * FEW):
            dump(pid, folder)
            send(request, many, CONNECTIONS)
            totals.append(dump(pid, folder)[0])
        counts[work] = round((totals[1] - totals[0]) / FEW)
    processes.stop(pid)
    return counts


def system_calls(start, processes, requests):
    pid = start()
    counts = {}
    for work, request in requests.items():
        send(request, FEW // 4)
        totals = [traced(pid, lambda many=many: send(request, many)) for many in (FEW, 2 * FEW)]
        counts[work] = round((totals[1] - totals[0]) / FEW, 2)
    processes.stop(pid)
    return counts


def send(request, many, connections=load.CONNECTIONS):
    load.h2load(request, [f"-c{connections}", "-m1", f"-n{many}"])


def control(argument, pid):
    subprocess.run(["callgrind_control", argument, str(pid)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def dump(pid, folder):
    """Instructions since the last dump, and the file that tells where they went."""
    before = set(folder.glob("callgrind.*"))
    control("--dump", pid)
    for _ in range(500):
        for file in set(folder.glob("callgrind.*")) - before:
            found = re.search(r"(?m)^(?:totals|summary): (\d+)", file.read_text())
            if found:
                return int(found[1]), file
        time.sleep(0.02)
    sys.exit("callgrind dumped nothing")


def traced(pid, work):
    """System calls of all threads while `work` is done."""
    with tempfile.NamedTemporaryFile("r") as out:
        strace = subprocess.Popen(["strace", "-f", "-c", "-U", "calls", "-o", out.name, "-p", str(pid)], stderr=subprocess.PIPE)
        strace.stderr.readline()  # attached
        work()
        strace.send_signal(signal.SIGINT)
        strace.communicate(timeout=30)
        return int(out.read().split()[-2])


def fill(rows, name, counts):
    for row in rows:
        if row["work"] in counts:
            row[name] = counts[row["work"]]


def committed():
    with open(FILE, newline="") as file:
        return {row["work"]: row for row in csv.DictReader(file)}


def commit(rows):
    with open(FILE, "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def grown(rows):
    """What takes over five in a hundred more than the committed figures, a line each."""
    known = committed()
    for row in rows:
        was = known.get(row["work"])
        if was is None:
            yield f"{row['work']}: no committed figure"
            continue
        if row["instructions"] > int(was["instructions"]) * GROWTH:
            yield f"{row['work']}: {row['instructions']} instructions a request, {was['instructions']} are committed"
