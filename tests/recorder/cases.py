"""What is recorded: every class of failure, each as one small page and the answers it meets."""

from dataclasses import dataclass, field

from server import Route

SITES, GATEWAY, PUBLIC, CLOSED = 17080, 17090, 17081, 17089
APP, API, LOGIN = (f"http://{name}.demo.localhost:{SITES}" for name in ("app", "api", "login"))
APP2 = f"http://app2.demo.localhost:{SITES}"
PARTNER = f"http://partner.other.localhost:{SITES}"


@dataclass
class Case:
    """One recording to be made with each engine."""

    name: str
    expected: dict
    script: str
    routes: dict[str, Route] = field(default_factory=dict)
    outcome: str = "blocked"
    page: str = f"{APP}/orders"
    markup: str = ""
    page_headers: list[tuple[str, str]] = field(default_factory=list)
    before: list = field(default_factory=list)
    third_party_cookies: bool = True
    switches: tuple[str, ...] = ()
    gateway: str | None = None
    idle: float = 0.4
    engines: dict[str, dict] = field(default_factory=dict)
    note: str | None = None

    def expected_of(self, engine: str) -> dict:
        return self.engines.get(engine, self.expected)


def finding(symptom: str, cause: str, *or_causes: str) -> dict:
    """A failure, and causes that are also right to name where the evidence for the cause itself is missing."""
    return {"symptom": symptom, "cause": cause} | ({"or_cause": list(or_causes)} if or_causes else {})


HEALTHY = {"healthy": True}


def never(why: str) -> dict:
    return {"does_not_occur": why}


def fetch(url: str, init: str = "{}") -> str:
    """A script that fetches once and reports the status, or that it was blocked."""
    return (f"fetch('{url}', {init}).then(response => response.text().then(() => done(response.status)),\n"
            "  error => { console.error(error); done('blocked'); });")


INCLUDE = "{ credentials: 'include' }"
PUT = "{ method: 'PUT', headers: { 'content-type': 'application/json' }, body: '[1]' }"
