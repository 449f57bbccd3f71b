# SPDX-License-Identifier: Apache-2.0
"""The real RetinaFace in the built program against PyTorch on a face of 25 to 400 px in a 1080p frame, rolled -30 to 30 degrees."""
import importlib.util
import json
import subprocess

import numpy as np
import PIL.Image
import pytest

from lab import checkpoints, detection, networks
from lab.tests.conftest import ROOT, from_environment

MIN_SCORE = 0.9  # behaviour.md 5.4
MIN_IOU = 0.95


@pytest.fixture(scope="module")
def scenes():
    """The pictures of tools/study_recall.py: the same pasted faces, one place for each size and roll."""
    specification = importlib.util.spec_from_file_location("study_recall", ROOT / "tools/study_recall.py")
    study = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(study)
    return study


def iou(a, b):
    sides = np.minimum(a[2:4], b[2:4]) - np.maximum(a[:2], b[:2])
    common = np.prod(np.maximum(sides, 0))
    return common / (np.prod(a[2:4] - a[:2]) + np.prod(b[2:4] - b[:2]) - common)


def test_every_face_that_pytorch_finds_is_found_in_the_same_place(import_pack, real_retinaface, astronaut, scenes, tmp_path):
    pack = import_pack({"retinaface": real_retinaface}, tmp_path / "pack")
    network = checkpoints.load(networks.make("retinaface"), real_retinaface)
    background = scenes.background(np.random.default_rng(1))
    photograph = astronaut[:, :, ::-1].astype(np.float32)
    cases = [(width, roll) for width in scenes.FACE_WIDTHS for roll in scenes.ROLLS_DEG]
    files, expected = [], []
    for i, (width, roll) in enumerate(cases):
        frame = background.copy()
        scenes.paste(photograph, frame, scenes.place_of(scenes.PLACES[i % 3], width), width, roll)
        picture = np.round(np.clip(frame, 0, 255)).astype(np.uint8)
        files.append(tmp_path / f"{i:03}.png")
        PIL.Image.fromarray(picture).save(files[-1], compress_level=1)
        outputs = network(detection.to_input(picture[:, :, ::-1]))
        expected.append(detection.faces(outputs, *picture.shape[:2], MIN_SCORE))
    command = [from_environment("FACEMIRROR_PROGRAM"), "detect", "--pack", pack, "--detector-input", "0", "--json", *files]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["images"]
    lowest = 1.0
    for case, theirs, ours in zip(cases, expected, answer):
        assert len(theirs) == len(ours["faces"]), case
        if len(theirs) > 0:
            lowest = min(lowest, iou(theirs[0], np.array(ours["faces"][0]["box"])))
            assert lowest > MIN_IOU, case
    found = sum(len(theirs) > 0 for theirs in expected)
    print(f"{found} of {len(cases)} found by both, lowest IoU {lowest:.6f}")
    assert found > 60
