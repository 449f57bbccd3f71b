# SPDX-License-Identifier: Apache-2.0
"""`facemirror model inputs` and `./facemirror lab quantize`: what the networks see, and a pack that runs in int8."""
import csv
import json
import math
import os
import subprocess

import numpy as np
import pytest
from conftest import ROOT

BOX = "100,90,220,230"
PYTHON = ROOT / ".venv-quantize" / "bin" / "python"


@pytest.fixture(scope="module")
def full_pack(program, pack, weights, tmp_path_factory):
    folder = tmp_path_factory.mktemp("quantize") / "pack"
    result = program("model", "import", *(word for name in weights for word in (f"--{name}", weights[name])), "-o", folder)
    assert result.returncode == 0, result.stderr
    return folder


def quantize(program, *options):
    if not PYTHON.exists():
        pytest.skip("no .venv-quantize; `./facemirror lab quantize --help` makes it")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FACEMIRROR_PROGRAM": os.environ["FACEMIRROR_PROGRAM"]}
    return subprocess.run([PYTHON, "-P", "-m", "lab.quantize", *map(str, options)], capture_output=True, text=True, env=environment)


def test_inputs_are_what_the_networks_are_fed(program, full_pack, face_clip, tmp_path):
    result = program("model", "inputs", "--pack", full_pack, "--face-box", BOX, "--every", 10, "-o", tmp_path / "in", face_clip)
    assert result.returncode == 0, result.stderr
    assert "3 mtl" in result.stdout and "3 star" in result.stdout
    names = sorted(file.name for file in (tmp_path / "in").iterdir())
    assert names == [f"clip0_{name}_{run}_{shape}.npy" for name, shape in (("mtl", "2x3x224x224"), ("star", "1x3x256x256"))
                     for run in (0, 10, 20)]
    for name in names:
        array = np.load(tmp_path / "in" / name, allow_pickle=False)
        assert array.dtype == np.float32 and "x".join(map(str, array.shape)) in name
        assert 0 <= array.min() < 60 and 190 < array.max() <= 255  # pixels of a face


def test_inputs_need_a_clip_and_a_folder(program, full_pack, tmp_path):
    assert program("model", "inputs", "--pack", full_pack, "-o", tmp_path).returncode == 2
    missing = program("model", "inputs", "--pack", full_pack, "-o", tmp_path, "no-such.mp4")
    assert missing.returncode == 3 and "no-such.mp4" in missing.stderr


def test_a_quantized_pack_runs_in_int8(program, full_pack, face_clip, tmp_path):
    result = quantize(program, "--pack", full_pack, "--clip", face_clip, "--network", "mtl", "--face-box", BOX, "--every", 10, "--limit", 100)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "mtl: 3 of 3 inputs" in result.stdout and "of the time of f32" in result.stdout
    networks = json.loads((full_pack / "pack.json").read_text())["networks"]
    assert all(network["threads"]["int8"] == 1 for network in networks.values())
    star = networks["star"]
    assert star["variants"]["int8"] == {"file": star["file"], "sha256": star["sha256"], "rest": "f32"}
    ran = program("run", face_clip, "--pack", full_pack, "--precision", "int8", "--face-box", BOX, "--end", "0.1", "--no-video",
                  "-o", tmp_path, "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["precision"] == "int8"
    with open(tmp_path / "face_frames.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 and all(math.isfinite(float(row["au12_score_left"])) for row in rows)


def test_quantize_names_what_it_misses(program, full_pack, face_clip):
    result = quantize(program, "--pack", full_pack, "--clip", face_clip, "--network", "nose")
    assert result.returncode == 3 and "expected a network nose, found mtl, retinaface, star" in result.stderr
    absent = quantize(program, "--pack", full_pack, "--clip", "no-such.mp4", "--face-box", BOX)
    assert absent.returncode == 3 and "the clips cannot be run" in absent.stderr
