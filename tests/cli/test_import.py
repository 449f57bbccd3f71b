# SPDX-License-Identifier: Apache-2.0
"""`facemirror model import` and `model inspect`: what they print, what they leave, how they fail."""
import hashlib
import json
import os
import subprocess

import pytest

NAMES = ("retinaface", "star", "mtl")
PARAMETERS = {"retinaface": 426608, "star": 17177332, "mtl": 25346454}


@pytest.fixture(scope="module")
def imported(program, weights, tmp_path_factory):
    """A pack of all three, with what the program printed."""
    pack = tmp_path_factory.mktemp("packs") / "mine"
    arguments = [argument for name in NAMES for argument in (f"--{name}", weights[name])]
    result = program("model", "import", *arguments, "-o", pack, "--json")
    assert result.returncode == 0, result.stderr
    return pack, result


@pytest.fixture
def small_pack(program, weights, tmp_path):
    """A pack of RetinaFace alone."""
    pack = tmp_path / "small"
    result = program("model", "import", "--retinaface", weights["retinaface"], "-o", pack)
    assert (result.returncode, result.stdout) == (0, f"{pack}\n"), result.stderr
    return pack


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_help_gives_examples_and_says_where_weights_come_from(program):
    result = program("model", "import", "--help")
    assert result.returncode == 0
    for text in ("facemirror model import --retinaface", "ships none", "academic use", "MIT licence"):
        assert text in result.stdout


def test_all_three_networks_make_a_pack(imported, weights):
    pack, result = imported
    printed = json.loads(result.stdout)
    assert printed["pack"] == str(pack)
    assert {name: network["parameters"] for name, network in printed["networks"].items()} == PARAMETERS
    for network in printed["networks"].values():
        assert sha256(pack / network["file"]) == network["sha256"]
    description = json.loads((pack / "pack.json").read_text())
    assert (description["format"], description["name"]) == (1, "star-mtl")
    networks = description["networks"]
    assert networks["retinaface"]["input"]["shape"] == [None, 3, None, None]
    assert networks["star"]["input"]["shape"] == [None, 3, 256, 256]
    assert [output["name"] for output in networks["star"]["outputs"]] == ["heat", "spread", "landmarks"]
    assert networks["mtl"]["input"]["color_order"] == "rgb"
    assert networks["mtl"]["f32_nodes"] == ["au_regressor/"]
    for name in NAMES:
        assert (networks[name]["input"]["mean"], networks[name]["input"]["scale"]) == ([0, 0, 0], [1, 1, 1])
        assert sha256(weights[name]) in networks[name]["source"]
    notice = pack / description["licences"][0]["file"]
    assert sha256(notice) == description["licences"][0]["sha256"]
    assert "keep the licence" in notice.read_text()


def test_the_same_weights_give_the_same_bytes(program, weights, small_pack, tmp_path):
    again = tmp_path / "again"
    assert program("model", "import", "--retinaface", weights["retinaface"], "-o", again).returncode == 0
    for file in ("pack.json", "retinaface.onnx"):
        assert (again / file).read_bytes() == (small_pack / file).read_bytes()


def test_the_name_is_the_default_folder(program, weights, tmp_path):
    result = program("model", "import", "--retinaface", weights["retinaface"], "--name", "faces",
                     env={**os.environ, "FACEMIRROR_PACKS": str(tmp_path)})
    assert (result.returncode, result.stdout) == (0, f"{tmp_path / 'faces'}\n"), result.stderr
    assert json.loads((tmp_path / "faces" / "pack.json").read_text())["name"] == "faces"


@pytest.mark.parametrize("arguments", [(), ("--star-input", "256"), ("--retinaface",), ("--name", "../out", "--mtl", "x")])
def test_wrong_use_is_exit_code_2(program, arguments):
    result = program("model", "import", *arguments)
    assert (result.returncode, result.stdout) == (2, "")


def test_a_missing_or_foreign_file_is_an_input_error(program, tmp_path):
    (tmp_path / "text.pth").write_text("no weights")
    for file in ("missing.pth", "text.pth"):
        result = program("model", "import", "--star", tmp_path / file, "-o", tmp_path / "pack")
        assert (result.returncode, result.stdout) == (3, "")
        assert file in result.stderr
    assert sorted(os.listdir(tmp_path)) == ["text.pth"]


def test_another_networks_weights_are_exit_code_4_with_the_keys(program, weights, tmp_path):
    result = program("model", "import", "--mtl", weights["retinaface"], "-o", tmp_path / "pack")
    assert (result.returncode, result.stdout) == (4, "")
    for text in ("missing: base_model.conv_stem.weight", "300 unexpected: body.stage1.0.0.weight", "..."):
        assert text in result.stderr
    assert os.listdir(tmp_path) == []


def test_a_star_input_of_224_is_refused_with_the_reason(program, weights, tmp_path):
    result = program("model", "import", "--star", weights["star"], "--star-input", "224", "-o", tmp_path / "pack")
    assert (result.returncode, result.stdout) == (3, "")
    assert "192, 256, 320" in result.stderr and "3.5" in result.stderr
    assert os.listdir(tmp_path) == []


def test_a_pack_that_is_there_stays_unless_it_is_overwritten(program, weights, small_pack):
    before = sha256(small_pack / "pack.json")
    arguments = ("model", "import", "--retinaface", weights["retinaface"], "--name", "other", "-o", small_pack)
    result = program(*arguments)
    assert result.returncode == 7 and "--overwrite" in result.stderr
    assert sha256(small_pack / "pack.json") == before
    assert program(*arguments, "--overwrite").returncode == 0
    assert json.loads((small_pack / "pack.json").read_text())["name"] == "other"
    assert os.listdir(small_pack.parent) == ["small"]


def test_a_folder_that_is_no_pack_is_never_replaced(program, weights, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    result = program("model", "import", "--retinaface", weights["retinaface"], "-o", tmp_path, "--overwrite")
    assert result.returncode == 7
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_a_changed_network_is_a_mismatch(program, small_pack):
    with open(small_pack / "retinaface.onnx", "r+b") as file:
        file.seek(1000)
        file.write(b"\xff")
    result = program("model", "inspect", small_pack)
    assert result.returncode == 4
    assert "retinaface.onnx" in result.stderr and "SHA-256" in result.stderr


@pytest.mark.parametrize(
    "name, convolutions, norms, unused, gmac",
    [("retinaface", 56, 47, 0, 0.98), ("star", 269, 182, 17177332 - 13476468, 17.3), ("mtl", 81, 50, 0, 0.43)])
def test_inspect_counts_a_checkpoint(program, weights, name, convolutions, norms, unused, gmac):
    result = program("model", "inspect", weights[name], "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["parameters"] == PARAMETERS[name]
    assert report["unused_parameters"] == unused
    assert report["ops"]["Conv"] == convolutions
    assert report["norms"]["BatchNormalization"] == norms
    assert report["macs"] / 1e9 == pytest.approx(gmac, rel=0.005)
    assert sum(layer["parameters"] for layer in report["layers"]) == PARAMETERS[name]
    assert sum(layer.get("unused", False) for layer in report["layers"]) == (57 if name == "star" else 0)
    assert f"checkpoint of {name}" in report["graph"]


def test_inspect_counts_an_onnx_file_for_any_input(program, small_pack):
    report = json.loads(program("model", "inspect", small_pack / "retinaface.onnx", "--input", "2,3,320,640", "--json").stdout)
    assert report["input_shape"] == [2, 3, 320, 640]
    assert report["macs"] / 1e9 == pytest.approx(0.98, rel=0.005)  # two halves of 640x640
    assert report["graph"].startswith("ONNX")
    text = program("model", "inspect", small_pack / "retinaface.onnx")
    assert text.returncode == 0
    assert "body.stage1.0.0" in text.stdout and "0.98 GMAC" in text.stdout


def test_inspect_counts_each_network_of_a_pack(program, imported):
    result = program("model", "inspect", imported[0], "--json")
    assert result.returncode == 0, result.stderr
    networks = json.loads(result.stdout)["networks"]
    assert sorted(networks) == sorted(NAMES)
    assert networks["star"]["norms"] == {"BatchNormalization": 59, "InstanceNormalization": 4}
    assert all(network["layers_of_unknown_size"] == 0 for network in networks.values())


@pytest.mark.parametrize("content, code", [(b"", 3), (b"\x08\x08\x3a\xff\xff\xff\xff\x0f", 3), (None, 3)])
def test_a_broken_onnx_file_is_an_input_error(program, tmp_path, content, code):
    if content is not None:
        (tmp_path / "net.onnx").write_bytes(content)
    result = program("model", "inspect", tmp_path / "net.onnx")
    assert (result.returncode, result.stdout) == (code, "")
    assert "net.onnx" in result.stderr
