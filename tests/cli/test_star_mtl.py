# SPDX-License-Identifier: Apache-2.0
"""`facemirror run` with the pack of the three research networks: random weights for STAR and the multitask network, and,
where the development data lie beside the project, the real ones for RetinaFace. The numbers mean nothing; what is looked
at is which network saw what, and what became of it."""
import json
import pathlib
import shutil

import jsonschema
import pytest
from conftest import ROOT, read_table

RETINAFACE = ROOT.parent / "shared" / "data" / "retinaface" / "mobilenet0.25_Final.pth"
UNITS = (1, 2, 4, 6, 9, 12, 25, 26)
EMOTIONS = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger", "contempt")
BOX = "100,60,230,220"


@pytest.fixture(scope="session")
def import_pack(program, weights, tmp_path_factory):
    """Packs of some of the networks: import_pack("star", "mtl") -> folder. `real` stands for the real RetinaFace."""
    folder = tmp_path_factory.mktemp("packs")

    def make(*networks):
        pack = folder / "_".join(networks)
        if not pack.exists():
            options = []
            for network in networks:
                options += ["--retinaface", RETINAFACE] if network == "real" else [f"--{network}", weights[network]]
            result = program("model", "import", *options, "-o", pack)
            assert result.returncode == 0, result.stderr
        return pack

    return make


@pytest.fixture(scope="session")
def short_clip(synth):
    """0.3 s of a face at rest, 320 x 320."""
    return synth("short", "--size", "320x320", "--face-px", "90", "--duration", "0.3", "--still")


def run(program, clip, pack, folder, *options, threads=2):
    result = program("run", clip, "--pack", pack, "-o", folder, "--threads", threads, "--no-video", "--json", *options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout), result


def stage(told, operation):
    found = [s for s in told["stages"] if s["operation"] == operation]
    return (found[0]["calls"], found[0]["items"]) if found else None


@pytest.fixture(scope="session")
def boxed(program, pack, import_pack, short_clip, tmp_path_factory):
    """A finished run of all three networks in a given box."""
    folder = tmp_path_factory.mktemp("boxed")
    told, result = run(program, short_clip, import_pack("retinaface", "star", "mtl"), folder, "--face-box", BOX)
    return folder, told, result


def test_star_runs_on_every_frame_and_mtl_on_both_halves(boxed):
    _, told, _ = boxed
    frames = told["frames"]["decoded"]
    assert frames == 9
    assert told["frames"]["ok"] == frames
    assert stage(told, "star") == (frames, frames)
    assert stage(told, "mtl") == (frames, 2 * frames)
    assert stage(told, "retinaface") is None
    assert stage(told, "mesh") is None


def test_every_table_is_complete(boxed):
    folder, told, _ = boxed
    frames = told["frames"]["decoded"]
    for table in ("frames", "landmarks", "left_mirrored", "right_mirrored"):
        assert len(read_table(folder / f"short_{table}.csv")) == frames, table
    rows = read_table(folder / "short_frames.csv")
    for row in rows:
        assert 0 < float(row["landmark_confidence"]) < 1
        for side in ("left", "right"):
            for unit in UNITS:
                score = float(row[f"au{unit}_score_{side}"])
                assert 0 <= score <= 1
                assert float(row[f"au{unit}_{side}"]) == pytest.approx(5 * score)
            assert sum(float(row[f"emotion_{name}_{side}"]) for name in EMOTIONS) == pytest.approx(1)
            assert row[f"gaze_halves_yaw_deg_{side}"] != "nan"
            assert row[f"eye_aspect_ratio_{side}"] != "nan"
            # What the pack does not deliver is empty, never a guess.
            for missing in ("au5", "au12_halves", "gaze_yaw_deg", "commissure_up_oed_halves"):
                assert row[f"{missing}_{side}"] == "nan", missing
    points = read_table(folder / "short_landmarks.csv")[0]
    assert points["x_0"] != "nan" and points["xs_97"] != "nan"
    assert points["xh_0"] == "nan"


def test_openface_tables_hold_the_scores_times_five_and_the_occurrence(boxed):
    folder, _, _ = boxed
    frames = read_table(folder / "short_frames.csv")
    for side in ("left", "right"):
        for row, frame in zip(read_table(folder / f"short_{side}_mirrored.csv"), frames):
            assert row["success"] == "1"
            for unit in UNITS:
                score = float(frame[f"au{unit}_score_{side}"])
                assert float(row[f"AU{unit:02}_r"]) == pytest.approx(5 * score)
                assert float(row[f"AU{unit:02}_c"]) == (1 if score >= 0.5 else 0)
            for unit in (5, 7, 10, 14, 15, 16, 17, 20, 23):
                assert row[f"AU{unit:02}_r"] == "nan"
                assert row[f"AU{unit:02}_c"] == "nan"


def test_run_json_names_the_weights_and_what_the_default_pack_lent(boxed, import_pack):
    _, told, _ = boxed
    description = json.loads((import_pack("retinaface", "star", "mtl") / "pack.json").read_text())
    assert told["pack"]["name"] == "star-mtl"
    for network in ("retinaface", "star", "mtl"):
        assert told["pack"]["networks"][network]["sha256"] == description["networks"][network]["sha256"]
    assert told["pack"]["fallback"]["name"] == "mediapipe"
    assert told["pack"]["fallback"]["parts"] == ["head"]
    assert "5 x the score" in told["au_r"]
    assert "0.5" in told["au_c"]
    jsonschema.validate(told, json.loads((ROOT / "docs" / "run.schema.json").read_text()))


def test_a_second_run_gives_the_same_bytes(boxed, program, import_pack, short_clip, tmp_path):
    folder, _, _ = boxed
    pack = import_pack("retinaface", "star", "mtl")
    run(program, short_clip, pack, tmp_path, "--face-box", BOX, threads=1)
    for table in ("frames", "landmarks", "left_mirrored", "right_mirrored"):
        assert (folder / f"short_{table}.csv").read_bytes() == (tmp_path / f"short_{table}.csv").read_bytes(), table


def test_the_same_weights_give_the_same_pack(program, weights, import_pack, tmp_path):
    first = import_pack("mtl")
    result = program("model", "import", "--mtl", weights["mtl"], "-o", tmp_path / "again")
    assert result.returncode == 0, result.stderr
    assert (first / "pack.json").read_bytes() == (tmp_path / "again" / "pack.json").read_bytes()


@pytest.mark.skipif(not RETINAFACE.exists(), reason="../shared/data/retinaface is absent: the real RetinaFace weights are not tested")
def test_real_retinaface_finds_the_face_and_random_star_points_are_flagged(program, pack, import_pack, short_clip, tmp_path):
    told, _ = run(program, short_clip, import_pack("real", "star", "mtl"), tmp_path)
    frames = told["frames"]["decoded"]
    assert told["frames"] == {"decoded": frames, "ok": 0, "no_face": 0, "low_quality": frames, "occluded": 0}
    assert stage(told, "retinaface")[0] >= frames
    for row in read_table(tmp_path / "short_frames.csv"):
        assert float(row["score"]) > 0.99
        assert row["reason"] != ""
        assert row["au12_score_left"] == "nan"
    assert read_table(tmp_path / "short_landmarks.csv")[0]["x_0"] != "nan"


@pytest.mark.skipif(not RETINAFACE.exists(), reason="../shared/data/retinaface is absent: the real RetinaFace weights are not tested")
def test_real_retinaface_with_the_default_packs_mesh_follows_the_face(program, pack, import_pack, short_clip, tmp_path):
    told, result = run(program, short_clip, import_pack("real"), tmp_path)
    assert told["frames"]["ok"] == told["frames"]["decoded"]
    assert stage(told, "retinaface") == (1, 1)
    assert told["pack"]["fallback"]["parts"] == ["landmarks", "halves", "head"]
    assert "stands in for" in result.stderr


def test_without_mtl_the_mesh_of_the_default_pack_sees_the_halves(program, pack, import_pack, short_clip, tmp_path):
    told, _ = run(program, short_clip, import_pack("star"), tmp_path, "--face-box", BOX)
    frames = told["frames"]["decoded"]
    assert stage(told, "star") == (frames, frames)
    # Two rounds of two passes on the frame, one pass on each half.
    assert stage(told, "mesh") == (6 * frames, 6 * frames)
    assert told["pack"]["fallback"]["parts"] == ["detector", "halves", "head"]
    row = read_table(tmp_path / "short_frames.csv")[0]
    assert row["commissure_up_oed_halves_left"] != "nan"
    assert row["au12_score_left"] == "nan"


def test_without_star_the_mesh_finds_the_points_and_mtl_sees_the_halves_too(program, pack, import_pack, short_clip, tmp_path):
    told, _ = run(program, short_clip, import_pack("mtl"), tmp_path, "--neutral", "0-0.3")
    frames = told["frames"]["decoded"]
    assert told["frames"]["ok"] == frames
    assert stage(told, "mtl") == (frames, 2 * frames)
    row = read_table(tmp_path / "short_frames.csv")[0]
    assert row["au12_score_left"] != "nan"
    assert float(row["au12_left"]) == pytest.approx(5 * float(row["au12_score_left"]))
    assert row["au45_left"] != "nan"
    assert row["commissure_up_oed_halves_left"] != "nan"


def test_landmarks_says_how_sure_each_point_is(program, pack, import_pack, short_clip):
    result = program("landmarks", short_clip, "--pack", import_pack("star"), "--face-box", BOX, "--json")
    assert result.returncode == 0, result.stderr
    face = json.loads(result.stdout)["images"][0]["faces"][0]
    assert len(face["landmarks"]) == len(face["confidence"]) == 98
    assert all(0 <= value <= 1 for value in face["confidence"])


def damaged(pack, folder, change):
    """A copy of a pack whose pack.json was changed."""
    copy = pathlib.Path(shutil.copytree(pack, folder / "damaged"))
    description = json.loads((copy / "pack.json").read_text())
    change(description["networks"]["mtl"], copy)
    (copy / "pack.json").write_text(json.dumps(description))
    return copy


def other_weights(network, copy):
    with open(copy / network["file"], "r+b") as file:
        file.seek(1000)
        file.write(b"\0\1\2\3")


@pytest.mark.parametrize("change,words", [
    (lambda network, copy: network.update(sha256="0" * 64), ("SHA-256", "0" * 64)),
    (other_weights, ("SHA-256", "mtl.onnx")),
    (lambda network, copy: (copy / network["file"]).unlink(), ("mtl.onnx", "not whole")),
    (lambda network, copy: network["outputs"].pop(), ("3", "2", "outputs")),
    (lambda network, copy: network["input"].update(name="picture"), ("picture", "image")),
    (lambda network, copy: network["input"].update(shape=[None, 3, 112, 112]), ("112", "224")),
    (lambda network, copy: network["outputs"][2].update(shape=[None, 12]), ("12", "8")),
])
def test_a_pack_that_disagrees_with_its_files_is_exit_code_4(program, pack, import_pack, short_clip, tmp_path, change, words):
    copy = damaged(import_pack("mtl"), tmp_path, change)
    result = program("run", short_clip, "--pack", copy, "-o", tmp_path / "out", "--no-video")
    assert result.returncode == 4, result.stderr
    assert "expected" in result.stderr and "found" in result.stderr
    for word in words:
        assert word in result.stderr
    assert not list((tmp_path / "out").glob("short*"))
