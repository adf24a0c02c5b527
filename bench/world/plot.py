"""The plot: bars of CPU time as multiples of nginx's, in a small SVG that follows the reader's light or dark scheme."""

import html
from pathlib import Path

from . import rounds
from .goals import GOALS

FILE = Path(__file__).resolve().parents[1] / "ratios.svg"
WIDTH, LEFT, RIGHT, ROW, TITLE, GAP = 860, 150, 70, 22, 30, 14

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 } .quiet { fill: #57606a; font-size: 12px }
.ours { fill: #1f6feb } .peer { fill: #afb8c1 }
.one { stroke: #57606a; stroke-dasharray: 3 3 } .range { stroke: #24292f; stroke-opacity: .55; stroke-width: 1.5 }
.target { fill: #bc4c00 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .quiet { fill: #8b949e } .ours { fill: #58a6ff } .peer { fill: #484f58 }
  .one { stroke: #8b949e } .range { stroke: #e6edf3 } .target { fill: #f0883e }
}"""


def write(results):
    FILE.write_text(svg(results.samples))


def svg(samples):
    panels = [(goal, bars(samples, name)) for name, goal in GOALS.items() if goal.reference == "nginx" and bars(samples, name)]
    most = max(ratio.most for _, found in panels for _, ratio in found)
    unit = (WIDTH - LEFT - RIGHT) / most
    parts, y = [], 26
    parts.append(f'<text class="quiet" x="{LEFT + unit:.1f}" y="{y - 10}" text-anchor="middle">nginx = 1</text>')
    line = LEFT + unit
    for goal, found in panels:
        parts.append(text(0, y + 18, goal.title[0].upper() + goal.title[1:].replace("`", ""), "title"))
        parts.append(f'<text class="quiet" x="{WIDTH}" y="{y + 18}" text-anchor="end">target {goal.target:.2f}</text>')
        y += TITLE
        top = y - 6
        for server, ratio in found:
            parts += bar(server, ratio, unit, y, goal.target)
            y += ROW
        parts.append(f'<line class="one" x1="{line:.1f}" x2="{line:.1f}" y1="{top}" y2="{y}"/>')
        y += GAP
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 0 {WIDTH + 16} {y}" width="{WIDTH + 16}" height="{y}" role="img" '
            f'aria-label="CPU time of a request as a multiple of nginx\'s">\n<style>{STYLE}\n</style>\n' + "\n".join(parts) + "\n</svg>\n")


def bars(samples, name):
    servers = dict.fromkeys(each.server for each in samples if each.work == name and each.server != "nginx")
    return [(server, rounds.ratio(samples, name, server)) for server in sorted(servers, key=lambda server: server != "crossgate")]


def bar(server, ratio, unit, y, target):
    ours = server == "crossgate"
    middle, end = y + ROW / 2 - 2, LEFT + ratio.median * unit
    yield f'<text x="{LEFT - 8}" y="{middle + 4.5:.1f}" text-anchor="end"{" class=" + chr(34) + "title" + chr(34) if ours else ""}>{"Crossgate" if ours else html.escape(server)}</text>'
    yield f'<rect class="{"ours" if ours else "peer"}" x="{LEFT}" y="{y}" width="{ratio.median * unit:.1f}" height="{ROW - 5}" rx="2"/>'
    yield f'<line class="range" x1="{LEFT + ratio.least * unit:.1f}" x2="{LEFT + ratio.most * unit:.1f}" y1="{middle:.1f}" y2="{middle:.1f}"/>'
    if ours:
        x = LEFT + target * unit
        yield f'<path class="target" d="M{x:.1f} {y - 1} l-4 -6 h8 z"/>'
    yield text(max(end, LEFT + ratio.most * unit) + 7, middle + 4.5, f"{ratio.median:.2f}", "title" if ours else "quiet")


def text(x, y, content, kind):
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{html.escape(content)}</text>'
