# SPDX-License-Identifier: Apache-2.0
"""How much of an imposed one-sided movement the landmarks report: the truth study on the program itself.

    python tests/model/synth_study.py PROGRAM [FOLDER]

Makes clips with `synth`, runs them with --passes 1 (A), as they are (B) and takes the mirrored halves (C sym) of
the second run. Prints slope, leak and left-right slope for each movement, and the left-right offsets on the
symmetric face. 1.0 is the truth. Source of the method: docs/decisions/0060-synth-truth.md.
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

# Kind, amounts (percent of the outer-eye distance; blink: of the lid gap), points on the patient's right.
FEATURES = {
    "corner down": ("corner-down", (8, -8), (76,)),
    "corner up+out": ("smile", (8, -8), (76,)),
    "brow": ("brow-raise", (8, -8), (34, 35, 36, 39, 40, 41)),
    "upper lid": ("upper-lid", (6, -6), (61, 62, 63)),
    "upper lid, occluding": ("blink", (60,), (61, 62, 63)),
    "lower lid": ("lower-lid", (6, -6), (65, 66, 67)),
    "lower lip half": ("lower-lip", (8, -8), (86, 87, 95)),
}
SIDES = ("right", "left")
FIRST_S, STEP_S, RISE_S = 1.0, 0.9, 0.35
PAIRS = {33: 46, 34: 45, 35: 44, 36: 43, 37: 42, 38: 50, 39: 49, 40: 48, 41: 47, 55: 59, 56: 58, 60: 72, 61: 71,
         62: 70, 63: 69, 64: 68, 65: 75, 66: 74, 67: 73, 76: 82, 77: 81, 78: 80, 86: 84, 87: 83, 88: 92, 89: 91,
         95: 93, 96: 97, **{k: 32 - k for k in range(16)}}
PARTNER = {**PAIRS, **{b: a for a, b in PAIRS.items()}}


def study_moves():
    """Every movement on each side alone, one after the other, as arguments of `synth`."""
    arguments, start = [], FIRST_S
    for kind, amounts, _ in FEATURES.values():
        for side in SIDES:
            shares = "left=0" if side == "right" else "right=0"
            for amount in amounts:
                arguments += ["--move", f"{kind}:{shares},amount={amount},start={start:.3f},rise={RISE_S},hold=0.1,"
                                        f"fall={STEP_S - RISE_S - 0.25:.3f}"]
                start += STEP_S
    return arguments


def facemirror(program, *arguments):
    subprocess.run([str(program), *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def make_clip(program, folder, name, *arguments):
    """The clip's file and its truth."""
    video = pathlib.Path(folder) / f"{name}.mp4"
    facemirror(program, "synth", "-o", video, *arguments)
    return video, json.loads(video.with_suffix(".json").read_text())


def run_clip(program, video, folder, *arguments):
    """The tables of a run: rows of clip_frames.csv, and points of clip_landmarks.csv by column prefix."""
    facemirror(program, "run", video, "-o", folder, "--no-video", "--quiet", "--overwrite", *arguments)
    stem = pathlib.Path(folder) / video.stem
    with open(f"{stem}_frames.csv") as file:
        frames = list(csv.DictReader(file))
    with open(f"{stem}_landmarks.csv") as file:
        rows = list(csv.DictReader(file))
    points = {p: np.array([[[float(row[f"{axis}{p}_{k}"]) for axis in "xy"] for k in range(98)] for row in rows])
              for p in ("", "s", "h")}
    return frames, points


def slope(truth, seen):
    return float(np.polyfit(truth, seen, 1)[0])


def feature_mean(displacement, points):
    return displacement[:, points, :].mean(axis=1)


def slopes(truth, points):
    """Slope, leak and left-right slope of each movement and side.

    Shapes   truth: the JSON of `synth` for study_moves(); points: [frames, 98, 2] px.
    """
    true_shift = np.array([frame["displacement"] for frame in truth["frames"]])
    strengths = np.array([frame["strengths"] for frame in truth["frames"]])
    rest = (strengths == 0).all(axis=1)
    shift = points - np.nanmean(points[rest], axis=0)
    result, index = {}, 0
    for name, (_, amounts, right_points) in FEATURES.items():
        for side in SIDES:
            used = rest | (strengths[:, index:index + len(amounts)] > 0).any(axis=1)
            index += len(amounts)
            used &= ~np.isnan(points[:, 0, 0])
            moved = list(right_points) if side == "right" else [PARTNER[k] for k in right_points]
            other = [PARTNER[k] for k in moved]
            true_moved = feature_mean(true_shift[used], moved)
            direction = true_moved[np.argmax(np.linalg.norm(true_moved, axis=1))]
            direction = direction / np.linalg.norm(direction)
            lateral = np.array(truth["lateral"])
            mirrored = direction - 2 * (direction @ lateral) * lateral
            t, to = true_moved @ direction, feature_mean(true_shift[used], other) @ mirrored
            m, mo = feature_mean(shift[used], moved) @ direction, feature_mean(shift[used], other) @ mirrored
            result[name, side] = {"slope": slope(t, m), "leak": slope(t, mo) - slope(t, to),
                                  "left_right": slope(t - to, m - mo)}
    return result


def symmetric_offsets(truth, points):
    """Left minus mirrored right of each feature on a symmetric face at rest; % of the outer-eye distance."""
    middle_x = (truth["options"]["width"] - 1) / 2
    mean = np.nanmean(points, axis=0)
    offsets = []
    for _, _, right_points in FEATURES.values():
        right = mean[list(right_points)].mean(axis=0)
        left = mean[[PARTNER[k] for k in right_points]].mean(axis=0)
        offsets.append(left - np.array([2 * middle_x - right[0], right[1]]))
    return 100 * np.array(offsets) / truth["outer_eye_distance"]


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else temporary)
        folder.mkdir(parents=True, exist_ok=True)
        video, truth = make_clip(program, folder, "study", *study_moves())
        _, a = run_clip(program, video, folder / "a", "--passes", "1")
        _, b = run_clip(program, video, folder / "b")
        tables = {"A": slopes(truth, a[""]), "B": slopes(truth, b[""]), "C sym": slopes(truth, b["h"])}
        print("| moved | " + " | ".join(f"{method} slope R / L, leak, left-right" for method in tables) + " |")
        print("| --- |" + " --- |" * len(tables))
        for name in FEATURES:
            cells = []
            for table in tables.values():
                right, left = table[name, "right"], table[name, "left"]
                cells.append(f"{right['slope']:.2f} / {left['slope']:.2f}, {right['leak']:+.2f} / {left['leak']:+.2f}, "
                             f"{right['left_right']:.2f} / {left['left_right']:.2f}")
            print(f"| {name} | " + " | ".join(cells) + " |")
        for method, table in tables.items():
            mean = np.mean([cell["left_right"] for cell in table.values()])
            leak = np.mean([abs(cell["leak"]) for cell in table.values()])
            print(f"{method}: mean left-right slope {mean:.2f}, mean absolute leak {leak:.3f}")
        video, truth = make_clip(program, folder, "symmetric", "--symmetric", "--still", "--duration", "1")
        _, a = run_clip(program, video, folder / "a", "--passes", "1")
        _, b = run_clip(program, video, folder / "b")
        for method, points in {"A": a[""], "B": b[""], "C sym": b["h"]}.items():
            offsets = symmetric_offsets(truth, points)
            print(f"{method}: left-right offset on the symmetric face, rms {np.sqrt((offsets ** 2).mean()):.2f}, "
                  f"largest {np.abs(offsets).max():.2f} % of the outer-eye distance")


if __name__ == "__main__":
    main()
