#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times RetinaFace's post-processing at 1080p in NumPy and with OpenCV's NMSBoxes.

The counterpart of bench_detect: the same 85,200 priors, made-up answers of the same kind (faces of 56 to 92 px,
about 30 candidates each), the same work: threshold 0.9, decoding, overlap 0.4, five points.
Needs numpy and opencv-python-headless, which the project itself does not use from Python:
    python3 -m venv cv-venv && cv-venv/bin/pip install numpy opencv-python-headless
    cv-venv/bin/python bench/detect_postprocessing.py
"""

from __future__ import annotations

import argparse
import statistics
import time

import cv2
import numpy as np

WIDTH, HEIGHT = 1920, 1080
MIN_SCORE, MAX_OVERLAP = 0.9, 0.4


def make_priors() -> np.ndarray:
    """Rows of centre and size, 0..1 of the frame, in the network's order (behaviour.md 5.2)."""
    levels = []
    for step, sides in ((8, (16, 32)), (16, (64, 128)), (32, (256, 512))):
        rows, columns = -(-HEIGHT // step), -(-WIDTH // step)
        y, x, side = np.meshgrid(np.arange(rows), np.arange(columns), np.array(sides), indexing="ij")
        level = [(x + 0.5) * step / WIDTH, (y + 0.5) * step / HEIGHT, side / WIDTH, side / HEIGHT]
        levels.append(np.stack([part.ravel() for part in level], axis=1))
    return np.concatenate(levels).astype(np.float32)


def make_priors_one_by_one() -> np.ndarray:
    """The same in nested loops, as the library that came with the network makes them for every picture."""
    priors = []
    for step, sides in ((8, (16, 32)), (16, (64, 128)), (32, (256, 512))):
        for i in range(-(-HEIGHT // step)):
            for j in range(-(-WIDTH // step)):
                for side in sides:
                    priors.append(((j + 0.5) * step / WIDTH, (i + 0.5) * step / HEIGHT, side / WIDTH, side / HEIGHT))
    return np.array(priors, dtype=np.float32)


def make_answers(priors: np.ndarray, faces: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    loc = random.standard_normal((len(priors), 4), dtype=np.float32)
    landms = random.standard_normal((len(priors), 10), dtype=np.float32)
    score = 0.3 * random.random(len(priors)) ** 8
    scale = np.array([WIDTH, HEIGHT])
    centre, prior_side = priors[:, :2] * scale, priors[:, 2] * WIDTH
    for i in range(faces):
        place, side = np.array([150 + 170 * (i % 10), 60 + 105 * (i // 10)]), 56 + 6 * (i % 7)
        near = np.linalg.norm(centre - place, axis=1) < 0.42 * side
        near &= (prior_side >= 0.5 * side) & (prior_side <= 2 * side)
        shake = 0.1 * (random.random((near.sum(), 4)) - 0.5)
        shift = 10 * (place - centre[near]) / prior_side[near, None]
        growth = 5 * np.log(side / prior_side[near, None]).repeat(2, axis=1)
        loc[near] = np.concatenate([shift, growth], axis=1) + shake
        score[near] = 0.9 + 0.0999 * random.random(near.sum())
    conf = np.stack([1 - score, score], axis=1).astype(np.float32)
    return loc, conf, landms


def decode(loc: np.ndarray, priors: np.ndarray) -> np.ndarray:
    centre = priors[:, :2] + loc[:, :2] * 0.1 * priors[:, 2:]
    size = priors[:, 2:] * np.exp(loc[:, 2:] * 0.2)
    corners = np.concatenate([centre - size / 2, centre + size / 2], axis=1)
    return corners * np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], dtype=np.float32)


def decode_points(landms: np.ndarray, priors: np.ndarray) -> np.ndarray:
    shift = landms.reshape(-1, 5, 2) * 0.1 * priors[:, None, 2:]
    return (priors[:, None, :2] + shift) * np.array([WIDTH, HEIGHT], dtype=np.float32)


def drop_overlapping(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    x1, y1, x2, y2 = boxes.T
    areas = (x2 - x1 + 1) * (y2 - y1 + 1)
    rest = np.argsort(-scores, kind="stable")
    kept = []
    while rest.size:
        best, rest = rest[0], rest[1:]
        kept.append(best)
        width = np.maximum(0, np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest]) + 1)
        height = np.maximum(0, np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest]) + 1)
        common = width * height
        rest = rest[common / (areas[best] + areas[rest] - common) <= MAX_OVERLAP]
    return np.array(kept, dtype=int)


def nms_boxes(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    sides = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    return np.array(cv2.dnn.NMSBoxes(sides, scores, MIN_SCORE, MAX_OVERLAP), dtype=int).ravel()


def threshold_first(answers, priors: np.ndarray, suppress) -> np.ndarray:
    loc, conf, landms = answers
    found = np.nonzero(conf[:, 1] > MIN_SCORE)[0]
    boxes = decode(loc[found], priors[found])
    kept = suppress(boxes, conf[found, 1])
    decode_points(landms[found[kept]], priors[found[kept]])
    return boxes[kept]


def decode_first(answers, priors: np.ndarray, suppress) -> np.ndarray:
    """Everything is decoded before anything is dropped, as the reference does."""
    loc, conf, landms = answers
    boxes, points = decode(loc, priors), decode_points(landms, priors)
    found = np.nonzero(conf[:, 1] > MIN_SCORE)[0]
    boxes, points = boxes[found], points[found]
    kept = suppress(boxes, conf[found, 1])
    return boxes[kept]


def mean_ms(work, rounds: int) -> tuple[float, float]:
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - begin))
    return statistics.mean(times), statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    cached = make_priors()
    assert np.allclose(cached, make_priors_one_by_one())
    print(f"numpy {np.__version__}, OpenCV {cv2.__version__}, {len(cached)} priors")
    for faces in (0, 7, 100):
        answers = make_answers(cached, faces)
        count = int((answers[1][:, 1] > MIN_SCORE).sum())
        ways = {
            "NumPy, threshold first, cached priors": lambda: threshold_first(answers, cached, drop_overlapping),
            "NumPy, everything decoded, cached priors": lambda: decode_first(answers, cached, drop_overlapping),
            "NumPy, everything decoded, priors per call": lambda: decode_first(
                answers, make_priors(), drop_overlapping
            ),
            "NumPy, everything decoded, priors per call in loops": lambda: decode_first(
                answers, make_priors_one_by_one(), drop_overlapping
            ),
            "NMSBoxes, threshold first, cached priors": lambda: threshold_first(answers, cached, nms_boxes),
        }
        if faces == 0:
            ways.popitem()  # NMSBoxes takes no empty list
        for name, work in ways.items():
            kept = len(work())
            mean, median = mean_ms(work, 5 if "loops" in name else rounds)
            print(f"{faces:4d} faces, {count:5d} candidates, {kept:4d} kept: {mean:8.3f} ms mean, {median:8.3f} median  {name}")


if __name__ == "__main__":
    main()
