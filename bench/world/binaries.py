"""The release binaries of the gateway and of the bench's own tools."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute()
PACKAGES = ["crossgate", "crossgate-bench-attacks", "crossgate-bench-steady", "crossgate-bench-tokens"]


def build(packages=PACKAGES):
    subprocess.run(["cargo", "build", "--release", "--locked", *(f"--package={name}" for name in packages)], cwd=ROOT, check=True)


def binary(name="crossgate"):
    return TARGET / "release" / name
