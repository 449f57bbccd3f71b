# SPDX-License-Identifier: Apache-2.0
"""Rewrites the golden files of tests/golden/ and says how far they moved. The commit must say why they did.

Needs FACEMIRROR_GOLDEN_PYTHON: a Python with mediapipe==0.10.21 (see tools/make_golden_mediapipe.py).
"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests/golden/astronaut_mediapipe.json"


def main():
    python = os.environ.get("FACEMIRROR_GOLDEN_PYTHON")
    if not python:
        sys.exit(__doc__)
    before = json.loads(GOLDEN.read_text())["mesh"] if GOLDEN.exists() else None
    astronaut = os.environ.get("FACEMIRROR_ASTRONAUT") or ROOT / ".cache/astronaut.png"
    script = ROOT / "tools/make_golden_mediapipe.py"
    subprocess.run([python, str(script), str(astronaut), str(GOLDEN)], check=True)
    after = json.loads(GOLDEN.read_text())["mesh"]
    if before:
        moved = max(abs(a - b) for old, new in zip(before, after) for a, b in zip(old, new))
        print(f"{GOLDEN.relative_to(ROOT)}: moved by at most {moved:.4f} px")


if __name__ == "__main__":
    main()
