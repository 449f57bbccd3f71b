# SPDX-License-Identifier: Apache-2.0
"""Which faces RetinaFace finds at which input size, and what it costs: docs/decisions/0033-retinaface-input.md.

    python tools/study_recall.py PROGRAM PACK [--inputs 1600,1440] [--parts 192] [--widths 50,60] [--precision bf16] [--json FILE]

Pastes the astronaut's head (.cache/astronaut.png, which the set-up fetches) at face widths of 25 to 400 px and rolls of -30 to 30
degrees at three places of a 1080p frame of made-up background, runs `detect --pack PACK` on all of them, and counts. PACK is a folder
with the network `retinaface`, e.g. of `facemirror model import`. Everything is seeded: the same pictures every time.
Needs ffmpeg, numpy and the project's openvino wheel: run it with the project's virtual environment.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np

WIDTH, HEIGHT = 1920, 1080
FACE_WIDTHS = (25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400)
ROLLS_DEG = range(-30, 31, 10)
PLACES = ((0.5, 0.5), (0.22, 0.3), (0.8, 0.71))  # of the frame; moved inwards where a head would not fit
INPUTS = (0, 1760, 1600, 1440, 1280, 960, 800, 640, 480, 320)  # long side, 0: native
PARTS = (160, 192, 224, 256, 320)  # side of the square for a part
MIN_SCORE = 0.9  # the detector's default
# RetinaFace's own box of the astronaut at native size, px in astronaut.png: what "face width" means here.
ASTRONAUT_CENTER, ASTRONAUT_BOX = np.array([223.8, 116.4]), np.array([92.65, 119.99])
HEAD = 1.15  # radius of the pasted disc in face widths: hair and chin are in it, the picture's upper edge is not
PART_FACTOR, PART_SHIFT = 1.5, 0.1  # the region that the tracker hands over, and how far the face has moved in it (of its width)


def read_png(file):
    sizes = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", file],
                           check=True, capture_output=True, text=True).stdout.strip()
    width, height = map(int, sizes.split(","))
    pixels = subprocess.run(["ffmpeg", "-v", "error", "-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], check=True,
                            capture_output=True).stdout
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3).astype(np.float32)


def bilinear(picture, x, y):
    x, y = np.clip(x, 0, picture.shape[1] - 1.001), np.clip(y, 0, picture.shape[0] - 1.001)
    left, top = x.astype(int), y.astype(int)
    fx, fy = (x - left)[..., None], (y - top)[..., None]
    upper = picture[top, left] * (1 - fx) + picture[top, left + 1] * fx
    lower = picture[top + 1, left] * (1 - fx) + picture[top + 1, left + 1] * fx
    return upper * (1 - fy) + lower * fy


def background(random):
    """Smooth shapes down to fine grain, with a 1/f spectrum as photographs have."""
    total = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    for cell in (480, 240, 120, 60, 30, 15, 8, 4):
        grid = random.standard_normal((HEIGHT // cell + 3, WIDTH // cell + 3, 3)).astype(np.float32)
        total += bilinear(grid, x / cell, y / cell) * 9 * (cell / 30) ** 0.35
    return np.clip(total + 118 + 3 * random.standard_normal(total.shape), 0, 255)


def place_of(share, face_width):
    """Where the middle of the face goes so that the whole head is in the frame."""
    reach = HEAD * face_width
    x = min(max(share[0] * WIDTH, reach), WIDTH - 1 - reach)
    y = min(max(share[1] * HEIGHT, reach), HEIGHT - 1 - reach)
    return np.array([x, y])


def paste(astronaut, frame, center, face_width, roll_deg):
    """The head, antialiased, in a disc with a soft rim."""
    scale = ASTRONAUT_BOX[0] / face_width  # astronaut px per frame px
    reach = int(np.ceil(HEAD * face_width)) + 1
    left, top = (np.floor(center) - reach).astype(int)
    columns, rows = slice(max(0, left), left + 2 * reach + 2), slice(max(0, top), top + 2 * reach + 2)
    finer = int(np.ceil(scale)) + 1  # samples per px and axis
    y, x = np.mgrid[rows, columns].astype(np.float64)
    y, x = y[: HEIGHT - rows.start, : WIDTH - columns.start], x[: HEIGHT - rows.start, : WIDTH - columns.start]
    cos, sin = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    head = np.zeros((*x.shape, 3))
    for step in np.ndindex(finer, finer):
        dx, dy = x - center[0] + (step[0] + 0.5) / finer - 0.5, y - center[1] + (step[1] + 0.5) / finer - 0.5
        head += bilinear(astronaut, ASTRONAUT_CENTER[0] + scale * (cos * dx - sin * dy),
                         ASTRONAUT_CENTER[1] + scale * (sin * dx + cos * dy)) / finer**2
    distance = np.hypot(x - center[0], y - center[1]) / face_width
    share = np.clip((HEAD - distance) / 0.12, 0, 1)[..., None]
    area = frame[rows, columns]
    area[:] = area * (1 - share) + head * share


def make_cases(astronaut, empty, face_width, folder):
    cases = []
    for place in PLACES:
        center = place_of(place, face_width)
        for roll in ROLLS_DEG:
            frame = empty.copy()
            paste(astronaut, frame, center, face_width, roll)
            file = folder / f"{face_width}_{len(cases)}.ppm"
            pixels = np.clip(np.rint(frame), 0, 255).astype(np.uint8)
            file.write_bytes(b"P6\n%d %d\n255\n" % (WIDTH, HEIGHT) + pixels.tobytes())
            cases.append({"file": str(file), "width": face_width, "roll": roll, "center": center.tolist(), "place": place})
    return cases


def faces_in(program, pack, files, *options):
    done = subprocess.run([program, "detect", *files, "--json", "--pack", pack, *map(str, options)], check=True, capture_output=True)
    return [image["faces"] for image in json.loads(done.stdout)["images"]]


def is_the_face(face, case):
    """Its middle within 0.3 widths of where it was pasted, and 0.6 to 1.7 times as wide; a rolled head's box is wider."""
    x1, y1, x2, y2 = face["box"]
    off = np.hypot((x1 + x2) / 2 - case["center"][0], (y1 + y2) / 2 - case["center"][1])
    return off < 0.3 * case["width"] and 0.6 < (x2 - x1) / case["width"] < 1.7


def iou(a, b):
    sides = [min(a[k + 2], b[k + 2]) - max(a[k], b[k]) for k in (0, 1)]
    common = max(0, sides[0]) * max(0, sides[1])
    return common / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - common)


def judge(case, faces, key):
    best = next((face for face in faces if is_the_face(face, case)), None)  # they come best first
    case[key] = best["score"] if best else 0
    case[key + " box"] = best["box"] if best else None
    case[key + " false"] = sum(not is_the_face(face, case) for face in faces)


def part_of(case):
    """The tracker's region: the face's box, moved against the face, 1.5 times as large."""
    half = PART_FACTOR * ASTRONAUT_BOX / ASTRONAUT_BOX[0] * case["width"] / 2
    middle = np.array(case["center"]) + PART_SHIFT * case["width"]
    return ",".join(f"{v:.2f}" for v in (*(middle - half), *(middle + half)))


def study(program, pack, astronaut, options):
    empty = background(np.random.default_rng(1))
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for face_width in options.widths:
            made = make_cases(astronaut, empty, face_width, pathlib.Path(folder))
            files = [case["file"] for case in made]
            for long_side in options.inputs:
                for case, faces in zip(made, faces_in(program, pack, files, "--detector-input", long_side, "--precision", options.precision)):
                    judge(case, faces, f"whole {long_side}")
            for start in range(0, len(made), len(ROLLS_DEG)):  # one place: one part
                group = made[start:start + len(ROLLS_DEG)]
                for side in options.parts:
                    found = faces_in(program, pack, [case["file"] for case in group], "--within", part_of(group[0]),
                                     "--detector-input", side, "--precision", options.precision)
                    for case, faces in zip(group, found):
                        judge(case, faces, f"part {side}")
            for file in files:
                pathlib.Path(file).unlink()
            cases += made
    return cases


def network_ms(pack, precision, width, height, rounds=15):
    """Median of the network alone, one thread; processor time, which other work disturbs least."""
    import openvino

    core = openvino.Core()
    model = core.read_model(str(pathlib.Path(pack) / "retinaface.onnx"))
    model.reshape([1, 3, height, width])
    options = {"INFERENCE_PRECISION_HINT": precision, "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": 1}
    request = core.compile_model(model, "CPU", options).create_infer_request()
    picture = np.random.default_rng(1).integers(0, 256, (1, 3, height, width)).astype(np.float32)
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        request.infer([picture])
        times.append(1e3 * (time.process_time() - begin))
    return statistics.median(times)


def size_of(key):
    kind, side = key.split()
    side = int(side)
    if kind == "part":
        return side, side
    return (side, round(side * HEIGHT / WIDTH)) if side else (WIDTH, HEIGHT)


def lost_cases(cases, key, widths):
    for width in (w for w in widths if w >= 60):
        all_of_it = [case for case in cases if case["width"] == width]
        lost = [case for case in all_of_it if case[key] <= MIN_SCORE]
        if len(lost) == len(all_of_it):
            yield f"all of {width} px"
        elif lost:
            yield f"{width} px: " + ", ".join(f"{c['roll']:+d} deg at {c['place'][0]:g}, {c['place'][1]:g}" for c in lost)


def print_table(cases, options):
    keys = [f"whole {side}" for side in options.inputs] + [f"part {side}" for side in options.parts]
    per_width = len(PLACES) * len(ROLLS_DEG)
    print(f"Found of {per_width} at each face width; false: other faces in all {len(cases)} pictures; IoU with native: mean and lowest"
          f" of the boxes; ms: the network, one thread. Precision {options.precision}.\n")
    print("| input | " + " | ".join(f"{w} px" for w in options.widths) + " | false | IoU with native | ms |")
    print("|---" * (len(options.widths) + 4) + "|")
    for key in keys:
        found = [sum(case[key] > MIN_SCORE for case in cases if case["width"] == w) for w in options.widths]
        false = sum(case[key + " false"] for case in cases)
        overlaps = [iou(c[key + " box"], c["whole 0 box"]) for c in cases if c[key + " box"] and c.get("whole 0 box")] or [0]
        print(f"| {key} | " + " | ".join(map(str, found)) +
              f" | {false} | {statistics.mean(overlaps):.3f}, {min(overlaps):.3f} | {network_ms(options.pack, options.precision, *size_of(key)):.1f} |")
    print("\nLost faces of 60 px and more:")
    for key in keys:
        print(f"- {key}: {'; '.join(lost_cases(cases, key, options.widths)) or 'none'}")
    print("\nLowest score of a face of 60 px and more:")
    print(", ".join(f"{key}: {min(c[key] for c in cases if c['width'] >= 60):.4f}" for key in keys))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("pack")
    parser.add_argument("--precision", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--json", type=pathlib.Path, help="write every case to this file")
    for name, default, text in (("inputs", INPUTS, "long sides of the whole frame, 0: native"), ("parts", PARTS, "sides of the square"),
                                ("widths", FACE_WIDTHS, "face widths")):
        parser.add_argument(f"--{name}", default=default, help=text + ", px",
                            type=lambda numbers: tuple(int(number) for number in numbers.split(",") if number))
    options = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parent.parent
    cases = study(options.program, options.pack, read_png(root / ".cache" / "astronaut.png"), options)
    if options.json:
        options.json.write_text(json.dumps(cases, indent=1))
    print_table(cases, options)


if __name__ == "__main__":
    main()
