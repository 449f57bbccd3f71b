# SPDX-License-Identifier: Apache-2.0
"""The program's importer against PyTorch: two readings of one description must give the same numbers."""
import json

import numpy as np
import pytest

from lab import checkpoints, compare, detection, networks, seeded
from lab.tests.test_detection import paste

FORMS = (("zip", None, ""), ("legacy", None, ""), ("zip", "net", ""), ("legacy", "net", "module."))
BOX_PX = 0.01


def write_checkpoints(folder, names, container, nest, prefix):
    files = {name: folder / f"{name}.pth" for name in names}
    for name, file in files.items():
        checkpoints.save(networks.make(name), 1, file, container, nest, prefix)
    return files


def import_seeded(import_pack, folder, form, *options, names=networks.NAMES):
    files = write_checkpoints(folder, names, *form)
    pack = import_pack(files, folder / "pack", *options)
    for file in files.values():
        file.unlink()
    return pack


@pytest.fixture(scope="session")
def pack(import_pack, tmp_path_factory):
    return import_seeded(import_pack, tmp_path_factory.mktemp("seeded"), FORMS[0])


def check(run_network, onnx, name, network, picture):
    """Asserts that the ONNX file gives the network's outputs; says the largest differences (pytest -rP shows them)."""
    expected = network(picture)
    found = compare.run_onnx(run_network, onnx, picture, expected)
    largest = compare.differences(name, found, expected, picture.shape[3])
    print(name, list(picture.shape), {key: f"{value:.2g}" for key, value in largest.items()})
    if name == "mtl" and largest["au"] > compare.LIMITS[name]["au"]:
        tie = compare.nearest_tie(network, picture)
        assert tie > compare.NEAR_TIE, f"a near tie of {tie:.2g} in the action units' graph, no error: choose another picture"
    for key, difference in largest.items():
        assert difference <= compare.LIMITS[name][key], key
    return expected, found


@pytest.mark.parametrize("batch", [1, 2])
def test_star_gives_pytorchs_points(pack, run_network, seeded_network, batch):
    check(run_network, pack / "star.onnx", "star", seeded_network("star"), seeded.pictures(batch, 256, 256, 11))


@pytest.mark.parametrize("side", [192, 320])
def test_star_of_another_size_gives_pytorchs_points(import_pack, run_network, seeded_network, tmp_path, side):
    pack = import_seeded(import_pack, tmp_path, FORMS[0], "--star-input", str(side), names=("star",))
    check(run_network, pack / "star.onnx", "star", seeded_network("star", side), seeded.pictures(1, side, side, 12))


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_the_multitask_network_gives_pytorchs_outputs(pack, run_network, seeded_network, batch):
    check(run_network, pack / "mtl.onnx", "mtl", seeded_network("mtl"), seeded.pictures(batch, 224, 224, 13))


@pytest.mark.parametrize("batch, height, width", [(1, 96, 128), (2, 75, 61), (1, 33, 200), (1, 360, 640)])
def test_retinaface_gives_pytorchs_raw_outputs_and_boxes(pack, run_network, seeded_network, batch, height, width):
    picture = seeded.pictures(batch, height, width, 14)
    expected, found = check(run_network, pack / "retinaface.onnx", "retinaface", seeded_network("retinaface"), picture)
    check_boxes(expected, found, height, width, 0.5)


def check_boxes(expected, found, height, width, min_score):
    """Same boxes and points to 0.01 px, scores to 1e-4; in the same order unless scores are equal to 1e-5."""
    theirs, ours = (detection.faces(outputs, height, width, min_score) for outputs in (expected, found))
    assert len(theirs) > 0 and theirs.shape == ours.shape
    nearest = [int(np.abs(ours[:, :4] - row[:4]).max(axis=1).argmin()) for row in theirs]
    assert sorted(nearest) == list(range(len(ours)))
    difference = np.abs(theirs - ours[nearest])
    assert np.delete(difference, 4, axis=1).max() < BOX_PX and difference[:, 4].max() < 1e-4
    assert np.diff(ours[nearest, 4]).max(initial=0) < 1e-5


@pytest.mark.parametrize("form", FORMS[1:], ids=lambda form: "-".join(filter(None, form)))
def test_every_form_of_checkpoint_gives_the_same_files(pack, import_pack, tmp_path, form):
    other = import_seeded(import_pack, tmp_path, form)
    hashes = [{name: network["sha256"] for name, network in json.loads((folder / "pack.json").read_text())["networks"].items()}
              for folder in (pack, other)]
    assert set(hashes[0]) == set(networks.NAMES)
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("name", networks.NAMES)
def test_an_unfolded_network_gives_the_same_outputs(import_pack, run_network, seeded_network, tmp_path, name):
    pack = import_seeded(import_pack, tmp_path, FORMS[0], "--keep-names", names=(name,))
    side = {"retinaface": 64, "star": 256, "mtl": 224}[name]
    check(run_network, pack / f"{name}.onnx", name, seeded_network(name, 256), seeded.pictures(1, side, side, 15))


@pytest.mark.parametrize("face_px", [40, 100, 180])
@pytest.mark.parametrize("min_score", [0.9, 0.02])
def test_the_real_retinaface_finds_what_pytorch_finds(import_pack, run_network, real_retinaface, astronaut, tmp_path, face_px, min_score):
    pack = import_pack({"retinaface": real_retinaface}, tmp_path / "pack")
    network = checkpoints.load(networks.make("retinaface"), real_retinaface)
    frame, _ = paste(astronaut, face_px)
    expected, found = check(run_network, pack / "retinaface.onnx", "retinaface", network, detection.to_input(frame))
    check_boxes(expected, found, *frame.shape[:2], min_score)
