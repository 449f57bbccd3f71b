# SPDX-License-Identifier: Apache-2.0
"""`facemirror run` on good and on bad input: exit codes, messages, files, frame counts and times."""
import csv
import json
import os
import shutil
import signal
import subprocess
import time

import jsonschema
import pytest
from conftest import ROOT, ffmpeg, probe_frames, read_table

TABLES = ("left_mirrored.csv", "right_mirrored.csv", "frames.csv", "landmarks.csv")
VIDEOS = ("left_mirrored.mp4", "right_mirrored.mp4", "debug.mp4")


def run(program, pack, *arguments, **options):
    return program("run", "--pack", pack, "--threads", "2", *arguments, **options)


def run_json(folder, stem):
    return json.loads((folder / f"{stem}_run.json").read_text())


def assert_complete(folder, stem, source):
    """Rows = frames that FFmpeg decodes = frames of each video, and the times are the source's."""
    times, tick = probe_frames(source)
    times = [(t - times[0]) * tick for t in times]
    for table in TABLES:
        assert len(read_table(folder / f"{stem}_{table}")) == len(times), table
    rows = read_table(folder / f"{stem}_frames.csv")
    assert [float(row["pts_s"]) for row in rows] == pytest.approx(times, abs=1e-6)
    for video in VIDEOS:
        written, written_tick = probe_frames(folder / f"{stem}_{video}")
        assert [t * written_tick for t in written] == pytest.approx(times, abs=written_tick), video


def assert_no_leftovers(folder):
    assert [name for name in os.listdir(folder) if name.endswith(".part") or name.startswith(".")] == []


# Good input.


@pytest.fixture(scope="session")
def finished(program, pack, face_clip, tmp_path_factory):
    """A finished run of the face clip with JSON on stdout. Its face smiles with open lips: the neutral is given."""
    folder = tmp_path_factory.mktemp("finished")
    result = run(program, pack, face_clip, "-o", folder, "--json", "--neutral", "0-0.9")
    assert result.returncode == 0, result.stderr
    return folder, result


def test_writes_all_files_and_nothing_else(finished):
    folder, _ = finished
    assert sorted(os.listdir(folder)) == sorted(f"face_{end}" for end in (*TABLES, *VIDEOS, "run.json"))


def test_rows_frames_and_times_agree(finished, face_clip):
    assert_complete(finished[0], "face", face_clip)


def test_the_still_face_is_ok_in_every_frame(finished):
    rows = read_table(finished[0] / "face_frames.csv")
    assert {row["status"] for row in rows} == {"ok"}


def test_stdout_is_run_json_on_one_line(finished):
    folder, result = finished
    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout)["input"] == run_json(folder, "face")["input"]


def test_run_json_has_the_keys_of_the_contract(finished):
    told = run_json(finished[0], "face")
    for key in ("version", "input", "pack", "precision", "device", "options", "frames", "neutral_start_s", "neutral_end_s",
                "neutral_source", "wall_s", "fps", "peak_rss_mib", "warnings", "stages"):
        assert key in told, key
    assert set(told["frames"]) == {"decoded", "ok", "no_face", "low_quality", "occluded"}
    assert {"file", "sha256", "frames", "width", "height", "rotation", "duration_s"} <= set(told["input"])
    assert (told["neutral_source"], told["neutral_start_s"]) == ("given", 0)
    mesh = next(stage for stage in told["stages"] if stage["operation"] == "mesh")
    # Two passes and two halves a frame; five more looks of both passes after the first detection.
    assert mesh["items"] == 4 * told["frames"]["ok"] + 10


def test_run_json_fits_its_schema(finished):
    schema = json.loads((ROOT / "docs" / "run.schema.json").read_text())
    jsonschema.validate(run_json(finished[0], "face"), schema)


def test_frames_table_begins_as_the_contract_says(finished):
    header = (finished[0] / "face_frames.csv").read_text().split("\n")[0]
    assert header.startswith("frame,pts_s,status,box_x1,box_y1,box_x2,box_y2,score,yaw_deg,pitch_deg,roll_deg,quality,"
                             "midline_x,midline_y,midline_dx,midline_dy,")
    for column in ("commissure_excursion_canonical_cm_left", "palpebral_fissure_oed_right", "eye_aspect_ratio_left",
                   "au12_left", "au12_halves_right", "au12_frame_right"):
        assert column in header.split(","), column


def test_a_finished_video_is_skipped_and_overwrite_does_it_again(finished, program, pack, face_clip):
    folder, _ = finished
    before = (folder / "face_frames.csv").stat().st_mtime_ns
    result = run(program, pack, face_clip, "-o", folder, "--neutral", "0-0.9")
    assert result.returncode == 0
    assert "skipped" in result.stderr
    assert (folder / "face_frames.csv").stat().st_mtime_ns == before
    assert run(program, pack, face_clip, "-o", folder, "--neutral", "0-0.9", "--overwrite").returncode == 0
    assert (folder / "face_frames.csv").stat().st_mtime_ns > before


def test_threads_and_repetition_change_no_table(program, pack, synth, tmp_path):
    clip = synth("demo", "--size", "320x320", "--face-px", "90", "--duration", "2")
    for name, threads in (("a", 1), ("b", 1), ("c", 2), ("d", 4)):
        result = program("run", clip, "--pack", pack, "-o", tmp_path / name, "--threads", threads, "--no-video")
        assert result.returncode == 0, result.stderr
    for table in TABLES:
        first = (tmp_path / "a" / f"demo_{table}").read_bytes()
        for name in "bcd":
            assert (tmp_path / name / f"demo_{table}").read_bytes() == first, (table, name)


def test_cadence_says_which_points_are_by_flow_and_keeps_a_blink(program, pack, synth, tmp_path):
    clip = synth("lids", "--size", "320x320", "--face-px", "90", "--duration", "2", "--move", "blink:start=0.5")
    rows = {}
    for name, every, threads in (("all", "1", 2), ("flow", "4", 2), ("one", "4", 1), ("four", "4", 4)):
        result = program("run", clip, "--pack", pack, "-o", tmp_path / name, "--threads", threads, "--no-video", "--landmarks-every", every)
        assert result.returncode == 0, result.stderr
        with open(tmp_path / name / "lids_frames.csv", newline="") as file:
            rows[name] = list(csv.DictReader(file))
    for table in TABLES:
        flow = (tmp_path / "flow" / f"lids_{table}").read_bytes()
        assert all((tmp_path / name / f"lids_{table}").read_bytes() == flow for name in ("one", "four")), table
    assert all(row["points_by_flow"] == "0" for row in rows["all"])
    by_flow = [row["points_by_flow"] == "1" for row in rows["flow"]]
    assert sum(by_flow) >= len(by_flow) / 3 and not by_flow[0]
    assert max(len(run) for run in "".join("f" if flow else " " for flow in by_flow).split()) <= 3

    def fissures(name):
        return [float(row["palpebral_fissure_oed_left"]) for row in rows[name]]

    assert min(fissures("all")) < 0.5 * max(fissures("all"))
    assert min(fissures("flow")) == pytest.approx(min(fissures("all")), abs=0.01)  # 0.0010 was measured on such clips
    assert max(abs(a - b) for a, b in zip(fissures("flow"), fissures("all"))) < 0.02  # at every moment of the blink


@pytest.mark.parametrize("every", ["0", "-1", "1001", "often", "4x", ""])
def test_a_cadence_that_is_none_is_refused(program, face_clip, every):
    result = program("run", face_clip, f"--landmarks-every={every}")
    assert result.returncode == 2 and "--landmarks-every" in result.stderr


def test_variable_rate_keeps_its_times(program, pack, synth, tmp_path):
    clip = synth("vfr", "--size", "320x320", "--face-px", "90", "--duration", "1", "--still", "--vfr")
    assert run(program, pack, clip, "-o", tmp_path).returncode == 0
    assert_complete(tmp_path, "vfr", clip)


def test_a_stream_from_stdin_is_called_stream(program, pack, face_clip, tmp_path):
    mkv = tmp_path / "face.mkv"
    ffmpeg("-i", face_clip, "-c", "copy", mkv)
    with open(mkv, "rb") as stream:
        result = run(program, pack, "-", "-o", tmp_path / "out", stdin=stream)
    assert result.returncode == 0, result.stderr
    assert_complete(tmp_path / "out", "stream", mkv)
    assert run_json(tmp_path / "out", "stream")["input"]["sha256"] is None


def test_start_and_end_cut_the_clip(program, pack, face_clip, tmp_path):
    assert run(program, pack, face_clip, "-o", tmp_path, "--start", "0.3", "--end", "0.7").returncode == 0
    rows = read_table(tmp_path / "face_frames.csv")
    times, tick = probe_frames(face_clip)
    assert len(rows) == len([t for t in times if 0.3 <= t * tick < 0.7])
    assert float(rows[0]["pts_s"]) == 0


def audio_packets(file):
    """Index and hash of each audio packet; the data must be the same whatever the container's time base."""
    text = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", str(file), "-map", "0:a", "-c", "copy", "-f", "streamhash", "-hash", "md5", "-"],
                          check=True, capture_output=True, text=True).stdout
    return [line.split("=")[1] for line in text.splitlines()]


def test_two_audio_tracks_are_copied_bit_for_bit(program, pack, face_clip, tmp_path):
    clip = tmp_path / "sound.mp4"
    ffmpeg("-i", face_clip, "-f", "lavfi", "-i", "sine=440:duration=1", "-f", "lavfi", "-i", "sine=880:duration=1", "-map", "0:v",
           "-map", "1:a", "-map", "2:a", "-c:v", "copy", "-c:a", "aac", clip)
    assert run(program, pack, clip, "-o", tmp_path / "out").returncode == 0
    assert_complete(tmp_path / "out", "sound", clip)
    for video in VIDEOS:
        assert audio_packets(tmp_path / "out" / f"sound_{video}") == audio_packets(clip), video


# Several inputs.


def test_one_bad_file_does_not_stop_the_rest(program, pack, face_clip, tmp_path):
    bad = tmp_path / "bad.mp4"
    bad.write_text("no video")
    result = run(program, pack, tmp_path / "missing.mp4", bad, face_clip, "-o", tmp_path / "out", "--no-video")
    assert result.returncode == 3
    assert "missing.mp4" in result.stderr and "bad.mp4" in result.stderr
    assert "3 inputs: 1 done, 0 skipped as finished, 2 failed" in result.stderr
    assert run_json(tmp_path / "out", "face")["frames"]["ok"] > 0
    assert_no_leftovers(tmp_path / "out")


def test_the_same_stem_twice_does_not_overwrite(program, pack, face_clip, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    shutil.copy(face_clip, tmp_path / "a" / "clip.mp4")
    ffmpeg("-i", face_clip, "-t", "0.5", tmp_path / "b" / "clip.mp4")
    result = run(program, pack, tmp_path / "a" / "clip.mp4", tmp_path / "b" / "clip.mp4", "-o", tmp_path / "out", "--no-video")
    assert result.returncode == 0, result.stderr
    told = [json.loads(file.read_text()) for file in (tmp_path / "out").glob("clip*_run.json")]
    assert len(told) == 2
    second = next(t for t in told if "/b/" in t["input"]["file"])
    assert (tmp_path / "out" / f"clip-{second['input']['sha256'][:8]}_frames.csv").exists()


def test_a_folder_gives_its_videos_but_not_our_own_outputs(program, pack, face_clip, tmp_path):
    shutil.copy(face_clip, tmp_path / "one.MP4")
    (tmp_path / "notes.txt").write_text("not a video")
    assert run(program, pack, tmp_path, "-o", tmp_path).returncode == 0
    result = run(program, pack, tmp_path, "-o", tmp_path)
    assert result.returncode == 0
    assert "skipped" in result.stderr
    assert len(list(tmp_path.glob("*_run.json"))) == 1


def test_no_neutral_is_a_warning_and_leaves_the_units_empty(program, pack, face_clip, tmp_path):
    result = run(program, pack, face_clip, "-o", tmp_path, "--no-video")
    assert result.returncode == 0
    assert "no neutral" in result.stderr and "--neutral" in result.stderr
    assert run_json(tmp_path, "face")["neutral_source"] is None
    assert {row["au12_left"] for row in read_table(tmp_path / "face_frames.csv")} == {"nan"}


def test_an_interrupt_leaves_no_temporary_files(program, pack, synth, tmp_path):
    clip = synth("long", "--size", "640x640", "--duration", "6")
    process = subprocess.Popen([program.path, "run", clip, "--pack", pack, "-o", tmp_path / "out"], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / "out").exists() or not any(name.endswith(".part") for name in os.listdir(tmp_path / "out")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, text = process.communicate(timeout=60)
    assert process.returncode == 130, text
    assert os.listdir(tmp_path / "out") == []


def test_an_interrupted_stream_keeps_what_was_measured(program, pack, face_clip, tmp_path):
    mkv = tmp_path / "face.mkv"
    ffmpeg("-i", face_clip, "-c", "copy", mkv)
    out = tmp_path / "out"
    process = subprocess.Popen([program.path, "run", "-", "--pack", pack, "-o", out, "--quiet"], stdin=subprocess.PIPE)
    process.stdin.write(mkv.read_bytes()[: mkv.stat().st_size * 9 // 10])
    process.stdin.flush()  # The pipe stays open: the stream only pauses.
    deadline = time.monotonic() + 60
    while not out.exists() or not any(name.endswith(".part") for name in os.listdir(out)):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130  # communicate() would close the pipe and end the stream by itself
    process.stdin.close()
    told = run_json(out, "stream")
    assert told["frames"]["decoded"] > 0
    assert "the stream was ended by the user" in told["warnings"]
    assert len(read_table(out / "stream_frames.csv")) == told["frames"]["decoded"]
    assert_no_leftovers(out)


# Bad input: exit code, and the message names the file and what was found.


def gray(file, size="64x48", frames=5, rate=30, *options):
    # The source makes even sizes only.
    ffmpeg("-f", "lavfi", "-i", f"color=gray:size=64x48:rate={rate}", "-frames:v", frames, "-vf", f"scale={size.replace('x', ':')}",
           *options, file)
    return file


def text_file(folder):
    file = folder / "text.mp4"
    file.write_text("this is not a video\n" * 100)
    return file


def empty_file(folder):
    file = folder / "empty.mp4"
    file.touch()
    return file


def audio_only(folder):
    file = folder / "sound.m4a"
    ffmpeg("-f", "lavfi", "-i", "sine=440:duration=1", "-c:a", "aac", file)
    return file


def no_frames(folder):
    file = folder / "none.avi"
    ffmpeg("-f", "lavfi", "-i", "color=gray:size=64x48", "-frames:v", "0", "-c:v", "mjpeg", file)
    return file


def without_moov(folder):
    whole = gray(folder / "whole.mp4", "320x240", 60)
    file = folder / "cut.mp4"
    file.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return file


@pytest.mark.parametrize("make, finding", [
    (lambda folder: folder / "missing.mp4", "missing.mp4"),
    (empty_file, "empty.mp4"),
    (text_file, "text.mp4"),
    (audio_only, "sound.m4a"),
    (no_frames, "none.avi"),
    (without_moov, "cut.mp4"),
], ids=["missing", "empty", "text", "audio_only", "no_frames", "no_moov"])
def test_bad_files_end_with_3_and_their_name(program, pack, tmp_path, make, finding):
    result = run(program, pack, make(tmp_path), "-o", tmp_path / "out")
    assert result.returncode == 3, result.stderr
    errors = [line for line in result.stderr.splitlines() if "error" in line]
    assert len(errors) == 1 and finding in errors[0], result.stderr
    assert os.listdir(tmp_path / "out") == []


def test_a_folder_without_videos_ends_with_3(program, pack, tmp_path):
    (tmp_path / "in").mkdir()
    result = run(program, pack, tmp_path / "in", "-o", tmp_path / "out")
    assert result.returncode == 3
    assert "found none" in result.stderr


def test_a_cut_off_mkv_gives_every_frame_that_decodes(program, pack, face_clip, tmp_path):
    whole = tmp_path / "whole.mkv"
    ffmpeg("-i", face_clip, "-c", "copy", whole)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    result = run(program, pack, cut, "-o", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert "warning" in result.stderr
    told = run_json(tmp_path / "out", "cut")
    assert told["warnings"] and told["frames"]["decoded"] > 0
    assert_complete(tmp_path / "out", "cut", cut)


@pytest.mark.parametrize("size, frames, rate", [("1x1", 3, 30), ("7680x4320", 2, 30), ("64x48", 2, 1), ("64x48", 48, 240), ("75x51", 5, 30)],
                         ids=["1x1", "8k", "1fps", "240fps", "odd"])
def test_strange_sizes_and_rates_are_written_with_a_warning_about_the_face(program, pack, tmp_path, size, frames, rate):
    clip = gray(tmp_path / "strange.mkv", size, frames, rate, "-c:v", "ffv1", "-pix_fmt", "yuv420p")
    result = run(program, pack, clip, "-o", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert "no face in any frame" in result.stderr
    assert_complete(tmp_path / "out", "strange", clip)
    told = run_json(tmp_path / "out", "strange")
    width, height = map(int, size.split("x"))
    assert (told["picture_width"], told["picture_height"]) == (width, height)
    assert (told["video_width"], told["video_height"]) == (width + width % 2, height + height % 2)
    assert told["frames"]["no_face"] == frames


def test_a_face_only_in_the_second_half_is_measured_there(program, pack, face_clip, tmp_path):
    clip = tmp_path / "late.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=gray:size=320x320:rate=30:duration=1", "-i", face_clip, "-filter_complex",
           "[0:v]format=yuv420p,setsar=1[a];[1:v]format=yuv420p,setsar=1[b];[a][b]concat=n=2:v=1", clip)
    result = run(program, pack, clip, "-o", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    statuses = [row["status"] for row in read_table(tmp_path / "out" / "late_frames.csv")]
    assert set(statuses[:30]) == {"no_face"}
    assert statuses[32:] == ["ok"] * len(statuses[32:])
    row = read_table(tmp_path / "out" / "late_frames.csv")[0]
    assert row["au12_left"] == "nan" and row["midline_x"] == "nan"


def test_of_two_faces_the_larger_one_is_the_patient(program, pack, face_clip, tmp_path):
    clip = tmp_path / "two.mp4"
    ffmpeg("-i", face_clip, "-filter_complex", "[0:v]split[a][b];[b]scale=180:180,pad=180:320:0:140[c];[a][c]hstack", clip)
    assert run(program, pack, clip, "-o", tmp_path / "out", "--no-video").returncode == 0
    rows = read_table(tmp_path / "out" / "two_frames.csv")
    assert all(float(row["box_x2"]) < 320 for row in rows)


def test_a_face_turned_away_is_of_low_quality_but_keeps_its_points(program, pack, face_clip, tmp_path):
    # There is no free picture of a profile with known pose: one half of the face is squeezed, which reads as a yaw of 12 degrees.
    clip = tmp_path / "turned.mp4"
    ffmpeg("-i", face_clip, "-filter_complex",
           "split[a][b];[a]crop=150:320:0:0,scale=74:320[l];[b]crop=170:320:150:0[r];[l][r]hstack", clip)
    result = run(program, pack, clip, "-o", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert_complete(tmp_path / "out", "turned", clip)
    points = read_table(tmp_path / "out" / "turned_landmarks.csv")
    for row in read_table(tmp_path / "out" / "turned_frames.csv"):
        assert abs(float(row["yaw_deg"])) > 8
        assert (row["status"], row["reason"]) == ("low_quality", "head turned too far")
        assert row["commissure_excursion_oed_left"] == "nan" and row["midline_x"] != "nan"
        assert points[int(row["frame"])]["x_16"] != "nan"


def test_a_corrupted_pack_ends_with_4(program, pack, face_clip, tmp_path):
    broken = tmp_path / "pack"
    shutil.copytree(pack, broken)
    network = json.loads((broken / "pack.json").read_text())["networks"]["mesh"]["file"]
    with open(broken / network, "ab") as stream:
        stream.write(b"x")
    result = run(program, broken, face_clip, "-o", tmp_path / "out")
    assert result.returncode == 4
    assert network in result.stderr


def test_an_unknown_pack_ends_with_4(program, face_clip, tmp_path):
    result = run(program, "nobody", face_clip, "-o", tmp_path)
    assert result.returncode == 4
    assert "nobody" in result.stderr


def test_a_precision_that_the_pack_lacks_ends_with_4(program, pack, face_clip, tmp_path):
    result = run(program, pack, face_clip, "-o", tmp_path, "--precision", "int8")
    assert result.returncode == 4
    assert "int8" in result.stderr


def test_an_unknown_encoder_ends_with_5(program, pack, face_clip, tmp_path):
    result = run(program, pack, face_clip, "-o", tmp_path, "--codec", "h264_of_nobody")
    assert result.returncode == 5
    assert "h264_of_nobody" in result.stderr


@pytest.mark.parametrize("arguments", [["--neutral", "3-2"], ["--neutral", "x"], ["--face-box", "1,2,3"], ["--passes", "3"], ["--nonsense"]])
def test_wrong_usage_ends_with_2(program, pack, face_clip, tmp_path, arguments):
    result = run(program, pack, face_clip, "-o", tmp_path, *arguments)
    assert result.returncode == 2
    assert result.stdout == ""


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 300 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("mounting a small tmpfs needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_ends_with_7_and_leaves_nothing(program, pack, synth, small_disk):
    clip = synth("demo", "--size", "320x320", "--face-px", "90", "--duration", "2")
    result = run(program, pack, clip, "-o", small_disk)
    assert result.returncode == 7, result.stderr
    assert "No space left" in result.stderr
    assert os.listdir(small_disk) == []


def test_a_read_only_output_folder_ends_with_7(program, pack, face_clip, small_disk):
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    result = run(program, pack, face_clip, "-o", small_disk / "out")
    assert result.returncode == 7
    assert str(small_disk) in result.stderr


def test_an_output_folder_that_is_a_file_ends_with_7(program, pack, face_clip, tmp_path):
    (tmp_path / "out").touch()
    result = run(program, pack, face_clip, "-o", tmp_path / "out")
    assert result.returncode == 7
    assert "out" in result.stderr


def test_help_shows_examples(program):
    result = program("run", "--help")
    assert result.returncode == 0
    assert "Examples:" in result.stdout and "--neutral" in result.stdout
