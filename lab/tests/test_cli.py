# SPDX-License-Identifier: Apache-2.0
"""The lab's command line: files, help, exit codes."""
import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from lab import networks, seeded
from lab.tests.conftest import ROOT

USAGE, INPUT, GATE_MISSED, OUTPUT = 2, 3, 6, 7


def lab(*arguments):
    return subprocess.run([sys.executable, "-m", "lab", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("command", ["make-weights", "reference", "compare"])
def test_help_has_examples(command):
    result = lab(command, "--help")
    assert result.returncode == 0
    assert f"./facemirror lab {command} --network" in result.stdout


def test_make_weights_writes_the_chosen_network_and_says_so(tmp_path):
    result = lab("make-weights", "--network", "retinaface", "--container", "legacy", "--prefix", "module.", "--seed", 5, "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    file = tmp_path / "retinaface.pth"
    assert result.stdout == f"{file}: {file.stat().st_size} bytes\n"
    found = torch.load(file, weights_only=True)
    expected = seeded.state_dict(networks.make("retinaface"), 5)
    assert list(found) == [f"module.{name}" for name in expected]
    assert all(torch.equal(found[f"module.{name}"], value) for name, value in expected.items())


def test_reference_prints_every_value_in_full(tmp_path):
    result = lab("reference", "--network", "retinaface", "--picture", "1x40x33", "--picture-seed", "2")
    assert result.returncode == 0, result.stderr
    case, = json.loads(result.stdout)["cases"]
    network = seeded.load(networks.make("retinaface"), 1)
    for name, value in network(seeded.pictures(1, 40, 33, 2)).items():
        kept = np.array(case["outputs"][name]["values"]).astype(np.float32).reshape(case["outputs"][name]["shape"])
        assert np.array_equal(kept, value.numpy()), name


def made_up_tool(folder, shift):
    """Stands in for run_network: writes what RetinaFace gives, moved by `shift`."""
    outputs = seeded.load(networks.make("retinaface"), 1)(seeded.pictures(1, 96, 128, 7))
    for name, value in outputs.items():
        (value.numpy() + np.float32(shift)).tofile(folder / f"{name}.f32")
    tool = folder / "tool"
    tool.write_text(f'#!/bin/sh\n[ "$1" = x.onnx ] && [ "$2" = 1,3,96,128 ] && cp "{folder}"/*.f32 "$4"\n')
    tool.chmod(0o755)
    return tool


@pytest.mark.parametrize("shift, code", [(0, 0), (5e-5, 0), (2e-4, GATE_MISSED)])
def test_compare_tells_agreement_from_difference(tmp_path, shift, code):
    result = lab("compare", "--network", "retinaface", "--onnx", "x.onnx", "--run-network", made_up_tool(tmp_path, shift))
    assert result.returncode == code, result.stderr
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        f"retinaface 1x96x128 {name}" for name in ("loc", "conf", "landms")]


@pytest.mark.parametrize("arguments, code, message", [
    (["make-weights", "--network", "other", "-o", "x"], USAGE, "invalid choice: 'other'"),
    (["make-weights", "--network", "retinaface", "-o", "/dev/null/x"], OUTPUT, "Not a directory"),
    (["reference", "--network", "star", "--picture", "1x224x224"], INPUT, "multiple of 64, found 224 x 224"),
    (["reference", "--network", "mtl", "--picture", "1x225x224"], INPUT, "224 x 224, found 225 x 224"),
    (["reference", "--network", "star", "--picture", "256"], USAGE, "expected BATCHxHEIGHTxWIDTH, found '256'"),
    (["compare", "--network", "mtl", "--onnx", "x", "--run-network", "x", "--checkpoint", "/no/file"], INPUT, "/no/file"),
    (["compare", "--network", "mtl", "--onnx", "x", "--run-network", "x", "--checkpoint", "lab/__main__.py"], INPUT,
     "lab/__main__.py: expected a PyTorch checkpoint"),
    (["compare", "--network", "mtl", "--onnx", "x", "--run-network", "/bin/false"], INPUT, "x: 1"),
])
def test_failures_have_the_programs_exit_codes(arguments, code, message):
    result = lab(*arguments)
    assert (result.returncode, result.stdout) == (code, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
