"""Crossgate as shipped: its JSON line for each decision in a file, metrics on, defaults everywhere."""

import http.client
import json
import os
import signal
import urllib.request

from . import binaries
from .processes import free_port
from .sign_in import Browser

APP, LOGIN = "app.bench.localhost", "login.bench.localhost"
PAGE = "http://page.bench.localhost"


class Crossgate:
    """A gateway in a folder of its own: its config, its store, its mails."""

    def __init__(self, folder, processes, workers, upstream, certificate=None, applications=(), policies=()):
        folder.mkdir(parents=True)
        (folder / "config").mkdir()  # by itself: a config's folder is watched
        self.folder, self.processes, self.workers, self.pid, self.runs = folder, processes, workers, None, 0
        self.port, self.admin = free_port(), free_port()
        self.tls = free_port() if certificate else None
        self.config = folder / "config" / "gate.yaml"
        self.mail = folder / "mail"
        self.settings = self.world(upstream, certificate, list(applications), list(policies))
        self.write()

    def world(self, upstream, certificate, applications, policies):
        listeners = [{"address": f"127.0.0.1:{self.port}"}]
        if certificate:
            pair = {"certificate": str(certificate.chain), "private_key": str(certificate.key)}
            listeners.append({"address": f"127.0.0.1:{self.tls}", "tls": [pair]})
        staff = {"name": "staff", "decision": "allow", "include": [{"email_domain": {"domain": "bench.example"}}]}
        return {
            "organization": {"name": "Bench", "auth_domain": LOGIN},
            "listeners": listeners,
            "admin": {"address": f"127.0.0.1:{self.admin}"},
            "store": f"sqlite:{self.folder}/gate.db",
            "mail": {"directory": str(self.mail), "from": "access@bench.localhost"},
            "identity_providers": [{"name": "One-time PIN", "type": "onetimepin"}],
            "ingress": [{"hostname": "*.bench.localhost", "service": f"http://127.0.0.1:{upstream}"}],
            "policies": [staff, *policies],
            "applications": [application("app", APP, "staff"), *applications],
        }

    def write(self):
        # JSON is YAML.
        self.config.write_text(json.dumps(self.settings, separators=(",", ":")))

    def start(self, *wrapper, seconds=60):
        """Starts it, under `wrapper` if one is given. When this returns, it answers."""
        self.runs += 1
        self.log = self.folder / f"gate.{self.runs}.log"
        self.pid = self.processes.start(*wrapper, binaries.gateway, "serve", "--config", self.config, cwd=self.folder, log=self.log,
                                        env={"CROSSGATE_WORKERS": str(self.workers)})
        self.processes.wait_for(self.pid, self.port, seconds=seconds)
        # Its sockets exist before it serves: what connects early waits.
        early = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        early.request("GET", "/", headers={"Host": APP})
        early.getresponse()
        early.close()
        return self

    def stop(self):
        self.processes.stop(self.pid)
        self.pid = None

    def restart(self):
        """Its memory is empty after this; what its store holds is not."""
        self.stop()
        return self.start()

    def reload(self):
        os.kill(self.pid, signal.SIGHUP)

    def browser(self):
        return Browser(self.port, self.mail)

    def metric(self, name):
        """The sum of a metric's samples."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name) and line[len(name)] in " {")


def application(name, host, policy):
    return {"name": name, "domain": host, "policies": [policy], "cors_headers": {
        "allowed_origins": [PAGE], "allowed_methods": ["GET", "PUT"], "allowed_headers": ["content-type"],
        "allow_credentials": True, "max_age": 600}}
