# SPDX-License-Identifier: Apache-2.0
"""`facemirror validate fidelity` and `run --precision auto`: gates, what is stored, what is chosen."""
import json
import shutil

import pytest

GATES = {"rows_or_times_that_differ", "faces_compared", "faces_lost", "values_lost", "landmark_drift_mean_oed", "landmark_drift_p95_oed",
         "symmetry_worst_mm", "unit_difference_mean", "unit_decisions_flipped", "unit_peaks_within_3_frames", "gaze_difference_deg", "same_top_emotion"}


@pytest.fixture
def own_pack(pack, tmp_path):
    return shutil.copytree(pack, tmp_path / "pack")


def fidelity(program, *options):
    result = program("validate", "fidelity", *options, "--json", "--quiet")
    return result, json.loads(result.stdout)


def test_a_pack_is_faithful_to_itself(program, pack, face_clip):
    result, told = fidelity(program, "--baseline", pack, "--candidate", f"{pack}:f32", "--gate", "drift", face_clip)
    assert result.returncode == 0 and told["passes"] and told["frames"] == 30
    assert {gate["measure"] for gate in told["gates"]} == GATES and all(gate["holds"] for gate in told["gates"])
    assert told["measures"]["landmark_drift_mean_oed"] == 0 and told["measures"]["same_top_emotion"] is None
    assert told["baseline"]["precision"] == told["candidate"]["precision"] == "f32" and len(told["clips"][0]) == 64


def test_a_stored_comparison_decides_what_auto_runs(program, own_pack, face_clip, tmp_path):
    def auto():
        result = program("run", face_clip, "--pack", own_pack, "--precision", "auto", "--no-video", "--end", "0.1", "--json",
                         "--overwrite", "-o", tmp_path / "out")
        assert result.returncode == 0, result.stderr
        told = json.loads(result.stdout)
        assert told["options"]["precision_auto"] is True and told["options"]["precision_reason"].startswith("int8: not compared with f32; bf16: ")
        return told["precision"]

    assert auto() == "f32"  # nothing is known of bf16
    result, told = fidelity(program, "--baseline", own_pack, "--candidate", f"{own_pack}:bf16", "--store", face_clip)
    if result.returncode == 5:
        pytest.skip("this processor has no bf16")
    assert result.returncode == 0
    description = json.loads((own_pack / "pack.json").read_text())
    entry, = description["fidelity"]
    assert entry["precision"] == "bf16" and entry["frames"] == 30 and entry["passed"] == (["drift"] if told["passes"] else [])
    assert entry["measures"]["landmark_drift_mean_oed"] == pytest.approx(told["measures"]["landmark_drift_mean_oed"], rel=1e-12)
    for passed, expected in ((["drift"], "bf16"), ([], "f32")):
        entry["passed"] = passed
        (own_pack / "pack.json").write_text(json.dumps(description))
        assert auto() == expected
    entry["passed"], entry["baseline_sha256"] = ["drift"], 64 * "0"  # a comparison of other files
    (own_pack / "pack.json").write_text(json.dumps(description))
    assert auto() == "f32"


def test_a_missed_gate_is_exit_code_6_and_said(program, pack, synth):
    clip = synth("blink", "--size", "320x320", "--face-px", "90", "--move", "blink:start=0.3", "--duration", "1")
    result = program("validate", "fidelity", "--baseline", pack, "--candidate", f"{pack}:bf16", "--gate", "drift", "--quiet", clip)
    if result.returncode == 5:
        pytest.skip("this processor has no bf16")
    assert (result.returncode == 6) == ("MISSED" in result.stdout) == ("drift: not passed" in result.stdout)


def test_store_wants_one_pack_and_f32_as_the_baseline(program, pack, own_pack, face_clip):
    for baseline, candidate in ((f"{pack}:bf16", pack), (pack, pack)):
        result = program("validate", "fidelity", "--baseline", baseline, "--candidate", candidate, "--store", face_clip)
        assert result.returncode == 4 and "expected bf16 or int8 of a pack against f32 of the same" in result.stderr


def test_the_candidate_may_look_at_fewer_frames(program, pack, face_clip):
    result, told = fidelity(program, "--baseline", pack, "--candidate", pack, "--landmarks-every", "4", face_clip)
    assert result.returncode == 0 and told["landmarks_every"] == "4" and told["measures"]["values_lost"] == 0
    assert 0 < told["measures"]["landmark_drift_mean_oed"] < 0.005
    refused = program("validate", "fidelity", "--baseline", pack, "--candidate", f"{pack}:bf16", "--landmarks-every", "4", "--store", face_clip)
    assert refused.returncode == 3 and "--landmarks-every 4" in refused.stderr


def test_help_has_examples_and_a_missing_pack_is_named(program, face_clip):
    assert "validate fidelity --baseline star-mtl" in program("validate", "fidelity", "--help").stdout
    result = program("validate", "fidelity", "--baseline", "./none", "--candidate", "./none", face_clip)
    assert result.returncode == 4 and "./none" in result.stderr
