"""The gateway as it is shipped, and the bench's own tools."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute()
TOOLS = ["crossgate-bench-attacks", "crossgate-bench-steady", "crossgate-bench-tokens"]

gateway = None


def build(*options, tools=TOOLS):
    """`options` are those of `cargo xtask release`."""
    global gateway
    if tools:
        subprocess.run(["cargo", "build", "--release", "--locked", *(f"--package={name}" for name in tools)], cwd=ROOT, check=True)
    built = subprocess.run(["cargo", "xtask", "release", *options], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    gateway = Path(built.stdout.splitlines()[-1])


def tool(name):
    return TARGET / "release" / name
