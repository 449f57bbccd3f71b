# SPDX-License-Identifier: Apache-2.0
"""How far does a face leave a crop that was cut round its landmarks some frames ago? The figures of docs/decisions/0038.

    .venv/bin/python tools/study_flight.py build/dev/apps/facemirror/facemirror [VIDEO...]

Clips are made with `facemirror synth`; the landmarks are those of pack mediapipe. More videos may be named.
"""
import csv
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

CROP_SCALE = 1.05  # docs/decisions/0035
DEPTHS = (1, 2, 3, 4)
LIMITS = (0.02, 0.05, 0.1)  # shift of the crop's centre or change of its side, in sides
CLIPS = {
    "roll -15..15, 2 s": ["--head=roll=15,period=2"],
    "yaw -15..15, 2 s": ["--head=yaw=15,period=2"],
    "zoom and shift, 2 s": ["--head=zoom=10,shift=5,period=2"],
    "mouth open": ["--move=lip-part:amount=9,start=0.2,hold=1"],
}


def landmarks(program, clip, folder):
    subprocess.run([program, "run", clip, "--no-video", "--quiet", "--overwrite", "-o", folder], check=True)
    table = next(pathlib.Path(folder).glob("*_landmarks.csv"))
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file))
    return np.array([[[float(row[f"{axis}_{k}"]) for axis in "xy"] for k in range(98)] for row in rows])


def crops(points):
    """Centre and side of the crop that each frame's landmarks give to later frames."""
    low, high = points.min(axis=1), points.max(axis=1)
    return (low + high) / 2, CROP_SCALE * (high - low).max(axis=1)


def report(name, points):
    center, side = crops(points)
    for depth in DEPTHS:
        now = points[depth:]
        used_center, used_side = center[:-depth], side[:-depth]
        last_center, last_side = center[depth - 1:-1], side[depth - 1:-1]
        half = used_side[:, None, None] / 2
        is_inside = np.all(np.abs(now - used_center[:, None]) < half, axis=(1, 2))
        beyond = (np.abs(now - used_center[:, None]) / used_side[:, None, None] - 0.5).max(axis=(1, 2))
        change = np.maximum(np.abs(last_center - used_center).max(axis=1) / used_side,
                            np.abs(last_side / used_side - 1))
        refits = "  ".join(f"{np.mean(change > limit):6.1%}" for limit in LIMITS)
        print(f"{name:22} {depth}  {np.mean(is_inside):6.1%}  {max(0.0, np.nanmax(beyond)):6.1%}  {np.nanmax(change):6.1%}  {refits}")


def main():
    program, *videos = sys.argv[1:]
    print("clip, depth; frames with all 98 points inside; farthest point outside, sides; largest change of the crop; "
          f"frames whose crop changed by more than {LIMITS}")
    with tempfile.TemporaryDirectory() as folder:
        clips = {pathlib.Path(video).name: video for video in videos}
        for name, arguments in CLIPS.items():
            clip = f"{folder}/{len(clips)}.mp4"
            subprocess.run([program, "synth", *arguments, "-o", clip], check=True, stdout=subprocess.DEVNULL)
            clips[name] = clip
        for name, clip in clips.items():
            points = landmarks(program, clip, f"{folder}/{name}-out")
            report(name, points[~np.isnan(points).any(axis=(1, 2))])


if __name__ == "__main__":
    main()
