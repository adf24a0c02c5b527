"""The profile by which the shipped binary is optimised: what the gateway does under each work of the bench, and in what they leave out."""

import os
import subprocess
from functools import partial
from pathlib import Path

from . import load, works, world
from .binaries import ROOT
from .crossgate import PAGE
from .load import CONNECTIONS, Request
from .nginx import MIB
from .works import authenticated

PROFILE = ROOT / "release" / "crossgate.profdata"
PROFDATA = "llvm-profdata-19"  # reads what rustc 1.95 records
WORKS = ["get", "steady", "http2", "preflight", "first", "redirect", "download", "upload"]


def record(folder, processes, seconds, say):
    """Has a recording gateway do everything for some seconds each, and writes the profile."""
    recorded = folder / "recorded"
    recorded.mkdir()
    os.environ["LLVM_PROFILE_FILE"] = f"{recorded}/%p"
    here = world.start(folder, processes, 2, set())
    for name in WORKS:
        for ours in [each for each in works.all_works()[name](here).contenders if each.name == "crossgate"]:
            ours.before()
            say(f"{name}: {ours.load(seconds).requests:,} requests")
    for name, send in others(here, folder).items():
        say(f"{name}: {send(seconds).requests:,} requests")
    here.gate.stop()  # it writes when it ends
    # Functions that were never run are left out: they are compiled as without a profile.
    subprocess.run([PROFDATA, "merge", "--sparse", f"--output={PROFILE}", *sorted(recorded.iterdir())], check=True)
    say(f"{PROFILE.relative_to(ROOT)}: {PROFILE.stat().st_size:,} bytes")


def others(here, folder):
    """What no work asks for: other protocols for the same, calls of another origin's page, and refusals."""
    body = folder / "body"
    body.write_bytes(bytes(MIB))
    over_http2 = lambda request, *more: lambda seconds: load.h2load(request, [f"-c{CONNECTIONS}", "-m4", f"-D{seconds}", *more])
    secure = partial(authenticated, here, port="tls", scheme="https")
    call = {"Cookie": here.cookie, "Origin": PAGE, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "empty"}
    port, tls = here.gate.port, here.gate.tls
    return {
        "GET over TLS": partial(load.saturate, secure(path="/1k")),
        "upload over HTTP/2": over_http2(secure(path="/upload"), f"--data={body}"),
        "download over HTTP/2": over_http2(secure(path="/1m")),
        "cross-origin GET": partial(load.saturate, Request(port, "/1k", headers=call)),
        "cross-origin GET over HTTP/2": over_http2(Request(tls, "/1k", headers=call, scheme="https")),
        "preflight over HTTP/2": over_http2(
            Request(tls, "/api", headers=works.Preflight().lines(), method="OPTIONS", scheme="https")),
        "call without a session": over_http2(Request(port, "/1k", headers={**call, "Cookie": "a=b"}, status=401)),
    }
