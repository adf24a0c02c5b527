"""Makes recordings comparable and shareable: made-up times, small numbers for ids, and no value that was ever a secret."""

import base64
import json
import re
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime

START = datetime(2026, 11, 2, 9, 0, tzinfo=timezone.utc)
ISO = re.compile(r"\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(Z|\+00:00)")
HTTP_DATE = re.compile(r"\b\w{3}, \d\d[ -]\w{3}[ -]\d{4} \d\d:\d\d:\d\d GMT")
JWT = re.compile(r"^eyJ[\w-]+\.[\w-]+\.[\w-]+$")
SECRET_PARAMETERS = re.compile(r"[?&](?:meta|code|state|nonce|token|t)=([\w.~%-]{20,})")
HEX = re.compile(r"\b[0-9a-f]{64}\b")


class Normaliser:
    """Replaces consistently within one recording: the HARs of one run and their console text."""

    def __init__(self, har: str):
        log = json.loads(har)["log"]
        started = min(datetime.fromisoformat(entry["startedDateTime"]) for entry in log["entries"] + log["pages"])
        self.shift = START - started
        self.replacements = self.find_secrets(log)

    def find_secrets(self, log: dict) -> dict[str, str]:
        found: dict[str, str] = {}

        def hide(value: str, kind: str) -> None:
            if len(value) >= 8 and not value.startswith("secret-") and value not in found:
                found[value] = self.fake_token(value) if JWT.match(value) else f"secret-{kind}-value-{len(found) + 1}"

        for entry in log["entries"]:
            for header in entry["request"]["headers"] + entry["response"]["headers"]:
                name, value = header["name"].lower(), header["value"]
                if name == "cookie":
                    for pair in value.split("; "):
                        hide(pair.partition("=")[2], "cookie")
                elif name == "set-cookie":
                    for line in value.split("\n"):
                        hide(line.partition("=")[2].partition(";")[0], "cookie")
                elif name == "x-request-id":
                    found.setdefault(value, f"request-{len(found) + 1}")
            for cookie in entry["request"]["cookies"] + entry["response"]["cookies"]:
                hide(cookie["value"], "cookie")
        text = json.dumps(log)
        for value in SECRET_PARAMETERS.findall(text):
            hide(value, "parameter")
        for value in HEX.findall(text):
            found.setdefault(value, f"{len(found) + 1:064x}")
        return found

    def fake_token(self, token: str) -> str:
        """A token that says the same, at the made-up time, under a signature that nobody made."""
        header, claims, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        for name in ("iat", "nbf", "exp", "auth_time"):
            if name in claims:
                claims[name] = int(claims[name] + self.shift.total_seconds())
        for name in ("sub", "identity_nonce", "jti", "sid", "nonce"):
            if name in claims:
                claims[name] = f"secret-{name}-value"
        encoded = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        header = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"made-up","typ":"JWT"}').rstrip(b"=").decode()
        return f"{header}.{encoded}.secret-cookie-value-signature"

    def text(self, text: str) -> str:
        """Any text of the recording."""
        for value in sorted(self.replacements, key=len, reverse=True):
            text = text.replace(value, self.replacements[value])
        text = ISO.sub(self.shift_iso, text)
        text = HTTP_DATE.sub(self.shift_http_date, text)
        return text.replace("HeadlessChrome", "Chrome")

    def har(self, text: str) -> str:
        """A HAR: as `text`, and ids that count from one."""
        whole = json.loads(self.text(text))
        log = whole["log"]
        renumber(log, "_connectionId")
        renumber(log, "scriptId")
        renumber(log, "requestId")
        pages = {page["id"]: f"page_{number}" for number, page in enumerate(log["pages"], 1)}
        for page in log["pages"]:
            page["id"] = pages[page["id"]]
        for entry in log["entries"]:
            if "pageref" in entry:
                entry["pageref"] = pages.get(entry["pageref"], entry["pageref"])
        return json.dumps(whole, ensure_ascii=False)

    def shift_iso(self, match: re.Match) -> str:
        shifted = datetime.fromisoformat(match[1] + "+00:00") + self.shift
        return shifted.strftime("%Y-%m-%dT%H:%M:%S.") + f"{shifted.microsecond // 1000:03}" + match[2]

    def shift_http_date(self, match: re.Match) -> str:
        shifted = parsedate_to_datetime(match[0].replace("-", " ")) + timedelta(seconds=round(self.shift.total_seconds()))
        return format_datetime(shifted, usegmt=True)


def renumber(log, key: str) -> None:
    """Gives the values of a key small numbers in the order of appearance."""
    numbers: dict[str, str] = {}

    def walk(node) -> None:
        if isinstance(node, dict):
            if node.get(key, "0") not in ("0", None):
                node[key] = numbers.setdefault(node[key], str(len(numbers) + 1))
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                walk(child)

    walk(log)
