"""Recordings in Safari's shape, made from Chromium's: there is no Safari to record from here.

What WebKit's exporter writes is known from its source (HARBuilder): no entry for a preflight, one entry for a chain of
redirects, `_fetchType`, addresses without ports, no `_initiator` and no `_resourceType`. What it prints are WebKit's own
texts. That a blocked response has status 0 and no headers is the poorest of what Web Inspector has shown, so it is what
the doctor has to cope with.
"""

import json

from cases import Case, finding
from manifest import Manifest

VERSION = "18.6"
CHECKS = "{api} cannot load {url} due to access control checks."
FAILED = "Failed to load resource: {reason}"
NOT_ALLOWED = "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}"

REASONS = {
    "m1-missing-policy": NOT_ALLOWED, "m1-error-page": NOT_ALLOWED, "m1-error-page-after-success": NOT_ALLOWED,
    "m1-login-page": NOT_ALLOWED, "m2-wrong-origin": NOT_ALLOWED, "m4-no-scheme": NOT_ALLOWED,
    "m3-one-line": "Access-Control-Allow-Origin cannot contain more than one origin.",
    "m3-two-lines": "Access-Control-Allow-Origin cannot contain more than one origin.",
    "m5-wildcard": "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
    "m6-missing": 'Credentials flag is true, but Access-Control-Allow-Credentials is not "true".',
    "p1-401": "Preflight response is not successful. Status code: 401",
    "p1-403": "Preflight response is not successful. Status code: 403",
    "p1-405": "Preflight response is not successful. Status code: 405",
    "p2-login": "Preflight response is not successful. Status code: 302",
    "p3-method": "Method PUT is not allowed by Access-Control-Allow-Methods.",
    "p4-header": "Request header field x-tenant is not allowed by Access-Control-Allow-Headers.",
    "p6-missing": NOT_ALLOWED,
    "c1-script": "Cancelled load to {url} because it violates the resource's Cross-Origin-Resource-Policy response header.",
    "x1-refused": "Could not connect to the server.",
    "third-party-cookies-blocked": NOT_ALLOWED,
    "healthy-credentials": None, "healthy-preflight": None, "healthy-redirect": None,
}

CANNOT_TELL = {
    "m1-missing-policy": finding("allow-origin-missing", "origin-not-allowed", "unknown"),
    "m1-error-page": finding("allow-origin-missing", "error-path-without-cors", "unknown"),
    "m1-error-page-after-success": finding("allow-origin-missing", "error-path-without-cors", "unknown"),
    "m1-login-page": finding("allow-origin-missing", "session-missing", "unknown", "origin-not-allowed"),
    "m2-wrong-origin": finding("allow-origin-mismatch", "origin-not-allowed", "unknown"),
    "m4-no-scheme": finding("allow-origin-invalid", "malformed-header", "unknown", "origin-not-allowed"),
    "p1-405": finding("preflight-status", "options-not-handled", "unknown"),
    "p2-login": finding("preflight-redirect", "auth-before-cors", "unknown"),
    "p6-missing": finding("allow-origin-missing", "origin-not-allowed", "unknown"),
    "third-party-cookies-blocked": finding("allow-origin-missing", "third-party-cookies-blocked", "session-missing", "unknown", "origin-not-allowed"),
}
OR_SYMPTOM = {
    "m2-wrong-origin": ["allow-origin-missing"], "m4-no-scheme": ["allow-origin-missing"],
    "p2-login": ["preflight-status"],
}


def synthesise(case: Case, manifest: Manifest) -> None:
    """Makes the Safari recording of a case from Chromium's, where there is one."""
    source = manifest.folder / case.name / "chromium.har"
    if case.name not in REASONS or not source.exists():
        return
    log = json.loads(source.read_text())["log"]
    requests = collapse([entry for entry in log["entries"] if entry.get("_resourceType") != "preflight"])
    lines = []
    entries = [entry(request, REASONS[case.name], case, log, lines) for request in requests]
    har = {"log": {"version": "1.2", "creator": {"name": "WebKit Web Inspector", "version": VERSION},
                   "pages": pages(log), "entries": entries}}
    expected = CANNOT_TELL.get(case.name, case.expected)
    if case.name in OR_SYMPTOM:
        expected = expected | {"or_symptom": OR_SYMPTOM[case.name]}
    manifest.add(case, "safari", VERSION, expected, json.dumps(har, indent=1) + "\n", "\n".join(lines), synthetic=True)


def collapse(entries: list[dict]) -> list[dict]:
    """A chain of redirects is one resource: the last URL, sent when the first was."""
    chains: list[dict] = []
    for hop in entries:
        before = chains[-1] if chains else None
        if before and before["response"]["redirectURL"] == hop["request"]["url"] and not before["response"]["_error"]:
            chains[-1] = hop | {"startedDateTime": before["startedDateTime"]}
        else:
            chains.append(hop)
    return chains


def pages(log: dict) -> list[dict]:
    return [page | {"id": "page_0"} for page in log["pages"][:1]]


def entry(hop: dict, reason: str | None, case: Case, log: dict, lines: list[str]) -> dict:
    request, response = hop["request"], hop["response"]
    failed = response["_error"] is not None
    if failed:
        origin = "/".join(log["pages"][0]["title"].split("/")[:3])
        reason = reason.format(origin=origin, url=request["url"], status=status(case, log, hop))
        api = "XMLHttpRequest" if hop["_resourceType"] == "xhr" else "Fetch API"
        page = log["pages"][0]["title"].rsplit("/", 1)[1]
        lines.append(f"[Error] {reason}")
        if hop["_resourceType"] != "script":
            lines.append(f"[Error] {CHECKS.format(api=api, url=request['url'])}")
        lines.append(f"[Error] {FAILED.format(reason=reason)} ({page}, line 0)")
    protocol = "" if failed else "HTTP/1.1"
    headers = [] if failed else response["headers"]
    result = {
        "pageref": "page_0",
        "startedDateTime": hop["startedDateTime"],
        "time": hop["time"],
        "request": {
            "method": request["method"], "url": request["url"], "httpVersion": protocol,
            "cookies": [{"name": cookie["name"], "value": cookie["value"]} for cookie in request["cookies"]],
            "headers": [header for header in request["headers"] if not header["name"].lower().startswith("sec-ch-")],
            "queryString": request["queryString"], "headersSize": -1, "bodySize": -1},
        "response": {
            "status": 0 if failed else response["status"], "statusText": "" if failed else response["statusText"],
            "httpVersion": protocol, "cookies": [], "headers": headers,
            "content": {"size": 0, "compression": 0, "mimeType": "x-unknown"} if failed else {
                "size": response["content"]["size"], "compression": 0, "mimeType": response["content"]["mimeType"],
                "text": response["content"].get("text", "")},
            "redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 0 if failed else response["_transferSize"]},
        "cache": {},
        "timings": {"blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": 0, "receive": 0},
    }
    if "postData" in request:
        result["request"]["postData"] = request["postData"] | {"params": []}
    if failed:
        result["response"]["_error"] = reason
    else:
        result |= {"serverIPAddress": "127.0.0.1", "connection": "1", "_fetchType": "Network Load"}
    for header in result["request"]["headers"]:
        if header["name"].lower() == "user-agent":
            header["value"] = ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                               f"Version/{VERSION} Safari/605.1.15")
    return result


def status(case: Case, log: dict, hop: dict) -> int:
    """The status that WebKit names: of the response that failed the check, the preflight's if that was it."""
    preflights = [entry for entry in log["entries"] if entry.get("_resourceType") == "preflight"]
    return preflights[-1]["response"]["status"] if preflights else hop["response"]["status"]
