"""Where the instructions of a request go: the functions that take most, by callgrind."""

import re
import subprocess
from collections import Counter

from . import instructions, load, nginx
from .credentials import certificate
from .crossgate import APP, Crossgate
from .fresh_tokens import FreshTokens
from .load import Request
from .works import uploads

FUNCTIONS = 40
LINE = re.compile(r"^\s*([\d,]+) \(\s*[\d.]+%\)\s+(.*)$", re.M)


def profile(folder, processes, work, say):
    """Says what a request of `work` takes, and the functions that take most of it."""
    folder.chmod(0o755)
    upstream, tls = nginx.upstream(folder, processes, 1), certificate(folder)
    gate = Crossgate(folder / "gate", processes, 1, upstream, tls).start()
    cookie = gate.browser().open(APP)
    send = load_of(work, folder, gate, cookie)
    gate.stop()
    gate.start(*instructions.CALLGRIND, f"--callgrind-out-file={gate.folder}/callgrind.%p", seconds=300)
    send(100)
    instructions.dump(gate.pid, gate.folder)
    requests = send(2_000)
    total, file = instructions.dump(gate.pid, gate.folder)
    say(f"{total / requests:,.0f} instructions a request")
    text = subprocess.run(["callgrind_annotate", "--auto=no", "--threshold=100", file], check=True, capture_output=True, text=True).stdout
    counts = Counter()
    for count, function in LINE.findall(text):
        counts[shorter(function)] += int(count.replace(",", ""))
    # The functions that a thread began with are charged with all that it does.
    for function, count in [each for each in counts.most_common() if each[1] < 0.9 * total][:FUNCTIONS]:
        say(f"{count / requests:10,.0f}  {function}")


def load_of(work, folder, gate, cookie):
    """What sends so many requests of a work, and says how many it sent."""
    signed_in = {"Cookie": cookie}
    works = instructions.works(gate.port, gate.tls, cookie)
    requests = {
        "get": works["authenticated GET"], "http2": works["authenticated GET, TLS, HTTP/2"], "preflight": works["preflight"],
        "redirect": works["login redirect"], "download": Request(gate.port, "/1m", headers=signed_in),
    }
    upload = Request(gate.port, "/upload", headers=signed_in, script=uploads(folder))
    if "upload" == work:
        return timed(upload, upload)
    if "first" == work:
        tokens = FreshTokens(gate, cookie, folder)
        return timed(*(Request(gate.port, "/1k", script=script) for script in (tokens.script, tokens.backwards)))
    # Few connections: handshakes are not what is asked for.
    return lambda many: instructions.send(requests[work], many, instructions.CONNECTIONS) or many


def timed(*requests):
    """wrk takes seconds, not requests. Each call sends the next of `requests`."""
    left = list(requests)
    return lambda _: load.saturate(left.pop(0), 4).requests


def shorter(function):
    """Without the file, the object, and the type parameters that fill a line."""
    name = function.split(":", 1)[-1].rsplit(" [", 1)[0]
    return name if len(name) < 150 else name[:147] + "..."
