# SPDX-License-Identifier: Apache-2.0
"""The reference flow's arithmetic on points and maps: smoothing, midline, yaw, reflection, blend band.

Written from the specification of the reference system, whose sections are named (B4 is section 4 of behaviour.md).
Faults of the reference are kept where they cost time or change the work, because this is what ours is timed against.
Needs numpy only. Points are (x, y) in pixels, x right, y down, pixel centres at integers; 98 points in WFLW order.
"""
import numpy as np

HISTORY = 3  # B7: landmark sets that are averaged
BAND = 6  # B10: width of the blend band of the newer version, px
BROW_IMAGE_LEFT, BROW_IMAGE_RIGHT, CHIN = 38, 50, 16  # B8
YAW_CENTRE = [27, 28, 29, 30, 33, 51, 62, 66, 57, 8]  # B11: indices of a 68-point scheme, kept as the fault they are
YAW_PAIRS = ((36, 45, 2), (39, 42, 2), (17, 26, 1), (48, 54, 1), (1, 15, 1), (4, 12, 1))


def smoothing_weights(count):
    """B7: weights of the last `count` landmark sets, oldest first; they sum to 1."""
    weights = np.linspace(0.5, 1.0, count)
    return weights / weights.sum()


def smooth(history):
    """B7: weighted mean of the landmark sets, oldest first, rounded half to even: int32 [98, 2]."""
    weights = smoothing_weights(len(history))
    return np.rint(np.tensordot(weights, np.asarray(history), axes=1)).astype(np.int32)


def midline(points):
    """B8: glabella and the unit direction to the chin; None where the two coincide (the reference has no answer)."""
    glabella = (points[BROW_IMAGE_LEFT] + points[BROW_IMAGE_RIGHT]) / 2.0
    direction = points[CHIN] - glabella
    length = np.hypot(*direction)
    return None if length == 0 else (glabella, direction / length)


def yaw_deg(points):
    """B11: the reference's yaw; None without a midline or without a usable pair and eye width."""
    if midline(points) is None:
        return None
    x = points[:, 0].astype(np.float64)
    centre = x[YAW_CENTRE].mean()
    total = weights = 0.0
    for first, second, weight in YAW_PAIRS:
        left, right = centre - x[first], x[second] - centre
        if left > 0 and right > 0:
            total += weight * 45.0 * (right - left) / ((left + right) / 2)
            weights += weight
    if weights > 0:
        return total / weights
    width = np.hypot(*(points[36] - points[45]))
    return None if width == 0 else 45.0 * (x[30] - (x[39] + x[42]) / 2) / (width / 2)


class Reflection:
    """B9, B10: the maps of one frame size. The buffers are made once, so each thread needs its own.

    The reference works out every map by whole-frame products. A reflection is affine, so each map is here one sum of
    a row and a column: the same maps for a fraction of the time. This favours the reference.
    """

    def __init__(self, width, height):
        self.x, self.y = np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64)[:, None]
        self.map_x, self.map_y, self.distance = (np.empty((height, width), np.float32) for _ in range(3))
        self.rows, self.offsets = np.arange(height)[:, None], np.arange(BAND) - BAND // 2
        ramp = np.arange(BAND) / (BAND - 1)
        self.shares = np.where(self.offsets >= 0, ramp, 1 - ramp)  # of the original frame; T14 is kept

    def fill(self, glabella, direction):
        """Fills map_x, map_y (where the sample of each pixel lies, not yet clamped) and distance (>= 0: image-left)."""
        normal_x, normal_y = -direction[1], direction[0]
        along_x, along_y = (self.x - glabella[0]) * normal_x, (self.y - glabella[1]) * normal_y
        sum_into(self.distance, along_x, along_y)
        sum_into(self.map_x, self.x - 2 * normal_x * along_x, -2 * normal_x * along_y)
        sum_into(self.map_y, -2 * normal_y * along_x, self.y - 2 * normal_y * along_y)

    def band_columns(self, glabella, direction):
        """The columns of the blend band, [H, 6]; None where the line lies too flat for one."""
        if abs(direction[1]) <= 1e-6:
            return None
        middle = np.trunc(glabella[0] + (self.y - glabella[1]) / direction[1] * direction[0])
        return np.clip(middle, BAND // 2, self.x.size - BAND // 2 - 1).astype(np.intp) + self.offsets

    def blend(self, output, frame, columns):
        """Mixes the original frame into the band of one output, in place."""
        share = self.shares[None, :, None]
        output[self.rows, columns] = (1 - share) * output[self.rows, columns] + share * frame[self.rows, columns]


def sum_into(target, row, column):
    np.add(row.astype(np.float32), column.astype(np.float32), out=target)


def star_matrix(box):
    """B6: the 2x3 matrix from frame to crop of 256 px, the centre of the box, and the scale."""
    x1, y1, x2, y2 = (int(value) for value in box)
    centre, side = ((x1 + x2) / 2, (y1 + y2) / 2), min(x2 - x1, y2 - y1)
    scale = 256 / (1.05 * side)
    matrix = np.array([[scale, 0, 127.5 - scale * centre[0]], [0, scale, 127.5 - scale * centre[1]]], np.float32)
    return matrix, centre, scale


def points_from_star(normalised, centre, scale):
    """B6: coordinates in [-1, 1] back to the frame, as the reference's ONNX path does it: float32 [98, 2]."""
    return (np.asarray(centre) + 127.5 * normalised / scale).astype(np.float32)


def priors(width, height):
    """B5.2: cx, cy, w, h of each prior, normalised, [N, 4]. Vectorised: the reference's nested loops are T21."""
    levels = []
    for step, sizes in ((8, (16, 32)), (16, (64, 128)), (32, (256, 512))):
        rows, columns = -(-height // step), -(-width // step)
        y, x, size = np.meshgrid(np.arange(rows), np.arange(columns), sizes, indexing="ij")
        levels.append(np.stack([(x + 0.5) * step / width, (y + 0.5) * step / height, size / width, size / height], -1).reshape(-1, 4))
    return np.concatenate(levels)


def best_face(loc, scores, width, height, threshold=0.9):
    """B5.3, B5.4: the box with the highest score above the threshold, or None. Only row 0 is ever used, and
    suppression never removes the best box, so it is left out: this favours the reference."""
    best = int(np.argmax(scores))
    if scores[best] <= threshold:
        return None
    prior = priors(width, height)[best]
    centre, size = prior[:2] + loc[best, :2] * 0.1 * prior[2:], prior[2:] * np.exp(loc[best, 2:] * 0.2)
    return np.concatenate([centre - size / 2, centre + size / 2]) * (width, height, width, height)
