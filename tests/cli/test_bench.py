# SPDX-License-Identifier: Apache-2.0
"""`facemirror bench`: what it prints, what it compares with, what it refuses. No time is looked at."""
import json

import jsonschema
import pytest
from conftest import ROOT

QUICK = ("--seconds", "0.05", "--precision", "f32", "--threads", "1")


def bench(program, *options):
    result = program("bench", *options, "--json")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    jsonschema.validate(told, json.loads((ROOT / "docs" / "bench.schema.json").read_text()))
    return told, result


@pytest.fixture(scope="session")
def networks(program, pack):
    """The networks of the default pack alone."""
    return bench(program, *QUICK, "--no-run")


@pytest.fixture(scope="session")
def whole(program, pack, face_clip):
    """One network and the whole run on a short clip."""
    return bench(program, *QUICK, "--network", "mesh", "--clip", face_clip, "--soak", "2")


def test_says_what_the_numbers_hold_for(networks):
    told, result = networks
    assert set(told["machine"]) == {"processor", "cores", "memory_mib", "engine", "os"}
    assert told["machine"]["processor"] and told["machine"]["cores"] >= 1
    assert told["pack"]["name"] == "mediapipe" and len(told["pack"]["sha256"]) == 64
    assert told["machine"]["processor"] in result.stderr and "pack mediapipe" in result.stderr
    assert told["run"] is None


def test_measures_every_network_of_the_pack(networks, pack):
    told, _ = networks
    names = set(json.loads((pack / "pack.json").read_text())["networks"])
    assert {row["name"] for row in told["networks"]} == names
    for row in told["networks"]:
        assert row["precision"] == "f32" and row["streams"] == 1 and row["batch"] == 1 and row["calls"] >= 1
        assert 0 < row["p50_ms"] <= row["p90_ms"] <= row["p95_ms"] <= row["p99_ms"] <= row["max_ms"]
        assert row["mean_ms"] > 0 and row["items_per_s"] > 0


def test_tune_stores_the_threads_and_changes_nothing_else(program, weights, tmp_path):
    made = program("model", "import", "--mtl", weights["mtl"], "-o", tmp_path / "pack")
    assert made.returncode == 0, made.stderr
    place = tmp_path / "pack" / "pack.json"
    description = json.loads(place.read_text())
    description["networks"]["mtl"]["threads"] = {"f32": 7}
    place.write_text(json.dumps(description))
    told, result = bench(program, "--pack", tmp_path / "pack", "--tune", "--seconds", "0.3", "--threads", "2", "--batch", "2")
    row, = told["tune"]
    assert (row["name"], row["precision"], row["batch"], row["threads_before"]) == ("mtl", "f32", 2, 7)
    assert [(tried["threads"], tried["streams"]) for tried in row["tried"]] == [(1, 2), (2, 1)]
    assert row["threads"] in (1, 2) and "7" in result.stderr
    assert told["networks"] == [] and told["run"] is None
    stored = json.loads(place.read_text())
    assert stored["networks"]["mtl"]["threads"] == {"f32": row["threads"]}
    stored["networks"]["mtl"]["threads"] = description["networks"]["mtl"]["threads"]
    assert stored == description


def test_measures_streams_threads_batches_and_the_share_of_the_peak(program, weights, tmp_path):
    made = program("model", "import", "--mtl", weights["mtl"], "-o", tmp_path / "pack")
    assert made.returncode == 0, made.stderr
    told, _ = bench(program, "--pack", tmp_path / "pack", "--no-run", "--seconds", "0.05", "--precision", "f32", "--threads", "2",
                    "--stream-threads", "1", "2", "--batch", "1", "2")
    loads = {(row["threads"], row["streams"], row["batch"]) for row in told["networks"]}
    assert loads == {(t, s, b) for t in (1, 2) for s in (1, 2) for b in (1, 2)}
    assert all(row["macs"] > 0 and row["share_of_peak"] > 0 for row in told["networks"])
    assert {peak["threads"] for peak in told["peaks"]} == {1, 2, 4}
    assert all(peak["precision"] == "f32" and peak["gmacs_per_s"] > 0 for peak in told["peaks"])


def test_measures_the_whole_run_and_puts_it_beside_the_plan(whole):
    told, result = whole
    run = told["run"]
    assert run["fps"] > 0 and run["wall_s"] > 0 and run["peak_rss_mib"] > 0
    assert run["precision"] == "f32" and run["threads"] == 1 and len(run["clip"]["sha256"]) == 64
    assert {"decode", "mesh"} <= {stage["operation"] for stage in run["stages"]}
    rows = {row["component"]: row for row in told["plan"]["rows"]}
    assert rows["mesh"]["calls"] > 0 and rows["STAR"]["calls"] == 0 and rows["STAR"]["item_ms"] is None
    assert [target["limit"] for target in rows["STAR"]["targets_ms"]] == [60, 55, 50]
    assert not any(target["met"] for target in rows["STAR"]["targets_ms"])
    assert "plan ms" in result.stderr and "frames/s" in result.stderr


def test_soaks_and_says_what_the_system_does_not_offer(whole):
    told, result = whole
    soak = told["soak"]
    assert soak["seconds"] >= 2 and soak["frames"] > 0 and soak["runs"] >= 1 and soak["verdict"] == "too short"
    assert soak["drift"] is None and soak["intervals"] and soak["peak_rss_mib"] > 0
    for key, name in (("temperature_c", "temperature"), ("energy_j", "package energy")):
        if soak["readings"][-1][key] is None:
            assert f"{name}: the system offers none" in result.stderr


def test_compares_with_an_earlier_result(program, networks, tmp_path):
    told, _ = networks
    told = json.loads(json.dumps(told))
    told["machine"]["processor"] = "another one"
    old = tmp_path / "old.json"
    old.write_text(json.dumps(told))
    now, result = bench(program, *QUICK, "--no-run", "--network", "mesh", "--compare", old)
    rows = now["comparison"]["rows"]
    assert any(row["what"].startswith("mesh f32") and row["ratio"] > 0 for row in rows)
    assert any("processor: another one before" in text for text in now["comparison"]["differences"])
    assert "not the same: machine: processor" in result.stderr


def test_takes_in_a_log_of_powermetrics(program, pack, tmp_path):
    log = tmp_path / "power.txt"
    log.write_text("CPU Power: 4000 mW\nANE Power: 100 mW\nCurrent pressure level: Nominal\nCPU Power: 2000 mW\n")
    told, _ = bench(program, "--no-run", "--no-networks", "--powermetrics", log)
    assert told["powermetrics"]["parts"]["cpu"] == {"samples": 2, "mean_mw": 3000, "max_mw": 4000}
    assert told["powermetrics"]["pressure"] == {"Nominal": 1}


def test_prints_tables_for_people(program, pack):
    result = program("bench", *QUICK, "--no-run", "--network", "mesh")
    assert result.returncode == 0, result.stderr
    assert "p95 ms" in result.stdout and "pack mediapipe" in result.stdout


@pytest.mark.parametrize("options, code, said", [
    (("--network", "no_such"), 4, "no_such"),
    (("--pack", "no/such/pack"), 4, "no/such/pack"),
    (("--precision", "f16"), 2, "f16"),
    (("--clip", "no_such.mp4"), 2, "no_such.mp4"),
    (("--face-box", "1,2"), 2, "--face-box"),
    (("--soak", "0"), 2, "--soak"),
    (("--precision", "int8"), 4, "int8"),
])
def test_refuses_what_it_cannot_do(program, pack, options, code, said):
    result = program("bench", "--no-run", "--seconds", "0.05", *options)
    assert result.returncode == code, result.stderr
    assert said in result.stderr


@pytest.mark.parametrize("option, content", [
    ("--powermetrics", b"no power here"), ("--powermetrics", b"CPU Power: many mW\n"), ("--compare", b"{}"),
    ("--compare", b"[" * 20000), ("--compare", None), ("--powermetrics", None)])
def test_refuses_hostile_files(program, pack, tmp_path, option, content):
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    result = program("bench", "--no-run", "--no-networks", option, file)
    assert result.returncode == 3, result.stderr
    assert str(file) in result.stderr


def test_help_gives_examples(program):
    result = program("bench", "--help")
    assert result.returncode == 0
    for option in ("--soak", "--compare", "--stream-threads", "facemirror bench --pack"):
        assert option in result.stdout
