# SPDX-License-Identifier: Apache-2.0
"""Rewrites golden files of tests/golden/ and says how far they moved. The commit must say why they did.

    python3 tools/update_golden.py [mediapipe] [retinaface] [star] [mtl]      (all four without a name)

mediapipe needs FACEMIRROR_GOLDEN_PYTHON: a Python with mediapipe==0.10.21 (see tools/make_golden_mediapipe.py). The others
need the lab (docs/lab.md): `./facemirror lab --help` makes its environment.
"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests/golden"
LAB_PYTHON = ROOT / ".venv-lab/bin/python"
LAB_NETWORKS = ("retinaface", "star", "mtl")
NAMES = ("mediapipe", *LAB_NETWORKS)


def file_of(name):
    return GOLDEN / ("astronaut_mediapipe.json" if name == "mediapipe" else f"{name}_seed1.json")


def command_of(name, file):
    """The command that writes a golden file, or None if what it needs is not there."""
    if name != "mediapipe":
        return [LAB_PYTHON, "-m", "lab", "reference", "--network", name, "-o", file] if LAB_PYTHON.exists() else None
    python = os.environ.get("FACEMIRROR_GOLDEN_PYTHON")
    astronaut = os.environ.get("FACEMIRROR_ASTRONAUT") or ROOT / ".cache/astronaut.png"
    return [python, ROOT / "tools/make_golden_mediapipe.py", astronaut, file] if python else None


def numbers(value):
    """Every number of a golden file that can move, in its order."""
    if isinstance(value, dict):
        return [number for key in value for number in numbers(value[key]) if key not in ("shape", "weights_seed", "picture_seed")]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, (int, float)) else []


def main():
    names = sys.argv[1:] or NAMES
    commands = {name: command_of(name, file_of(name)) for name in names if name in NAMES}
    if len(commands) < len(names) or None in commands.values():
        sys.exit(__doc__)
    for name, command in commands.items():
        file = file_of(name)
        before = numbers(json.loads(file.read_text())) if file.exists() else []
        subprocess.run(list(map(str, command)), check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
        after = numbers(json.loads(file.read_text()))
        moved = f"moved by at most {max(abs(a - b) for a, b in zip(before, after)):.3g}" if len(before) == len(after) else "new numbers"
        print(f"{file.relative_to(ROOT)}: {moved}{' px' if name == 'mediapipe' else ''}")


if __name__ == "__main__":
    main()
