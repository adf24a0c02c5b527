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
    outcomes: dict[str, str] = field(default_factory=dict)
    note: str | None = None

    def expected_of(self, browser: str) -> dict:
        """What the doctor should find in a browser's recording. A sanitised one has no cookies to judge by."""
        expected = self.engines.get(browser.split("-")[0], self.expected)
        if browser == "chromium-sanitised":
            expected = {key: without_cookies(value) if key == "latent" else value
                        for key, value in without_cookies(expected).items()}
        return expected


# What the network panel saves differs little from the automatic export: these show how.
PANEL = {
    "m1-missing-policy", "m1-error-page", "m1-login-redirect", "m1-login-page", "m2-cached-for-another-origin", "m2-null-after-redirect",
    "m3-two-lines", "p1-403", "p2-login", "p3-method", "p4-header", "p6-actual-missing", "r1-userinfo", "n1-same-origin-mode",
    "c1-image", "x1-refused", "same-site-cookie", "healthy-preflight", "healthy-redirect", "crossgate-session-missing",
    "crossgate-session-expired",
}
TOLD_BY_COOKIES = {"session-expired", "credentials-not-sent", "third-party-cookies-blocked", "same-site-cookie", "anonymous-script"}


def without_cookies(expected: dict) -> dict:
    if expected.get("cause") not in TOLD_BY_COOKIES:
        return expected
    others = [*expected.get("or_cause", []), "session-missing", "unknown"]
    return expected | {"or_cause": list(dict.fromkeys(others))}


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
