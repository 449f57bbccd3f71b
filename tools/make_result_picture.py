# SPDX-License-Identifier: Apache-2.0
"""Draws docs/images/result.svg, the README's picture, from the tables of a finished run of the sample clip:

    ./facemirror run
    python3 tools/make_result_picture.py facemirror-out sample docs/images/result.svg

Left: the 98 points of one frame with its midline, and each half with its reflection. Right: what the two halves did over time.
It shows numbers only; no photograph is in it.
"""
import csv
import math
import pathlib
import sys

# Lines of the WFLW scheme: first point, last point, closed.
LINES = [(0, 32, False), (33, 41, True), (42, 50, True), (51, 54, False), (55, 59, False), (60, 67, True), (68, 75, True),
         (76, 87, True), (88, 95, True)]
MIDDLE = {16, 51, 52, 53, 54, 57, 79, 85, 90, 94}
LEFT = {*range(17, 33), *range(42, 51), 58, 59, *range(68, 76), *range(80, 85), *range(91, 94), 97}
COLORS = {"frame": "#30343b", "left": "#1b6ca8", "right": "#c4581c"}
FACE_PX = 190


def partner(k):
    pairs = [(i, 32 - i) for i in range(16)] + [
        (33, 46), (34, 45), (35, 44), (36, 43), (37, 42), (38, 50), (39, 49), (40, 48), (41, 47), (60, 72), (61, 71), (62, 70),
        (63, 69), (64, 68), (65, 75), (66, 74), (67, 73), (96, 97), (55, 59), (56, 58), (76, 82), (77, 81), (78, 80), (87, 83),
        (86, 84), (88, 92), (89, 91), (95, 93)]
    table = {**{a: b for a, b in pairs}, **{b: a for a, b in pairs}}
    return table.get(k, k)


def read(file):
    with open(file, newline="") as stream:
        return list(csv.DictReader(stream))


def points_of(row, kind):
    return [(float(row[f"x{kind}_{k}"]), float(row[f"y{kind}_{k}"])) for k in range(98)]


def midline_of(row):
    return tuple(float(row[f"midline_{key}"]) for key in ("x", "y", "dx", "dy"))


def reflected(point, midline):
    x, y, dx, dy = midline
    distance = -(point[0] - x) * dy + (point[1] - y) * dx
    return point[0] + 2 * distance * dy, point[1] - 2 * distance * dx


def composite(halves, midline, side):
    """The points of one half and, for the other, their reflections."""
    kept = LEFT if side == "left" else set(range(98)) - LEFT - MIDDLE
    return [halves[k] if k in kept or k in MIDDLE else reflected(halves[partner(k)], midline) for k in range(98)]


def face(points, midline, color, shift_x, title, scale, origin):
    def place(p):
        return shift_x + (p[0] - origin[0]) * scale, 130 + (p[1] - origin[1]) * scale

    parts = [f'<text x="{shift_x:.0f}" y="22" class="title" fill="{color}">{title}</text>']
    x, y, dx, dy = midline
    ends = [place((x + t * dx, y + t * dy)) for t in (-0.45 * FACE_PX / scale, 0.95 * FACE_PX / scale)]
    parts.append('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" class="midline"/>'.format(*ends[0], *ends[1]))
    for first, last, closed in LINES:
        path = " ".join("{:.1f},{:.1f}".format(*place(points[k])) for k in range(first, last + 1))
        parts.append(f'<{"polygon" if closed else "polyline"} points="{path}" stroke="{color}" class="line"/>')
    for k in (96, 97):
        parts.append('<circle cx="{:.1f}" cy="{:.1f}" r="2.4" fill="{}"/>'.format(*place(points[k]), color))
    return parts


def curves(rows, column, top, title):
    """Left and right curve of one measure over time."""
    left_x, width, height = 690, 330, 92
    times = [float(row["pts_s"]) for row in rows]
    sides = {side: [float(row[f"{column}_{side}"]) for row in rows] for side in ("left", "right")}
    values = [v for side in sides.values() for v in side if not math.isnan(v)]
    low, high = min(values), max(values)
    span = (high - low) or 1
    parts = [f'<text x="{left_x}" y="{top - 8}" class="title" fill="{COLORS["frame"]}">{title}</text>',
             f'<rect x="{left_x}" y="{top}" width="{width}" height="{height}" class="panel"/>']
    for side, curve in sides.items():
        path = " ".join(f"{left_x + width * t / times[-1]:.1f},{top + height - 6 - (height - 12) * (v - low) / span:.1f}"
                        for t, v in zip(times, curve) if not math.isnan(v))
        parts.append(f'<polyline points="{path}" stroke="{COLORS[side]}" class="line"/>')
    parts.append(f'<text x="{left_x + width}" y="{top + height + 14}" class="note" text-anchor="end">0 to {times[-1]:.1f} s; '
                 f"{low:.2f} to {high:.2f}</text>")
    return parts


def main(folder, stem, target):
    frames = read(pathlib.Path(folder) / f"{stem}_frames.csv")
    landmarks = read(pathlib.Path(folder) / f"{stem}_landmarks.csv")
    best = max(range(len(frames)), key=lambda i: abs(float(frames[i]["au12_right"]) - float(frames[i]["au12_left"]))
               if frames[i]["status"] == "ok" else -1)
    points, halves, midline = points_of(landmarks[best], ""), points_of(landmarks[best], "h"), midline_of(frames[best])
    scale = FACE_PX / (points[32][0] - points[0][0])
    origin = midline[:2]
    shapes = face(points, midline, COLORS["frame"], 115, "the frame", scale, origin)
    shapes += face(composite(halves, midline, "left"), midline, COLORS["left"], 335, "patient's left, twice", scale, origin)
    shapes += face(composite(halves, midline, "right"), midline, COLORS["right"], 555, "patient's right, twice", scale, origin)
    shapes += curves(frames, "au12", 40, "smile, AU12 (0..5): left and right")
    shapes += curves(frames, "eye_aspect_ratio", 186, "eye opening (ratio): left and right")
    style = ("text{font-family:sans-serif}.title{font-size:14px;text-anchor:middle}.note{font-size:11px;fill:#666}"
             ".line{fill:none;stroke-width:1.6;stroke-linejoin:round}.midline{stroke:#c00;stroke-dasharray:5 4}.panel{fill:#f6f7f9;stroke:#ccd}")
    body = "\n".join(shapes).replace('x="690" y="32" class="title"', 'x="855" y="32" class="title"').replace(
        'x="690" y="178" class="title"', 'x="855" y="178" class="title"')
    pathlib.Path(target).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1040 320" role="img" aria-label="98 points of a one-sided smile, both halves '
        f'mirrored, and curves over time"><style>{style}</style><rect width="1040" height="320" fill="#fff"/>\n{body}\n</svg>\n')


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
