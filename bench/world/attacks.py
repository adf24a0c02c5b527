"""What is left for honest visitors while a server is attacked: their p99, at Crossgate and at nginx under the same attack."""

import re
import resource
import socket
import statistics
import subprocess
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from . import load, nginx
from .binaries import tool
from .crossgate import APP, LOGIN, Crossgate
from .latency import percentile
from .processes import cpu_seconds, free_port
from .rounds import backwards_if_odd

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "abuse.md"
MARKED = re.compile(r"(<!-- bench-attacks -->\n).*?(<!-- /bench-attacks -->)", re.S)

MOST = 3  # times nginx's p99
REFUSALS = {"body-timeout", "head-timeout", "head-too-large", "too-many-sign-ins", "too-many-web-sockets", "upstream-overloaded"}
SECONDS, RATE = 3, 100
QUIET = "none"


@dataclass(frozen=True)
class Attack:
    """`kind` is the attacker's own name for it (bench/attacks); `text` makes what it says over HTTP/1.1, of the lines of a request's head."""

    title: str
    kind: str
    text: str = ""
    signed_in: bool = False


REQUEST = "GET {path} HTTP/1.1\r\n{lines}\r\n"
UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

ATTACKS = {
    QUIET: Attack("no attack", ""),
    "rapid-reset": Attack("rapid reset: 16,000 streams a second on 16 connections", "rapid-reset"),
    "made-you-reset": Attack("streams that the server is made to reset, as many", "made-you-reset"),
    "continuation": Attack("heads that never end: 64,000 CONTINUATION frames a second", "continuation"),
    "ping-settings": Attack("PING and SETTINGS, 32,000 a second of each", "ping-settings"),
    "hpack-bomb": Attack("HPACK bombs, 640 a second: 16 KiB that unfold into 40 MB", "hpack-bomb"),
    "large-heads": Attack("heads of a megabyte over HTTP/1.1, 16 connections", "large-heads", "GET / HTTP/1.1\r\n{lines}"),
    "slow-heads": Attack("heads byte by byte, 2,000 connections", "trickle", "GET / HTTP/1.1\r\n{lines}x: "),
    "slow-bodies": Attack("bodies byte by byte, 2,000 connections, signed in", "trickle",
                          "POST /upload HTTP/1.1\r\n{lines}Content-Length: 1000000\r\n\r\n", True),
    "slow-readers": Attack("1 MiB that is not read, 500 connections, signed in", "no-reading", REQUEST.replace("{path}", "/1m"), True),
    "upgrades": Attack("upgrades that nobody agrees to, 1,000 connections, signed in", "waiting",
                       "GET /silent HTTP/1.1\r\n{lines}" + UPGRADE + "\r\n", True),
    "handshakes": Attack("TLS handshakes that are not ended, 640 a second", "handshakes"),
    "idle": Attack("10,000 idle connections", "idle"),
    "sign-ins": Attack("sign-in pages, 640 a second; nginx: as many plain requests", "requests", REQUEST),
}


@dataclass(frozen=True)
class Besieged:
    """One server in one round: what honest visitors saw, and what became of the attacker's connections."""

    attack: str
    server: str
    round: int
    requests: int
    p99_us: int
    cpu_s: float  # of the server, while it was attacked
    opened: int
    ended: int
    counted: str  # what Crossgate says it ended or refused, and how often


@dataclass(frozen=True)
class Target:
    name: str
    pid: int
    plain: int
    tls: int
    cookie: str
    sign_in: tuple  # host and path
    counts: object  # asks for what was ended and refused so far

    def lines(self, host, signed_in):
        cookie = f"Cookie: {self.cookie}\r\nOrigin: http://{host}:{self.plain}\r\n" if signed_in and self.cookie else ""
        return f"Host: {host}:{self.plain}\r\n{cookie}"

    def text(self, attack):
        host, path = self.sign_in if attack.kind == "requests" else (APP, "/1k")
        return attack.text.replace("{path}", path).replace("{lines}", self.lines(host, attack.signed_in))

    def honest(self):
        return load.Request(self.plain, "/1k", headers={"Cookie": self.cookie} if self.cookie else {})


def measure(world, rounds, say):
    """Interleaved: every attack is made on both, and who goes first changes from round to round."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as silent:
        targets = start(world, silent.getsockname()[1])
        found = []
        for number in range(rounds):
            for name, attack in ATTACKS.items():
                for target in backwards_if_odd(number, targets):
                    found.append(besiege(name, attack, target, number + 1))
                    say(f"{name:15} {number + 1}  {target.name:10} p99 {found[-1].p99_us / 1000:8.2f} ms  "
                        f"{found[-1].cpu_s:5.2f} s CPU  {found[-1].ended} of {found[-1].opened} connections ended  {found[-1].counted}")
    return found


def start(world, silent):
    """A gateway and an nginx of their own, with an upstream that says nothing beside the usual one."""
    gate = Crossgate(world.folder / "besieged", world.processes, world.workers, world.upstream, world.certificate)
    services = [("/silent", silent), (None, world.upstream)]
    gate.settings["ingress"] = [{"hostname": "*.bench.localhost", "service": f"http://127.0.0.1:{port}", **({"path": path} if path else {})}
                                for path, port in services]
    gate.write()
    gate.start()
    plain, tls = free_port(), free_port()
    locations = f"""
        location / {{ {nginx.PROXY} }}
        location = /silent {{ proxy_pass http://127.0.0.1:{silent}; proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }}"""
    pid = nginx.run(world.folder, world.processes, "besieged", world.workers, f"""
        upstream up {{ server 127.0.0.1:{world.upstream}; keepalive 128; }}
        access_log {world.folder}/besieged.access.log;
        server {{ listen 127.0.0.1:{plain} reuseport; {locations} }}
        server {{
            listen 127.0.0.1:{tls} ssl http2 reuseport; ssl_protocols TLSv1.3;
            ssl_certificate {world.certificate.chain}; ssl_certificate_key {world.certificate.key};
            {locations}
        }}""")
    world.processes.wait_for(pid, plain, tls)
    login = (LOGIN, f"/cdn-cgi/access/login/{APP}")
    return [Target("nginx", pid, plain, tls, "", (APP, "/1k"), Counter),
            Target("crossgate", gate.pid, gate.port, gate.tls, gate.browser().open(APP), login, lambda: counts(gate))]


def besiege(name, attack, target, number):
    if name == QUIET:
        return Besieged(name, target.name, number, *honest(target), 0, 0, "")
    before = target.counts()
    command = ["nice", "-n", "10", tool("crossgate-bench-attacks"), attack.kind, target.plain, target.tls, SECONDS + 0.3]
    with subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as attacker:
        attacker.stdin.write(target.text(attack))
        attacker.stdin.close()
        if attacker.stdout.readline().strip() != "ready":
            raise load.Failed(f"{name}: the attacker failed")
        seen = honest(target)
        opened, ended = map(int, attacker.stdout.readline().split())
    text = ", ".join(f"{count} {reason}" for reason, count in (target.counts() - before).items())
    return Besieged(name, target.name, number, *seen, opened, ended, text)


def honest(target):
    """How many requests of honest visitors were answered, their p99 in microseconds, and what the server spent meanwhile, in seconds."""
    before = cpu_seconds(target.pid)
    done = load.steady(target.honest(), SECONDS, RATE, connections=4)
    return done.requests, percentile(done.latencies, 0.99), cpu_seconds(target.pid) - before


def counts(gate):
    """How many connections were cut, and requests refused for what attackers do, by reason."""
    with urllib.request.urlopen(f"http://127.0.0.1:{gate.admin}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    found = Counter()
    for metric, reason, count in re.findall(r'crossgate_(connections_cut|decisions)_total\{.*reason="([^"]+)"\} (\d+)', text):
        if metric == "connections_cut" or reason in REFUSALS:
            found[reason] += int(count)
    return found


def write(found):
    text = table(found)
    DOCUMENT.write_text(MARKED.sub(lambda match: match[1] + text + match[2], DOCUMENT.read_text()))
    return text


def table(found):
    lines = ["| attack | Crossgate, p99 | nginx, p99 | ratio | at most 3 | processor time: Crossgate, nginx | connections that they ended | counted under |",
             "|---|---|---|---|---|---|---|---|"]
    lines += [line(name, [each for each in found if each.attack == name]) for name in dict.fromkeys(each.attack for each in found)]
    rounds = max(each.round for each in found)
    return "\n".join(lines) + f"""

{RATE} requests a second of 1 KiB on 4 connections, at Crossgate with a session, for {SECONDS} seconds; medians of {rounds} rounds in which the two take turns. The
ratio is the median of the rounds' ratios. Processor time is the server's in these seconds.
"""


def line(name, found):
    of = lambda server: {each.round: each for each in found if each.server == server}
    ours, theirs = of("crossgate"), of("nginx")
    median = lambda rounds: statistics.median(each.p99_us for each in rounds.values()) / 1000
    ratio = statistics.median(ours[number].p99_us / theirs[number].p99_us for number in ours)
    ended = ", ".join(f"{sum(each.ended for each in rounds.values()):,} of {sum(each.opened for each in rounds.values()):,}"
                      for rounds in (ours, theirs)) if name != QUIET else ""
    spent = ", ".join(f"{statistics.median(each.cpu_s for each in rounds.values()):.2f} s" for rounds in (ours, theirs))
    reasons = dict.fromkeys(reason for each in ours.values() for reason in re.findall(r"\d+ ([a-z0-9-]+)", each.counted))
    counted = ", ".join(f"`{reason}`" for reason in reasons)
    return f"| {ATTACKS[name].title} | {median(ours):.1f} ms | {median(theirs):.1f} ms | **{ratio:.2f}** | {'yes' if ratio <= MOST else 'no'} | {spent} | {ended} | {counted} |"
