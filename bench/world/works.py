"""The works: what is asked, of whom, and how."""

from dataclasses import dataclass
from functools import partial
from typing import Callable

from . import load
from .crossgate import PAGE
from .fresh_tokens import FreshTokens
from .goals import STEADY_RATE
from .load import Request
from .nginx import MIB
from .scale import IN_USE, Large

NAVIGATION = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"}

# What nginx takes where nobody has to be recognised: its requests are 1.2 KB shorter.
NO_TOKEN = "nginx without token"


@dataclass(frozen=True)
class Preflight:
    """The call that is asked leave for."""

    origin: str = PAGE
    methods: str = "GET,PUT"
    headers: str = "content-type"

    def lines(self):
        return {"Origin": self.origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": self.headers}


@dataclass(frozen=True)
class Contender:
    """A server at a work."""

    name: str
    pid: Callable[[], int]
    load: Callable[[float], load.Done]
    before: Callable[[], None] = lambda: None  # each round


@dataclass(frozen=True)
class Work:
    contenders: list
    warm_up: bool = True
    times: int = 1  # as many rounds as others have


def all_works():
    """All works by their short names, in the order of the table; each is set up when it is called."""
    return {
        "get": get, "steady": steady, "http2": http2, "preflight": preflight, "first": first_request, "redirect": redirect,
        "download": download, "upload": upload, "scale": scale,
    }


def get(world):
    return Work(contenders(world, {
        "nginx": authenticated(world, "nginx"),
        "crossgate": authenticated(world),
        NO_TOKEN: plain(world, "nginx"),
        "nginx auth_request": authenticated(world, "nginx auth_request"),
        "HAProxy": authenticated(world, "haproxy"),
        "HAProxy JWT": with_token(world, "haproxy"),
        "Envoy": authenticated(world, "envoy"),
        "Envoy JWT": with_token(world, "envoy"),
        "Apache OpenID": with_token(world, "apache"),
    }))


def steady(world):
    run = partial(load.steady, rate=STEADY_RATE)
    return Work(contenders(world, {
        "nginx": authenticated(world, "nginx"),
        "crossgate": authenticated(world),
        NO_TOKEN: plain(world, "nginx"),
        "HAProxy JWT": with_token(world, "haproxy"),
        "Envoy JWT": with_token(world, "envoy"),
    }, run))


def http2(world):
    run = lambda request, seconds: load.h2load(request, [f"-c{load.CONNECTIONS}", "-m1", f"-D{seconds}"])
    return Work(contenders(world, {
        "nginx": authenticated(world, "nginx", port="tls", scheme="https"),
        "crossgate": authenticated(world, port="tls", scheme="https"),
        NO_TOKEN: plain(world, "nginx", port="tls", scheme="https"),
        "HAProxy": authenticated(world, "haproxy", port="tls", scheme="https"),
    }, run))


def preflight(world):
    asked = {"headers": Preflight().lines(), "method": "OPTIONS"}
    return Work(contenders(world, {
        "nginx": plain(world, "nginx", path="/preflight", **asked),
        "crossgate": plain(world, "crossgate", path="/api", **asked),
        "Envoy": plain(world, "envoy", port="cors", path="/api", **asked),
    }), times=3)


def first_request(world):
    """Every request has a token that the gateway has not seen, of a session that it knows. Before each round it is started anew and has
    forgotten what it verified; so the tokens, which take time to sign, serve every round. Rounds vary more than those of others: there are more."""
    tokens = FreshTokens(world.gate, world.cookie, world.folder)
    ours = Contender("crossgate", world.process("crossgate"), partial(load.saturate, plain(world, "crossgate", script=tokens.script)),
                     tokens.forgotten)
    others = {"nginx": plain(world, "nginx", script=tokens.again), NO_TOKEN: plain(world, "nginx")}
    return Work([*contenders(world, others), ours], warm_up=False, times=3)


def redirect(world):
    return Work(contenders(world, {
        "nginx": plain(world, "nginx", headers=NAVIGATION),
        "crossgate": plain(world, "crossgate", headers=NAVIGATION, status=302),
    }))


def download(world):
    return Work(contenders(world, {
        "nginx": authenticated(world, "nginx", path="/1m"),
        "crossgate": authenticated(world, path="/1m"),
        "nginx defaults": authenticated(world, "nginx", port="default", path="/1m"),
    }))


def upload(world):
    script = uploads(world.folder)
    return Work(contenders(world, {
        "nginx": authenticated(world, "nginx", path="/upload", script=script),
        "crossgate": authenticated(world, path="/upload", script=script),
        "nginx defaults": authenticated(world, "nginx", port="default", path="/upload", script=script),
    }))


def uploads(folder):
    """A script for wrk that sends 1 MiB."""
    script = folder / "upload.lua"
    script.write_text(f'wrk.method = "POST"\nwrk.body = string.rep("x", {MIB})\n')
    return script


def scale(world):
    """The same request in a large world, and requests that take turns at many of its applications and sessions."""
    large = Large(world)
    world.session_kib = large.session_kib
    pid = lambda: large.gate.pid
    return Work([
        *contenders(world, {"one application": authenticated(world)}),
        Contender("crossgate", pid, partial(load.saturate, large.one)),
        Contender(f"{IN_USE:,} of them in turn", pid, partial(load.saturate, large.all)),
    ])


def contenders(world, requests, run=load.saturate):
    """Those of the servers that run."""
    return [Contender(name, world.process(name), partial(run, request)) for name, request in requests.items() if request]


def plain(world, server, port="plain", path="/1k", **more):
    found = world.servers.get(server)
    return Request(found.ports[port], path, **more) if found else None


def authenticated(world, server="crossgate", **more):
    """The request of somebody who is signed in at the gateway, whoever gets it."""
    return plain(world, server, headers={"Cookie": world.cookie}, **more)


def with_token(world, server):
    port = "plain" if server == "apache" else "jwt"
    return plain(world, server, port=port, headers={"Authorization": f"Bearer {world.token.text}"})
