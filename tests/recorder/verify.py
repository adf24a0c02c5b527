"""Checks the recordings: that each one shows what its row of the manifest says, and holds nothing that was ever a secret."""

import json
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "crates/doctor/tests/recorded"
LIMIT = 3_000_000

CHROMIUM = {
    "allow-origin-missing": r"No 'Access-Control-Allow-Origin' header is present",
    "allow-origin-mismatch": r"that is not equal to the supplied origin",
    "allow-origin-multiple": r"contains multiple values",
    "allow-origin-invalid": r"contains the invalid value",
    "wildcard-with-credentials": r"must not be the wildcard '\*'",
    "allow-credentials-missing": r"'Access-Control-Allow-Credentials' header in the response is '.*' which must be 'true'",
    "preflight-status": r"It does not have HTTP ok status",
    "preflight-redirect": r"Redirect is not allowed for a preflight request",
    "method-not-allowed": r"Method \S+ is not allowed by Access-Control-Allow-Methods",
    "header-not-allowed": r"Request header field \S+ is not allowed by Access-Control-Allow-Headers",
    "preflight-syntax": r"Cannot parse Access-Control-Allow-(Methods|Headers) response header field",
    "redirect-userinfo": r"contains a username and password",
    "local-network": r"Permission was denied for this request to access the `loopback` address space",
    "unsupported-scheme": r"only supported for protocol schemes|Request mode is \"same-origin\"|Not allowed to load local resource",
    "resource-policy": r"net::ERR_BLOCKED_BY_RESPONSE\.NotSameOrigin",
}
DOES_NOT_MATCH = r"‘Access-Control-Allow-Origin’ does not match ‘"
FIREFOX = {
    "allow-origin-missing": r"‘Access-Control-Allow-Origin’ missing",
    "allow-origin-mismatch": DOES_NOT_MATCH,
    "allow-origin-multiple": r"Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed|does not match ‘[^’]*, ",
    "allow-origin-invalid": DOES_NOT_MATCH,
    "wildcard-with-credentials": r"Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘\*’",
    "allow-credentials-missing": r"expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’",
    "preflight-status": r"CORS preflight response did not succeed",
    "preflight-redirect": r"CORS request external redirect not allowed",
    "method-not-allowed": r"Did not find method in CORS header ‘Access-Control-Allow-Methods’",
    "header-not-allowed": r"is not allowed according to header ‘Access-Control-Allow-Headers’",
    "preflight-syntax": r"invalid token ‘.*’ in CORS header",
    "redirect-userinfo": r"CORS request did not succeed\)\. Status code: \(null\)",
    "unsupported-scheme": r"CORS request not http|may not load (data from|or link to)",
    "authorization-wildcard": r"the `Authorization` header is not covered",
    "resource-policy": r"was blocked due to its Cross-Origin-Resource-Policy header",
}
SAFARI = {
    "allow-origin-missing": r"is not allowed by Access-Control-Allow-Origin",
    "allow-origin-mismatch": r"is not allowed by Access-Control-Allow-Origin",
    "allow-origin-invalid": r"is not allowed by Access-Control-Allow-Origin",
    "allow-origin-multiple": r"cannot contain more than one origin",
    "wildcard-with-credentials": r"Cannot use wildcard in Access-Control-Allow-Origin",
    "allow-credentials-missing": r'Access-Control-Allow-Credentials is not "true"',
    "preflight-status": r"Preflight response is not successful",
    "preflight-redirect": r"Preflight response is not successful",
    "method-not-allowed": r"is not allowed by Access-Control-Allow-Methods",
    "header-not-allowed": r"is not allowed by Access-Control-Allow-Headers",
    "resource-policy": r"violates the resource's Cross-Origin-Resource-Policy",
}
STEMS = {"chromium": CHROMIUM, "chromium-sanitised": CHROMIUM, "firefox": FIREFOX, "firefox-panel": FIREFOX, "safari": SAFARI}
ANY_CORS = r"blocked by CORS policy|Cross-Origin Request Blocked|due to access control checks"
NETWORK = r"net::ERR_(CONNECTION|NAME)|Status code: \(null\)|Could not connect"
REAL_SECRETS = re.compile(r"@acme\.example\b.*\b\d{6}\b|/tmp/|/home/|/root/|[?&](?:meta|code)=(?!secret-)[\w.~-]{20}")
COOKIE = re.compile(r"^(?:\s*\S+=(?:secret-[\w-]+|eyJ[\w-]+\.[\w-]+\.secret-cookie-value-signature|)\s*(?:;|$))+$")


def problems(folder: Path) -> list[str]:
    """What is wrong with the recordings, in sentences. Nothing is fine."""
    found, size, named = [], 0, set()
    for row in json.loads((folder / "recorded.json").read_text()):
        name = f"{row['class']} in {row['browser']}"
        if "does_not_occur" in row["expected"]:
            continue
        har, console = (folder / row[key] for key in ("har", "console"))
        if missing := [file.name for file in (har, console) if not file.exists()]:
            found.append(f"{name}: no {missing}")
            continue
        named |= {har, console}
        log, text = json.loads(har.read_text())["log"], console.read_text()
        found += [f"{name}: {problem}" for problem in wrong(row, text) + leaks(row, log, har.read_text() + text)]
    for file in folder.glob("*/*"):
        size += file.stat().st_size
        if file not in named and file.parent.name != "config":
            found.append(f"{file.relative_to(folder)}: no row of the manifest names it")
    if size > LIMIT:
        found.append(f"{size} bytes, more than {LIMIT}")
    return found


def wrong(row: dict, console: str) -> list[str]:
    """Whether the browser said what the row expects."""
    expected, stems = row["expected"], STEMS[row["browser"]]
    if "healthy" in expected:
        return ["the console tells of a failure"] if re.search(ANY_CORS, console) else []
    symptom = expected["symptom"]
    if symptom == "not-cors":
        if expected["cause"] == "network-failure":
            said = re.search(NETWORK, console) or "Content Security Policy" in console or "Content-Security-Policy" in console
            return [] if said else ["the console tells of no network failure"]
        return ["the console tells of CORS"] if re.search(ANY_CORS, console) else []
    return [] if re.search(stems[symptom], console) else [f"the console does not say {symptom}"]


def leaks(row: dict, log: dict, text: str) -> list[str]:
    """Whether a sanitised recording is one, and whether any value looks like a real one."""
    found = [f"{match[0][:80]}" for match in [REAL_SECRETS.search(text)] if match]
    for entry in log["entries"]:
        for header in entry["request"]["headers"] + entry["response"]["headers"]:
            name = header["name"].lower()
            if row["browser"] == "chromium-sanitised" and name in ("cookie", "set-cookie", "authorization"):
                found.append(f"has {name}")
            if name == "cookie" and not COOKIE.match(header["value"]):
                found.append(f"a cookie: {header['value'][:80]}")
    return found


if __name__ == "__main__":
    every = problems(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    print("\n".join(every) or "all recordings show what they say")
    sys.exit(1 if every else 0)
