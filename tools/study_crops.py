# SPDX-License-Identifier: Apache-2.0
"""How much of a face do the crops of RetinaFace's boxes hold? The figures of docs/decisions/0035 and 0055.

    .venv/bin/python tools/study_crops.py build/dev/apps/facemirror/facemirror PACK [VIDEO...]

PACK holds the user's RetinaFace (`facemirror model import --retinaface ...`). Clips are made with `facemirror synth`;
the landmarks that stand for the truth are those of pack mediapipe. More videos may be named.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

CROP_SCALE = 1.05  # behaviour.md 6
CLIPS = {
    "roll -15..15": ["--head=roll=15,period=2"],
    "yaw -15..15": ["--head=yaw=15,period=2"],
    "zoom, shift": ["--head=zoom=10,shift=5,period=2"],
    "mouth open": ["--move=lip-part:amount=9,start=0.2,hold=1"],
    "brows up": ["--move=brow-raise:amount=8,start=0.2,hold=1"],
    "corner down": ["--move=corner-down:left=1,right=0,amount=8,start=0.2,hold=1"],
}


def turn(clip, turned):
    """The clip's picture turned by up to 30 degrees more to either side."""
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", clip, "-vf",
                    "rotate='-PI/6*sin(PI*t)':fillcolor=gray", "-crf", "12", turned], check=True)
    return turned


def answer(program, command, pack, clip):
    text = subprocess.run([program, command, clip, "--pack", pack, "--json"], check=True, capture_output=True, text=True).stdout
    return [image["faces"][0] if image["faces"] else None for image in json.loads(text)["images"]]


def crop_of(box, side):
    center = (box[:2] + box[2:]) / 2
    return np.concatenate([center - CROP_SCALE * side / 2, center + CROP_SCALE * side / 2])


def inside(points, crop, margin=0.0):
    width = margin * (crop[2] - crop[0])
    return np.all((points > crop[:2] + width) & (points < crop[2:] - width), axis=-1)


def box_of(points):
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def measure(program, pack, clip):
    """Per frame: the detector's box and the landmarks, where both were found."""
    boxes = answer(program, "detect", pack, clip)
    faces = answer(program, "landmarks", "mediapipe", clip)
    return [(np.array(box["box"]), np.array(face["landmarks"])) for box, face in zip(boxes, faces) if box and face]


def describe_crops(frames):
    rules = {
        "shorter side": lambda box, points: crop_of(box, min(box[2] - box[0], box[3] - box[1])),
        "longer side": lambda box, points: crop_of(box, max(box[2] - box[0], box[3] - box[1])),
        "landmarks, shorter side": lambda box, points: crop_of(box_of(points), min(np.ptp(points, axis=0))),
        "landmarks, longer side": lambda box, points: crop_of(box_of(points), max(np.ptp(points, axis=0))),
    }
    for name, rule in rules.items():
        crops = [rule(box, points) for box, points in frames]
        held = [inside(points, crop) for crop, (_, points) in zip(crops, frames)]
        chin = [h[16] for h in held]
        sides = np.array([crop[2] - crop[0] for crop in crops])
        oed = np.array([np.linalg.norm(points[60] - points[72]) for _, points in frames])
        print(f"  {name:26} all points {np.mean([h.all() for h in held]):6.1%}  chin {np.mean(chin):6.1%}  "
              f"points lost {np.mean([1 - h.mean() for h in held]):6.2%}  "
              f"OED {np.mean(256 * oed / sides):5.1f} px of 256, spread {np.std(oed / sides) / np.mean(oed / sides):5.1%}")


def describe_boxes(frames):
    """Where the detector's box lies round the box of the landmarks; shares of the latter's width and height."""
    rows = []
    for box, points in frames:
        tight = box_of(points)
        width, height = tight[2:] - tight[:2]
        rows.append([(tight[0] - box[0]) / width, (box[2] - tight[2]) / width, (tight[1] - box[1]) / height,
                     (box[3] - tight[3]) / height, (box[2] - box[0]) / width, (box[3] - box[1]) / height])
    rows = np.array(rows)
    for name, column in zip(("left", "right", "above brows", "below chin", "width ratio", "height ratio"), rows.T):
        print(f"  {name:14} {np.mean(column):7.3f} +- {np.std(column):.3f}")


def main():
    program, pack, *videos = sys.argv[1:]
    everything = []
    upright = []
    with tempfile.TemporaryDirectory() as folder:
        clips = {}
        for name, options in CLIPS.items():
            clip = pathlib.Path(folder) / f"{name.replace(' ', '_').replace('.', '')}.mp4"
            subprocess.run([program, "synth", "-o", clip, "--still", "--duration", "2", "--fps", "10", *options], check=True,
                           capture_output=True)
            clips[name] = clip
        clips["roll -45..45"] = turn(clips["roll -15..15"], pathlib.Path(folder) / "turned.mp4")
        clips.update({pathlib.Path(video).name: video for video in videos})
        for name, clip in clips.items():
            frames = measure(program, pack, clip)
            print(f"{name}: {len(frames)} frames")
            describe_crops(frames)
            everything += frames
            upright += [] if "roll" in name else frames
    print(f"all: {len(everything)} frames")
    describe_crops(everything)
    print(f"RetinaFace's box round the landmarks' box, {len(upright)} upright frames")
    describe_boxes(upright)


if __name__ == "__main__":
    main()
