"""Tokens that a gateway has not seen, each of them first in one request."""

import base64
import json
import subprocess

from .binaries import tool
from .crossgate import APP

COUNT = 48_000
TOKEN = "CF_Authorization"

# Each of wrk's threads takes its share; `once` ends it when that is used up, otherwise it begins again.
SCRIPT = """
local threads = 0
function setup(thread) thread:set("share", threads); threads = threads + 1 end
function init(args)
  requests, sent = {}, 0
  local number = 0
  for line in io.lines("%(tokens)s") do
    if number %% 2 == share then
      local host, token = line:match("(%%S+) (%%S+)")
      wrk.headers["Host"] = host
      wrk.headers["Cookie"] = "%(name)s=" .. token .. "; %(others)s"
      requests[#requests + 1] = wrk.format("GET", "/1k")
    end
    number = number + 1
  end
end
function request()
  sent = sent + 1
  if %(once)s and sent >= #requests then wrk.thread:stop() end
  return requests[(sent - 1) %% #requests + 1]
end
"""


def sign(gate, pattern, sessions):
    """Tokens like `pattern`, for each (sign-in, session, audience) of `sessions`, each issued a second before the one above it."""
    lines = [pattern, *(" ".join(session) for session in sessions)]
    command = [tool("crossgate-bench-tokens"), gate.settings["store"]]
    return subprocess.run(command, input="\n".join(lines), text=True, stdout=subprocess.PIPE, check=True).stdout.split()


def script(folder, name, cookie, hosts_and_tokens, once):
    """A script for wrk that asks hosts with tokens, and with what else is in `cookie`."""
    tokens, path = folder / f"{name}.tokens", folder / f"{name}.lua"
    tokens.write_text("".join(f"{host} {token}\n" for host, token in hosts_and_tokens))
    others = "; ".join(f"{name}={value}" for name, value in cookies_of(cookie).items() if name != TOKEN)
    path.write_text(SCRIPT % {"tokens": tokens, "name": TOKEN, "others": others, "once": str(once).lower()})
    return path


class FreshTokens:
    """Many of the one session that `cookie` is of."""

    def __init__(self, gate, cookie, folder):
        self.gate, self.cookie = gate, cookie
        token = cookies_of(cookie)[TOKEN]
        claims = claims_of(token)
        tokens = sign(gate, token, [(claims["sid"], claims["identity_nonce"], claims["aud"][0])] * COUNT)
        asked = [(f"{APP}:{gate.port}", token) for token in tokens]
        self.script = script(folder, "fresh", cookie, asked, once=True)
        self.again = script(folder, "again", cookie, asked, once=False)
        self.backwards = script(folder, "fresh-backwards", cookie, asked[::-1], once=True)

    def forgotten(self):
        """Starts the gateway anew and lets it read the session from its store, as it knows it after a sign-in."""
        self.gate.restart()
        page = self.gate.browser()
        page.jar[APP] = cookies_of(self.cookie)
        page.open(APP)


def cookies_of(header):
    return dict(pair.split("=", 1) for pair in header.split("; "))


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
