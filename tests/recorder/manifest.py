"""`recorded.json`: which recordings there are, and what each one shows."""

import json
import re
from pathlib import Path

from cases import PANEL, Case

ORDER = ["chromium", "chromium-sanitised", "firefox", "firefox-panel", "safari"]


PAIR = re.compile(r'\{\n\s*"name": ("(?:[^"\\]|\\.)*"),\n\s*"value": ("(?:[^"\\]|\\.)*")\n\s*\}')


def layout(har: str) -> str:
    """The same JSON, a header a line."""
    text = json.dumps(json.loads(har), indent=1, ensure_ascii=False)
    return PAIR.sub(r'{ "name": \1, "value": \2 }', text) + "\n"


class Manifest:
    """The folder of recordings. What is recorded anew replaces what was there."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder / "recorded.json"
        rows = json.loads(self.file.read_text()) if self.file.exists() else []
        self.rows = {(row["class"], row["browser"]): row for row in rows}

    def add(self, case: Case, browser: str, version: str, expected: dict, har: str, console: str, synthetic: bool = False) -> None:
        if browser == "firefox-panel" and case.name not in PANEL:
            return
        folder = self.folder / case.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{browser}.har").write_text(layout(har))
        console_file = f"{case.name}/{browser.split('-')[0]}.console.txt"
        (self.folder / console_file).write_text(console.strip() + "\n")
        self.row(case, browser, version, expected, synthetic, {"har": f"{case.name}/{browser}.har", "console": console_file})

    def add_missing(self, case: Case, engine: str, version: str) -> None:
        for browser in ORDER:
            if browser.startswith(engine) and browser != "firefox-panel":
                self.row(case, browser, version, case.expected_of(browser), False, {"har": None, "console": None})

    def refresh(self, case: Case) -> None:
        """Takes over what the case expects now, for recordings that are there."""
        for (name, browser), row in list(self.rows.items()):
            if name == case.name and not row["synthetic"]:
                if row["har"]:
                    file = self.folder / row["har"]
                    file.write_text(layout(file.read_text()))
                self.row(case, browser, row["version"], case.expected_of(browser), False, {key: row[key] for key in ("har", "console")})

    def row(self, case: Case, browser: str, version: str, expected: dict, synthetic: bool, files: dict) -> None:
        row = {"class": case.name, "browser": browser, "version": version, "synthetic": synthetic} | files
        if case.gateway:
            row["config"] = case.gateway
        row["expected"] = expected
        if case.note:
            row["note"] = case.note
        self.rows[case.name, browser] = row

    def write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        rows = sorted(self.rows.values(), key=lambda row: (row["class"], ORDER.index(row["browser"])))
        self.file.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
