# SPDX-License-Identifier: Apache-2.0
"""Faces and landmarks of the built program with the real networks, on the astronaut and on clips made from it."""
import json
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["FACEMIRROR_PROGRAM"]
ASTRONAUT = pathlib.Path(os.environ.get("FACEMIRROR_ASTRONAUT") or ROOT / ".cache/astronaut.png")
PACK = ROOT / "packs/mediapipe"
GOLDEN = ROOT / "tests/golden/astronaut_mediapipe.json"

pytestmark = [
    pytest.mark.skipif(not ASTRONAUT.exists(), reason="no astronaut.png: run ./facemirror once"),
    pytest.mark.skipif(not PACK.exists(), reason="no pack mediapipe: run ./facemirror once"),
]


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=600)
    assert done.returncode == code, done.stderr
    return done


def images_of(*arguments):
    return json.loads(run(*arguments, "--json").stdout)["images"]


def face_of(picture, *options):
    (image,) = images_of("landmarks", picture, *options)
    (face,) = image["faces"]
    return face


def distance(a, b):
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5


def wflw_partners():
    """The mirror partner of each of the 98 points, written down independently of the program."""
    pairs = [(k, 32 - k) for k in range(16)]
    pairs += [(33, 46), (34, 45), (35, 44), (36, 43), (37, 42), (38, 50), (39, 49), (40, 48), (41, 47)]
    pairs += [(60, 72), (61, 71), (62, 70), (63, 69), (64, 68), (65, 75), (66, 74), (67, 73), (96, 97)]
    pairs += [(55, 59), (56, 58), (76, 82), (77, 81), (78, 80), (83, 87), (84, 86), (88, 92), (89, 91), (93, 95)]
    partner = list(range(98))
    for a, b in pairs:
        partner[a], partner[b] = b, a
    return partner


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


@pytest.fixture(scope="session")
def flipped(tmp_path_factory):
    picture = tmp_path_factory.mktemp("flip") / "flipped.png"
    ffmpeg("-i", ASTRONAUT, "-vf", "hflip", picture)
    return picture


def largest_flip_error(face, flipped_face, width):
    """Of the flipped picture's points, put back, against the picture's own; px."""
    points, partner = face["landmarks"], wflw_partners()
    back = [[width - 1 - x, y] for x, y in flipped_face["landmarks"]]
    return max(distance(back[partner[k]], points[k]) for k in range(98))


def test_one_pass_equals_mediapipes_own_mesh_within_a_twentieth_of_a_pixel():
    golden = json.loads(GOLDEN.read_text())
    mesh = face_of(ASTRONAUT, "--passes", 1, "--roi-iterations", 1, "--mesh")["mesh"]
    assert len(mesh) == len(golden["mesh"]) == 478
    worst_px = max(abs(a - b) for ours, theirs in zip(mesh, golden["mesh"]) for a, b in zip(ours, theirs))
    print(f"largest difference {worst_px:.4f} px")
    assert worst_px < 0.05


def test_flipping_picture_and_region_together_swaps_the_sides_exactly(flipped):
    # A given box makes the region of interest flip exactly with the picture.
    face = face_of(ASTRONAUT, "--face-box", "175,80,275,180")
    other = face_of(flipped, "--face-box", f"{511 - 275},80,{511 - 175},180")
    error_px = largest_flip_error(face, other, 512)
    print(f"largest difference {error_px:.5f} px")
    assert error_px < 1e-3


def test_flipping_the_picture_swaps_the_sides_through_the_whole_chain(flipped):
    face, other = face_of(ASTRONAUT), face_of(flipped)
    oed_px = distance(face["landmarks"][60], face["landmarks"][72])
    error_oed = largest_flip_error(face, other, 512) / oed_px
    print(f"largest difference {100 * error_oed:.3f} % of the outer-eye distance")
    assert error_oed < 0.002
    assert face["yaw_deg"] == pytest.approx(-other["yaw_deg"], abs=0.2)
    assert face["roll_deg"] == pytest.approx(-other["roll_deg"], abs=0.2)
    assert face["pitch_deg"] == pytest.approx(other["pitch_deg"], abs=0.2)


def test_json_has_every_key_of_the_contract():
    (found,) = images_of("detect", ASTRONAUT)
    assert (found["file"], found["width"], found["height"]) == (str(ASTRONAUT), 512, 512)
    (face,) = found["faces"]
    assert len(face["box"]) == 4 and 0.9 < face["score"] <= 1 and len(face["points"]) == 6
    x1, y1, x2, y2 = face["box"]
    assert x1 < face["points"][2][0] < x2 and y1 < face["points"][2][1] < y2  # the nose
    face = face_of(ASTRONAUT)
    assert len(face["landmarks"]) == len(face["confidence"]) == 98
    assert all(0 < confidence <= 1 for confidence in face["confidence"])
    assert abs(face["yaw_deg"]) < 3 and abs(face["roll_deg"] + 3) < 2
    assert face_of(ASTRONAUT, "--passes", 1)["confidence"] is None


def test_csv_has_the_same_faces_as_json():
    for command, points, key in (("detect", 6, "points"), ("landmarks", 98, "landmarks")):
        header, row = run(command, ASTRONAUT, "--csv").stdout.splitlines()
        columns, cells = header.split(","), row.split(",")
        assert len(columns) == len(cells) and columns[-1] == f"y_{points - 1}"
        (image,) = images_of(command, ASTRONAUT)
        last = [float(cell) for cell in cells[-2:]]
        assert last == pytest.approx(image["faces"][0][key][-1], abs=1e-3)
    run("detect", ASTRONAUT, "--csv", "--json", code=2)


def test_detect_tells_faces_from_the_score_that_is_asked_for():
    (image,) = images_of("detect", ASTRONAUT, "--min-score", 0.99)
    assert image["faces"] == []
    for options in (("--min-score", 1.1), ("--min-score", "x"), ("--detector-input", -1), ("--within", "1,2,3"),
                    ("--within", "5,5,5,9"), ("--detector-input", 0, "--within", "0,0,9,9")):
        assert options[0] in run("detect", ASTRONAUT, *options, code=2).stderr


def test_partner_table_is_the_canonical_faces():
    vertices = json.loads((PACK / "canonical_face.json").read_text())["vertices"]
    source = (ROOT / "src/facemirror/landmarks/detail/mesh_tables.cpp").read_text()
    table = [int(n) for n in re.findall(r"\d+", re.search(r"mesh_partner\{([^}]*)\}", source)[1])]
    assert len(table) == 478
    for i, (x, y, z) in enumerate(vertices):
        nearest = min(range(468), key=lambda j: (vertices[j][0] + x) ** 2 + (vertices[j][1] - y) ** 2
                      + (vertices[j][2] - z) ** 2)
        assert table[i] == nearest, i


def test_a_bad_file_does_not_stop_the_others(tmp_path):
    bad = tmp_path / "text.png"
    bad.write_text("no picture")
    done = run("detect", bad, ASTRONAUT, tmp_path / "missing.png", "--json", code=3)
    assert [image["file"] for image in json.loads(done.stdout)["images"]] == [str(ASTRONAUT)]
    assert "text.png" in done.stderr and "missing.png" in done.stderr


def test_drawings_are_written(tmp_path):
    run("landmarks", ASTRONAUT, "--draw", tmp_path / "drawn")
    assert (tmp_path / "drawn/astronaut.png").read_bytes().startswith(b"\x89PNG")
    run("detect", ASTRONAUT, "--draw", ASTRONAUT, code=7)


def clip(folder, *options):
    file = folder / "clip.mp4"
    run("synth", "-o", file, *options)
    return file


def statuses(frames):
    return [image["faces"][0]["status"] if image["faces"] else "no_face" for image in frames]


@pytest.mark.parametrize("side", ["left", "right", "lower"])
def test_a_face_half_covered_for_a_second_is_not_ok(tmp_path, side):
    file = clip(tmp_path, "--still", "--duration", 3, "--head", "shift=4,roll=2", "--noise", 2,
                "--occlude", f"side={side},start=1,end=2,share=0.5")
    status = statuses(images_of("landmarks", file))
    assert len(status) == 90
    assert sum(s != "ok" for s in status[30:60]) >= 24
    assert sum(s != "ok" for s in status[:30] + status[61:]) == 0


@pytest.mark.parametrize("options", [
    ["--still", "--duration", 3, "--head", "shift=25,roll=15,zoom=15,yaw=15,period=1.5", "--noise", 4],
    ["--move", "blink:left=1,right=1,start=0.5,rise=0.07,hold=0.03,fall=0.1"],
    ["--move", "smile:left=0,right=1,amount=15"],
    ["--still", "--duration", 5, "--fps", 1, "--head", "shift=25,roll=15,zoom=15,period=3.3"],
    ["--still", "--duration", 0.5, "--fps", 240, "--head", "shift=25,roll=15,zoom=15,period=0.5"],
    ["--still", "--duration", 2, "--face-px", 40, "--size", "640x360", "--noise", 6],
], ids=["wild head", "blink", "one-sided smile", "1 fps", "240 fps", "small face"])
def test_a_clear_face_is_never_doubted(tmp_path, options):
    status = statuses(images_of("landmarks", clip(tmp_path, *options)))
    assert len(status) >= 5
    assert set(status) == {"ok"}


@pytest.mark.parametrize("size", [1, 1.3])
def test_a_second_face_passing_in_front_does_not_steal_the_track(tmp_path, size):
    file = clip(tmp_path, "--still", "--duration", 3, "--second-face", f"start=1,end=1.5,size={size}")
    frames = images_of("landmarks", file)
    nose = [image["faces"][0]["landmarks"][54] for image in frames if image["faces"]]
    oed_px = distance(frames[0]["faces"][0]["landmarks"][60], frames[0]["faces"][0]["landmarks"][72])
    ok = [distance(image["faces"][0]["landmarks"][54], nose[0]) / oed_px
          for image in frames if statuses([image]) == ["ok"]]
    assert max(ok) < 0.3  # every frame called ok shows the patient
    assert statuses(frames)[47:] == ["ok"] * (len(frames) - 47)
    assert distance(nose[-1], nose[0]) < 0.02 * oed_px
