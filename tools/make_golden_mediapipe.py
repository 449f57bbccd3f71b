# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/astronaut_mediapipe.json: MediaPipe's own 478 points of one picture.

Needs mediapipe==0.10.21 and its numpy < 2 in an environment of their own, because nothing else of the project uses
them:

    python3 -m venv venv-golden && venv-golden/bin/pip install mediapipe==0.10.21
    venv-golden/bin/python tools/make_golden_mediapipe.py .cache/astronaut.png tests/golden/astronaut_mediapipe.json

The picture is data/astronaut.png of the wheel scikit-image 0.26.0. tools/update_golden.py runs this script.
"""
import argparse
import hashlib
import json
import pathlib

import cv2
import mediapipe

ASTRONAUT_SHA256 = "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"


def mesh_of(picture_file):
    """The 478 points [x, y, z] of the picture's face, in pixels; z in the same pixels as MediaPipe scales it."""
    picture = cv2.cvtColor(cv2.imread(str(picture_file)), cv2.COLOR_BGR2RGB)
    height, width = picture.shape[:2]
    options = {"static_image_mode": True, "refine_landmarks": True, "max_num_faces": 1}
    with mediapipe.solutions.face_mesh.FaceMesh(**options) as face_mesh:
        found = face_mesh.process(picture).multi_face_landmarks
    points = [[p.x * width, p.y * height, p.z * width] for p in found[0].landmark]
    return width, height, points


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("golden", type=pathlib.Path)
    arguments = parser.parse_args()
    found = hashlib.sha256(arguments.picture.read_bytes()).hexdigest()
    if found != ASTRONAUT_SHA256:
        raise SystemExit(f"{arguments.picture}: expected sha256 {ASTRONAUT_SHA256}, found {found}")
    width, height, points = mesh_of(arguments.picture)
    golden = {
        "picture": "scikit-image 0.26.0, data/astronaut.png",
        "picture_sha256": ASTRONAUT_SHA256,
        "made_by": f"mediapipe {mediapipe.__version__}, FaceMesh(static_image_mode, refine_landmarks)",
        "unit": "px; x right, y down; z as MediaPipe scales it, times the picture's width",
        "width": width,
        "height": height,
        "mesh": [[round(value, 4) for value in point] for point in points],
    }
    text = json.dumps(golden, indent=1)
    # One point a line keeps a later difference readable.
    text = text.replace("\n   ", " ").replace("\n  ]", " ]")
    arguments.golden.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
