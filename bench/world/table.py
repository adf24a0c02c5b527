"""The README's table: each work with its target, what it takes, whether that is met, and what others take in the same run."""

import re
from pathlib import Path

from . import instructions, rounds
from .goals import GOALS, INSTRUCTIONS, SYSTEM_CALLS
from .works import NO_TOKEN

README = Path(__file__).resolve().parents[2] / "README.md"
MARKED = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.S)


def write(results):
    text = table(results)
    README.write_text(MARKED.sub(lambda match: match[1] + text + match[2], README.read_text()))
    return text


def table(results):
    lines = ["| work | target | Crossgate | met | others |", "|---|---|---|---|---|"]
    lines += [ratio_line(results.samples, name, goal) for name, goal in GOALS.items() if any(each.work == name for each in results.samples)]
    lines += [line for row in instructions.committed().values() if (line := instructions_line(row))]
    lines += [figure_line(figure) for figure in results.figures]
    count = min(max(each.round for each in results.samples if each.work == work) for work in {each.work for each in results.samples})
    return "\n".join(lines) + f"""

CPU time as a multiple of nginx's: medians of {count} interleaved rounds or more, with their range. Everybody gets the same request and writes an access log.

![CPU time of a request as a multiple of nginx's](bench/ratios.svg)
"""


def ratio_line(samples, name, goal):
    ours = rounds.ratio(samples, name, "crossgate", goal.reference)
    cell = f"**{ours.median:.2f}** ({ours.least:.2f} to {ours.most:.2f})"
    others = [f"{goal.reference} 1.00 ({rounds.cpu(samples, name, goal.reference):.3g} µs)"]
    for server in dict.fromkeys(each.server for each in samples if each.work == name):
        if server not in ("crossgate", goal.reference):
            others.append(f"{server} {rounds.ratio(samples, name, server, goal.reference).median:.2f}{of_it(samples, name, server)}")
    return line(goal.title, f"≤ {goal.target:.2f}", cell, ours.median <= goal.target, ", ".join(others))


def of_it(samples, name, server):
    """Who would compare with a proxy that nobody has to be recognised by finds that, too."""
    return f" (Crossgate {rounds.ratio(samples, name, 'crossgate', server).median:.2f} of it)" if server == NO_TOKEN else ""


def instructions_line(row):
    own = int(row["instructions"]), float(row["system_calls"])
    beside = f"nginx {int(row['nginx_instructions']) / 1000:.1f} k, {float(row['nginx_system_calls']):.1f}" if row["nginx_instructions"] else ""
    cell, what = f"**{own[0] / 1000:.1f} k**, **{own[1]:.1f}**", f"user instructions and system calls: {row['work']}"
    if row["work"] != "authenticated GET":
        return line(what, "", cell, None, beside)
    return line(what, f"≤ {INSTRUCTIONS // 1000} k, ≤ {SYSTEM_CALLS}", cell, own[0] <= INSTRUCTIONS and own[1] <= SYSTEM_CALLS, beside)


def figure_line(figure):
    return line(figure.what, f"≤ {figure.most:g} {figure.unit}", f"**{figure.value:.3g} {figure.unit}**", figure.met(), figure.note)


def line(what, target, cell, met, others):
    verdict = "" if met is None else "yes" if met else "no"
    return f"| {what} | {target} | {cell} | {verdict} | {others} |"
