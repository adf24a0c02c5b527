"""A large world: many applications, policies, sessions and revocations, made by the gateway and then multiplied in its store."""

import sqlite3
import sys
import time

from . import fresh_tokens, load
from .crossgate import APP, Crossgate, application
from .load import Request
from .processes import resident_kib

APPLICATIONS, POLICIES, SESSIONS, REVOCATIONS = 100_000, 10_000, 1_000_000, 100_000
IN_USE = 10_000  # sessions that take turns, each at an application of its own
OTHERS = range(APPLICATIONS, APPLICATIONS + IN_USE)  # as many sessions of other people at the same applications
ID = "printf('%08x-0000-4000-8000-%012x', number, number)"


def applications(count, policies):
    """Small ones: a config file holds 16 MiB at most. Every tenth has CORS settings."""
    for number in range(count):
        whole = application(f"a{number}", host(number), f"p{number % policies}")
        if number % 10:
            del whole["cors_headers"]
        yield whole


def policies(count):
    for number in range(count):
        yield {"name": f"p{number}", "decision": "allow", "include": [{"email_domain": {"domain": "bench.example"}}]}


def host(number):
    return f"a{number}.bench.localhost"


class Large:
    """A gateway with all that, signed in at its first application, and in use."""

    def __init__(self, world):
        gate = Crossgate(world.folder / "large", world.processes, world.workers, world.upstream,
                         applications=applications(APPLICATIONS, POLICIES), policies=policies(POLICIES))
        self.gate = gate.start(seconds=300)
        self.cookie = gate.browser().open(APP)
        gate.stop()
        multiply(gate.folder / "gate.db")
        first, others = self.requests(range(IN_USE)), self.requests(OTHERS)
        self.one = Request(gate.port, "/1k", headers={"Cookie": self.cookie})
        self.all = self.taking_turns("all", first, once=False)
        gate.start(seconds=300)
        # Until each thread has the counters of each application in its memory, too.
        load.saturate(self.all, 5)
        before = resident_kib(gate.pid)
        done = load.saturate(self.taking_turns("others", others, once=True), 30)
        if done.requests < 0.98 * IN_USE:  # what was under way when the last was sent is not counted
            raise load.Failed(f"of {IN_USE} sessions {done.requests} were read into memory")
        self.session_kib = (resident_kib(gate.pid) - before) / IN_USE
        self.revoke()

    def requests(self, numbers):
        """Hosts and tokens of these sessions. In the store each gets an assertion of its own."""
        sessions = used(self.gate.folder / "gate.db", numbers)
        write_assertions(self.gate, self.gate.folder / "gate.db", sessions)
        tokens = fresh_tokens.sign(self.gate, fresh_tokens.cookies_of(self.cookie)[fresh_tokens.TOKEN], sessions)
        return [(f"{host(number % APPLICATIONS)}:{self.gate.port}", token) for number, token in zip(numbers, tokens)]

    def taking_turns(self, name, requests, once):
        return Request(self.gate.port, "/1k", script=fresh_tokens.script(self.gate.folder, name, self.cookie, requests, once))

    def revoke(self):
        """As another process of the same store would, while this one runs: sign-ins that are not in use."""
        with sqlite3.connect(self.gate.folder / "gate.db", timeout=60) as store:
            where = f"id IN (SELECT id FROM sessions WHERE id LIKE '%-0000-4000-8000-%' ORDER BY id DESC LIMIT {REVOCATIONS})"
            store.execute(f"UPDATE sessions SET revoked_at = ? WHERE {where}", [int(time.time())])
            store.execute("UPDATE revision SET number = number + 1")
        store.close()
        time.sleep(10)  # it looks every few seconds


def multiply(path):
    """Copies the sign-in and the session that the store holds under new ids."""
    store = sqlite3.connect(path)
    store.execute("PRAGMA synchronous = OFF")
    audiences = dict(store.execute("SELECT name, aud FROM identifiers WHERE kind = 'application'"))
    if len(audiences) != APPLICATIONS + 1:
        sys.exit(f"the store knows {len(audiences)} applications")
    store.execute("CREATE TEMP TABLE wanted (number INTEGER PRIMARY KEY, aud TEXT)")
    store.executemany("INSERT INTO wanted VALUES (?, ?)",
                      ((number, audiences[f"a{number % APPLICATIONS}"]) for number in range(SESSIONS)))
    with store:
        store.execute(f"""
            INSERT INTO sessions SELECT {ID}, email, user_id, idp, country, ip, user_agent, created_at, expires_at, revoked_at
            FROM wanted, (SELECT * FROM sessions LIMIT 1)""")
        store.execute(f"""
            INSERT INTO application_sessions SELECT {ID}, {ID}, wanted.aud, assertion, created_at, expires_at
            FROM wanted, (SELECT assertion, created_at, expires_at FROM application_sessions LIMIT 1)""")
    store.close()


def used(path, numbers):
    """Sign-in, session and audience of those with these numbers."""
    with sqlite3.connect(path) as store:
        ids = [f"{number:08x}-0000-4000-8000-{number:012x}" for number in numbers]
        audience = "SELECT session_id, id, aud FROM application_sessions WHERE id = ?"
        found = [store.execute(audience, [each]).fetchone() for each in ids]
    store.close()
    return found


def write_assertions(gate, path, used):
    """Each of these sessions gets an assertion of its own, as the gateway would have signed when it began."""
    with sqlite3.connect(path) as store:
        pattern, created_at = store.execute("SELECT assertion, created_at FROM application_sessions LIMIT 1").fetchone()
        assertions = fresh_tokens.sign(gate, pattern, used)
        store.executemany("UPDATE application_sessions SET assertion = ?, created_at = ? WHERE id = ?",
                          ((assertion, created_at - age, session)
                           for age, (assertion, (_, session, _)) in enumerate(zip(assertions, used), start=1)))
    store.close()
