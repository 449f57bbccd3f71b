# SPDX-License-Identifier: Apache-2.0
"""RetinaFace's raw outputs -> boxes, in plain NumPy: the reference of what the C++ room `detect` does."""
import numpy as np
import torch

STEPS = (8, 16, 32)
SIZES = ((16, 32), (64, 128), (256, 512))
VARIANCES = (0.1, 0.2)
OVERLAP = 0.4


def to_input(frame):
    """Shapes   frame [H,W,3] BGR uint8 -> float32 [1,3,H,W], 0..255."""
    return torch.from_numpy(np.ascontiguousarray(frame.transpose(2, 0, 1))).float().unsqueeze(0)


def priors(height, width):
    """Centre x, centre y, width, height of every prior, as shares of the picture; level, row, column, size.

    Shapes   [P,4] float64
    """
    levels = []
    for step, sizes in zip(STEPS, SIZES):
        rows, columns = -(-height // step), -(-width // step)
        y, x, size = np.meshgrid((np.arange(rows) + 0.5) * step / height, (np.arange(columns) + 0.5) * step / width,
                                 np.array(sizes, dtype=np.float64), indexing="ij")
        levels.append(np.stack((x, y, size / width, size / height), axis=-1).reshape(-1, 4))
    return np.concatenate(levels)


def decode(loc, conf, landms, height, width):
    """All priors as rows x1, y1, x2, y2, score, five points (x, y); pixels, not clipped.

    Shapes   [P,4], [P,2], [P,10] -> [P,15] float64
    """
    prior = priors(height, width)
    scale = np.array((width, height), dtype=np.float64)
    centre = prior[:, :2] + loc[:, :2].astype(np.float64) * VARIANCES[0] * prior[:, 2:]
    half = prior[:, 2:] * np.exp(loc[:, 2:].astype(np.float64) * VARIANCES[1]) / 2
    offsets = landms.astype(np.float64).reshape(-1, 5, 2) * VARIANCES[0] * prior[:, None, 2:]
    points = ((prior[:, None, :2] + offsets) * scale).reshape(-1, 10)
    return np.hstack(((centre - half) * scale, (centre + half) * scale, conf[:, 1:].astype(np.float64), points))


def overlap(box, others):
    """Intersection over union with the convention that a box of one pixel has equal corners ("+1")."""
    def area(b):
        return (b[..., 2] - b[..., 0] + 1) * (b[..., 3] - b[..., 1] + 1)

    sides = np.minimum(box[2:4], others[:, 2:4]) - np.maximum(box[:2], others[:, :2]) + 1
    common = np.prod(np.maximum(sides, 0), axis=1)
    return common / (area(box) + area(others) - common)


def suppress(rows, min_score, max_overlap=OVERLAP):
    """The rows above `min_score` that no better one overlaps by more than `max_overlap`, best first; equal scores in
    the order of the priors."""
    rows = rows[rows[:, 4] > min_score]
    rows = rows[np.argsort(-rows[:, 4], kind="stable")]
    kept = []
    while len(rows):
        kept.append(rows[0])
        rows = rows[1:][overlap(rows[0], rows[1:]) <= max_overlap]
    return np.array(kept).reshape(-1, 15)


def faces(outputs, height, width, min_score, max_overlap=OVERLAP):
    """The faces of the first picture of a batch. Shapes   raw outputs of the network -> [faces,15]."""
    raw = (np.asarray(outputs[name])[0] for name in ("loc", "conf", "landms"))
    return suppress(decode(*raw, height, width), min_score, max_overlap)
