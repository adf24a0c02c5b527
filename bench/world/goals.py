"""What is aimed at: CPU time of a request, as a multiple of nginx's, which checks nothing."""

from dataclasses import dataclass

from .scale import APPLICATIONS, POLICIES, REVOCATIONS, SESSIONS

STEADY_RATE = 6400
INSTRUCTIONS, SYSTEM_CALLS = 40_000, 4.6  # of an authenticated GET


@dataclass(frozen=True)
class Goal:
    title: str
    target: float
    reference: str = "nginx"


GOALS = {
    "get": Goal("authenticated GET, HTTP/1.1, 1 KiB, at saturation", 1.00),
    "steady": Goal(f"the same at {STEADY_RATE:,} requests a second", 0.95),
    "http2": Goal("authenticated GET, TLS 1.3, HTTP/2", 0.95),
    "preflight": Goal("preflight answered; nginx: `return 204`", 1.10),
    "first": Goal("first request of a session: its signature is verified", 2.20),
    "redirect": Goal("login redirect of a stranger; nginx: proxies 1 KiB", 1.20),
    "download": Goal("1 MiB download, per byte", 1.10),
    "upload": Goal("1 MiB upload, per byte", 1.10),
    "scale": Goal(f"authenticated GET with {APPLICATIONS:,} applications, {POLICIES:,} policies, {SESSIONS:,} live sessions, "
                  f"{REVOCATIONS:,} revocations, as a multiple of one application's", 1.05, "one application"),
}
