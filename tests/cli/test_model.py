# SPDX-License-Identifier: Apache-2.0
"""`facemirror model install`: what it prints, what it leaves, how it fails."""
import json
import os
import shutil

import pytest


def install(program, *arguments, **environment):
    return program("model", "install", "mediapipe", *arguments, env={**os.environ, **environment})


@pytest.fixture
def copied_pack(pack, tmp_path):
    return shutil.copytree(pack, tmp_path / "packs" / "mediapipe")


def test_help_gives_examples(program):
    result = program("model", "install", "--help")
    assert result.returncode == 0
    assert "facemirror model install mediapipe --from" in result.stdout


@pytest.mark.parametrize("arguments", [(), ("install",), ("install", "unknown"), ("delete", "mediapipe")])
def test_wrong_use_is_exit_code_2(program, arguments):
    result = program("model", *arguments)
    assert result.returncode == 2
    assert result.stdout == ""


def test_a_pack_that_is_there_is_left_alone(program, copied_pack):
    before = {file.name: file.stat().st_mtime_ns for file in copied_pack.iterdir()}
    result = install(program, "--to", copied_pack, FACEMIRROR_NPM="/nonexistent/npm")
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{copied_pack}\n"
    assert "already" in result.stderr
    assert {file.name: file.stat().st_mtime_ns for file in copied_pack.iterdir()} == before


def test_the_environment_says_where_packs_are(program, copied_pack):
    result = install(program, FACEMIRROR_PACKS=str(copied_pack.parent), FACEMIRROR_NPM="/nonexistent/npm")
    assert (result.returncode, result.stdout) == (0, f"{copied_pack}\n")


def test_without_npm_it_says_what_to_do_by_hand(program, tmp_path):
    result = install(program, "--to", tmp_path / "packs" / "mediapipe", FACEMIRROR_NPM="/nonexistent/npm")
    assert result.returncode == 5
    for text in ("/nonexistent/npm", "npm pack @mediapipe/face_mesh@0.4.1657299874", "--from"):
        assert text in result.stderr
    assert result.stdout == ""
    assert list((tmp_path / "packs").iterdir()) == []


def test_a_folder_without_the_packages_is_an_input_error(program, tmp_path):
    result = install(program, "--to", tmp_path / "packs" / "mediapipe", "--from", tmp_path)
    assert result.returncode == 3
    assert "mediapipe-face_mesh-0.4.1657299874.tgz" in result.stderr
    assert list((tmp_path / "packs").iterdir()) == []


def damage_hash(folder):
    with open(folder / "mesh.bin", "r+b") as file:
        file.write(b"\xff")


def cut_off_description(folder):
    text = (folder / "pack.json").read_text()
    (folder / "pack.json").write_text(text[: len(text) // 2])


def lead_outside(folder):
    description = json.loads((folder / "pack.json").read_text())
    description["networks"]["mesh"]["file"] = "../mesh.xml"
    (folder / "pack.json").write_text(json.dumps(description))


def remove_a_file(folder):
    (folder / "canonical_face.json").unlink()


@pytest.mark.parametrize(
    "damage, named",
    [(damage_hash, "mesh.bin"), (cut_off_description, "pack.json"), (lead_outside, "networks.mesh.file"), (remove_a_file, "canonical_face.json")],
)
def test_a_damaged_pack_is_exit_code_4_and_stays(program, copied_pack, damage, named):
    damage(copied_pack)
    result = install(program, "--to", copied_pack, FACEMIRROR_NPM="/nonexistent/npm")
    assert result.returncode == 4
    assert named in result.stderr and "--overwrite" in result.stderr
    result = install(program, "--to", copied_pack, "--overwrite", FACEMIRROR_NPM="/nonexistent/npm")
    assert result.returncode == 5
    assert (copied_pack / "pack.json").exists()
    assert os.listdir(copied_pack.parent) == ["mediapipe"]


def test_a_folder_that_is_no_pack_is_never_replaced(program, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    result = install(program, "--to", tmp_path, "--overwrite")
    assert result.returncode == 7
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_a_place_that_cannot_be_written_is_exit_code_7(program, tmp_path):
    (tmp_path / "packs").write_text("a file where the folder should be")
    result = install(program, "--to", tmp_path / "packs" / "mediapipe")
    assert result.returncode == 7
    assert str(tmp_path / "packs") in result.stderr
