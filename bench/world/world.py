"""Everything that runs during a measurement."""

import http.client
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import apache, envoy, haproxy, nginx
from .credentials import Token, certificate, token
from .crossgate import APP, Crossgate
from .processes import Processes, Server
from .works import Preflight


@dataclass
class World:
    folder: Path
    processes: Processes
    workers: int
    upstream: int
    certificate: object
    token: Token
    gate: Crossgate
    cookie: str
    servers: dict = field(default_factory=dict)
    session_kib: float | None = None  # once it was measured

    def process(self, name):
        """Asks for the process id of a server when it is called: the gateway's changes."""
        server = server_of(name)
        return lambda: self.gate.pid if server == "crossgate" else self.servers[server].pid


def server_of(contender):
    """`HAProxy JWT` is done by the process of `haproxy`, `nginx auth_request` by one of its own."""
    if contender == "one application":
        return "crossgate"
    return contender if contender == "nginx auth_request" else contender.split(" ")[0].lower()


def start(folder, processes, workers, programs, envoy_binary=None):
    """Starts upstream, gateway, nginx, and those peers whose program is there; signs in."""
    folder.chmod(0o755)  # workers of nginx and Apache are another user when root starts them
    upstream, tls, jwt = nginx.upstream(folder, processes, workers), certificate(folder), token(folder)
    gate = Crossgate(folder / "gate", processes, workers, upstream, tls).start()
    cookie = gate.browser().open(APP)
    world = World(folder, processes, workers, upstream, tls, jwt, gate, cookie)
    world.servers["crossgate"] = Server(gate.pid, {"plain": gate.port, "tls": gate.tls})
    world.servers["nginx"] = nginx.proxy(folder, processes, workers, upstream, tls)
    world.servers["nginx auth_request"] = nginx.with_auth_request(folder, processes, workers, upstream)
    if "haproxy" in programs:
        world.servers["haproxy"] = haproxy.run(folder, processes, workers, upstream, tls, jwt)
    if envoy_binary:
        world.servers["envoy"] = envoy.run(envoy_binary, folder, processes, workers, upstream, jwt, Preflight())
    if "apache2" in programs:
        world.servers["apache"] = apache.run(folder, processes, workers, upstream, jwt)
    for name, port in [("haproxy", "jwt"), ("envoy", "jwt"), ("apache", "plain")]:
        if name in world.servers:
            must_check(name, world.servers[name].ports[port], jwt.text)
    return world


def must_check(name, port, token):
    """A peer that lets everybody pass would be measured at something else. The last characters are the signature's."""
    forged = token[:-8] + ("A" * 8 if token[-8:] != "A" * 8 else "B" * 8)
    for what, text, admitted in [("no token", None, False), ("a forged token", forged, False), ("its token", token, True)]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/1k", headers={"Authorization": f"Bearer {text}"} if text else {})
        status = connection.getresponse().status
        connection.close()
        if (status == 200) != admitted:
            sys.exit(f"{name} answers {what} with {status}")
