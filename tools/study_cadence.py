# SPDX-License-Identifier: Apache-2.0
"""What does optical flow between the frames of the landmark network change? The figures of docs/decisions/0036.

    .venv/bin/python tools/study_cadence.py build/release/apps/facemirror/facemirror [VIDEO...]

Clips are made with `facemirror synth`; the landmarks are those of pack mediapipe. More videos may be named.
"""
import csv
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

CADENCES = ("2", "4", "8", "auto")
FISSURE = "palpebral_fissure_oed_left"
CLIPS = {
    "demonstration": [],
    "blinks": ["--move=blink:start=0.5,rise=0.1,hold=0.05,fall=0.15", "--move=blink:start=1.5,rise=0.1,hold=0.05,fall=0.15"],
    "smile, 60 frames/s": ["--move=smile:start=0.5,amount=8", "--fps=60"],
    "head sways": ["--still", "--duration=4", "--head=shift=3,yaw=6,roll=4,period=2"],
    "at rest, noise": ["--still", "--duration=3", "--noise=4"],
}


def table(folder, kind):
    with open(next(pathlib.Path(folder).glob(f"*_{kind}.csv")), newline="") as file:
        return list(csv.DictReader(file))


def run(program, clip, every, folder):
    subprocess.run([program, "run", clip, "--no-video", "--quiet", "--overwrite", "--landmarks-every", every, "-o", folder],
                   check=True, stderr=subprocess.DEVNULL)
    frames = table(folder, "frames")
    points = np.array([[[float(row[f"{axis}_{k}"]) for axis in "xy"] for k in range(98)] for row in table(folder, "landmarks")])
    fissure = np.array([float(row[FISSURE]) for row in frames])
    return points, fissure, np.array([row["points_by_flow"] == "1" for row in frames])


def report(name, program, clip, folder):
    points, fissure, _ = run(program, clip, "1", f"{folder}-1")
    oed = np.linalg.norm(points[:, 60] - points[:, 72], axis=1)
    for every in CADENCES:
        found, found_fissure, by_flow = run(program, clip, every, f"{folder}-{every}")
        drift = (np.linalg.norm(found - points, axis=2).mean(axis=1) / oed)[by_flow]
        drift = drift[np.isfinite(drift)]
        if not drift.size:
            print(f"{name:20} {every:>4}  no frame by flow")
            continue
        change = np.abs(found_fissure - fissure)
        print(f"{name:20} {every:>4}  {np.mean(by_flow):5.0%}  {drift.mean():7.3%} {np.percentile(drift, 95):7.3%}  "
              f"{np.nanmax(change):.4f}  {np.nanmin(fissure):.4f} {np.nanmin(found_fissure):.4f}")


def main():
    program, *videos = sys.argv[1:]
    print("clip, every; frames by flow; their drift from the network's landmarks, outer-eye distances, mean and 95 %; "
          "largest change of the left palpebral fissure, outer-eye distances; its least value with the network in every frame, and now")
    with tempfile.TemporaryDirectory() as folder:
        clips = {pathlib.Path(video).name: video for video in videos}
        for name, arguments in CLIPS.items():
            clip = f"{folder}/{len(clips)}.mp4"
            subprocess.run([program, "synth", *arguments, "-o", clip], check=True, stdout=subprocess.DEVNULL)
            clips[name] = clip
        for number, (name, clip) in enumerate(clips.items()):
            report(name, program, clip, f"{folder}/out{number}")


if __name__ == "__main__":
    main()
