"""The README of the recordings: a table of what there is, and what is surprising about its shapes."""

from pathlib import Path

from manifest import ORDER, Manifest

SHAPES = Path(__file__).with_name("shapes.md")
COLUMNS = [("chromium", "Chromium"), ("firefox", "Firefox"), ("safari", "Safari (synthetic)")]


def write_readme(manifest: Manifest) -> None:
    names = sorted({name for name, _ in manifest.rows})
    head = "| class | " + " | ".join(title for _, title in COLUMNS) + " |"
    lines = [head, "|---" * (len(COLUMNS) + 1) + "|"]
    for name in names:
        cells = [cell(manifest.rows.get((name, browser))) for browser, _ in COLUMNS]
        mark = " †" if (name, "firefox-panel") in manifest.rows else ""
        lines.append(f"| {name}{mark} | " + " | ".join(cells) + " |")
    versions = ", ".join(f"{browser} {manifest.rows[key]['version']}" for browser in ("chromium", "firefox")
                         if (key := next((key for key in manifest.rows if key[1] == browser), None)))
    counts = ", ".join(f"{sum(browser == other for _, other in manifest.rows)} {browser}" for browser in ORDER)
    text = SHAPES.read_text().replace("@TABLE@", "\n".join(lines)).replace("@VERSIONS@", versions).replace("@COUNTS@", counts)
    (manifest.folder / "README.md").write_text(text)


def cell(row: dict | None) -> str:
    """What a recording is expected to show, in a few words."""
    if not row:
        return "–"
    expected = row["expected"]
    if "does_not_occur" in expected:
        return "does not occur"
    if "healthy" in expected:
        return f"healthy ({expected['latent']['cause']})" if "latent" in expected else "healthy"
    return f"{expected['symptom']}: {expected['cause']}"
