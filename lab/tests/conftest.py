# SPDX-License-Identifier: Apache-2.0
"""What the lab's tests share: the built program, the tool that runs one network, the real RetinaFace weights, a photograph."""
import os
import pathlib
import subprocess

import numpy as np
import PIL.Image
import pytest
import torch

from lab import networks, seeded

ROOT = pathlib.Path(__file__).parents[2]
REAL_RETINAFACE = ROOT / "../shared/data/retinaface/mobilenet0.25_Final.pth"


@pytest.fixture(autouse=True, scope="session")
def no_gradients():
    with torch.no_grad():
        yield


def from_environment(name):
    path = os.environ.get(name)
    if not path:
        pytest.skip(f"{name} is not set; ctest sets it")
    return path


@pytest.fixture(scope="session")
def run_network():
    return from_environment("FACEMIRROR_RUN_NETWORK")


@pytest.fixture(scope="session")
def import_pack():
    """import_pack({network: checkpoint}, folder, options...) -> folder, imported by the built program."""
    program = from_environment("FACEMIRROR_PROGRAM")

    def go(checkpoints, folder, *options):
        given = [part for name, file in checkpoints.items() for part in (f"--{name}", str(file))]
        result = subprocess.run([program, "model", "import", *given, "-o", str(folder), *options], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return folder

    return go


@pytest.fixture(scope="session")
def seeded_network():
    """seeded_network(name, side) -> the network with the weights of seed 1; made once."""
    made = {}

    def get(name, side_px=256):
        if (name, side_px) not in made:
            made[name, side_px] = seeded.load(networks.make(name, side_px), 1)
        return made[name, side_px]

    return get


@pytest.fixture(scope="session")
def real_retinaface():
    """The real weights' file; see CONTRIBUTING.md."""
    if not REAL_RETINAFACE.exists():
        pytest.skip("../shared/data/retinaface/mobilenet0.25_Final.pth is not there")
    return REAL_RETINAFACE


@pytest.fixture(scope="session")
def astronaut():
    """The sample photograph, which has one face: BGR, 512 x 512."""
    file = ROOT / ".cache/astronaut.png"
    if not file.exists():
        pytest.skip(".cache/astronaut.png is not there: run ./facemirror once")
    return np.asarray(PIL.Image.open(file).convert("RGB"))[:, :, ::-1]
