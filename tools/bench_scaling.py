# SPDX-License-Identifier: Apache-2.0
"""Time and memory of `facemirror run` over the size of the frame and the length of the clip: docs/performance.md.

    python3 tools/bench_scaling.py [--pack PACK] [--short] [--csv FILE] [--svg FILE]

Sizes: clips of one length by `facemirror synth`, from 640x360 to 3840x2160. Lengths: one synthetic clip of 10 s, joined
to itself without coding it again, so that only the length differs. Each clip is run --repeat times; the fastest run
counts for time, the largest for memory. Needs ffmpeg and python3 alone. FACEMIRROR_PROGRAM names another program.
"""
import argparse
import csv
import json
import os
import pathlib
import shlex
import sys
import tempfile

from bench_reference import machine
import bench_scaling_plot as plot

ROOT = pathlib.Path(__file__).resolve().parents[1]
BASE_S, SWAY_S = 10, 5  # length of the clip that is joined to itself; its movement ends where it begins
COLUMNS = ("series", "width", "height", "duration_s", "frames", "frame_mpx", "wall_s", "processor_s", "fps", "peak_rss_mib")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", default="mediapipe", help="installed name or folder (default: %(default)s)")
    parser.add_argument("--precision", default="f32", help="default: %(default)s")
    parser.add_argument("--run-options", default="", metavar="TEXT", help="more options of run")
    parser.add_argument("--sizes", default="640x360,1280x720,1920x1080,3840x2160", help="default: %(default)s")
    parser.add_argument("--size-duration", type=int, default=10, help="of the clips of each size, s (default: %(default)s)")
    parser.add_argument("--lengths", default="10,30,60,120,300,600", help="s, multiples of 10 (default: %(default)s)")
    parser.add_argument("--length-size", default="640x360", help="of the clips of each length (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each clip (default: %(default)s)")
    parser.add_argument("--short", action="store_true", help="3 s of each size, lengths 10,20,40, one run: about 3 minutes")
    parser.add_argument("--csv", type=pathlib.Path, default="scaling.csv", help="default: %(default)s")
    parser.add_argument("--svg", type=pathlib.Path, default="scaling.svg", help="default: %(default)s")
    arguments = parser.parse_args()
    if arguments.short:
        arguments.size_duration, arguments.lengths, arguments.repeat = 3, "10,20,40", 1
    arguments.lengths = [int(value) for value in arguments.lengths.split(",")]
    arguments.sizes = [tuple(map(int, size.split("x"))) for size in arguments.sizes.split(",")]
    if any(length <= 0 or length % BASE_S for length in arguments.lengths) or arguments.repeat < 1:
        parser.error(f"--lengths: expected multiples of {BASE_S} s; --repeat: at least 1")
    return arguments


def program():
    file = pathlib.Path(os.environ.get("FACEMIRROR_PROGRAM", ROOT / "build/release/apps/facemirror/facemirror"))
    if not file.exists():
        sys.exit(f"bench_scaling.py: {file} is missing. Run ./facemirror once, or set FACEMIRROR_PROGRAM.")
    os.environ.setdefault("FACEMIRROR_PACKS", str(ROOT / "packs"))
    return file


def make_clip(file, width, height, duration):
    machine.timed([program(), "synth", "-o", file, "--size", f"{width}x{height}", "--face-px", round(height * 0.24),
                   "--duration", duration, "--noise", 3, "--head", f"shift=3,roll=6,period={SWAY_S}"])
    return file


def join(base, file, times):
    """The clip `times` times, packet by packet."""
    machine.timed(["ffmpeg", "-nostdin", "-v", "error", "-y", "-stream_loop", times - 1, "-i", base, "-c", "copy", file])
    return file


def measure(arguments, clip, folder, series):
    """One row of the table."""
    runs = []
    for _ in range(arguments.repeat):
        timed = machine.timed([program(), "run", clip, "-o", folder / "out", "--overwrite", "--quiet", "--json", "--pack",
                               arguments.pack, "--precision", arguments.precision, *shlex.split(arguments.run_options)])
        runs.append((json.loads(timed.stdout), timed.processor_s))
    fastest, processor = min(runs, key=lambda one: one[0]["wall_s"])
    source, frames = fastest["input"], fastest["frames"]["decoded"]
    row = {"series": series, "width": source["width"], "height": source["height"], "duration_s": round(source["duration_s"], 3),
           "frames": frames, "frame_mpx": round(source["width"] * source["height"] / 1e6, 4), "wall_s": round(fastest["wall_s"], 3),
           "processor_s": round(processor, 3), "fps": round(fastest["fps"], 3),
           "peak_rss_mib": round(max(run["peak_rss_mib"] for run, _ in runs), 1)}
    print(f"{series:<7} {row['width']}x{row['height']}, {row['duration_s']:g} s: {row['wall_s']:.2f} s, "
          f"{1000 * row['wall_s'] / frames:.1f} ms a frame, {row['peak_rss_mib']:.0f} MiB", flush=True)
    return row, fastest["options"]["threads"]


def measure_all(arguments, folder):
    rows, threads = [], 0
    for width, height in arguments.sizes:
        clip = make_clip(folder / "size.mp4", width, height, arguments.size_duration)
        row, threads = measure(arguments, clip, folder, "size")
        rows.append(row)
    width, height = map(int, arguments.length_size.split("x"))
    base = make_clip(folder / "base.mp4", width, height, BASE_S)
    for length in arguments.lengths:
        row, threads = measure(arguments, join(base, folder / "length.mp4", length // BASE_S), folder, "length")
        rows.append(row)
    return rows, threads


def fitted(name, x, y):
    """A series of a panel with its line; prints the line."""
    if len(set(x)) < 2:
        return name, y, None
    line = plot.fit_line(x, y)
    print(f"  {name}: {line[0]:.3f} + {line[1]:.3f} x, largest departure {100 * line[2]:.1f} %")
    return name, y, line[:2]


def panels_of(rows, length_size):
    """Four panels; prints how straight the lines of time are."""
    sizes, lengths = ([row for row in rows if row["series"] == series] for series in ("size", "length"))
    panels = []
    for title, x_name, y_name, x_key, group, unit in (
            ("by size of the frame", "megapixels a frame", "ms a frame", "frame_mpx", sizes, lambda row: 1000 / row["frames"]),
            (f"by length, {length_size}", "length, s", "s", "duration_s", lengths, lambda row: 1)):
        print(f"Time {title}: {y_name} over {x_name}")
        x = [row[x_key] for row in group]
        series = [fitted(name, x, [row[key] * unit(row) for row in group])
                  for name, key in (("wall time", "wall_s"), ("processor time", "processor_s"))]
        panels.append(plot.panel(f"Time {title}", x_name, y_name, x, series))
        panels.append(plot.panel(f"Peak memory {title}", x_name, "MiB", x, [("memory", [row["peak_rss_mib"] for row in group], None)]))
    return panels


def main():
    arguments = parse_arguments()
    found = machine.description()
    with tempfile.TemporaryDirectory() as name:
        rows, threads = measure_all(arguments, pathlib.Path(name))
    with open(arguments.csv, "w", newline="") as stream:
        table = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    caption = (f"{machine.text(found)}; run, pack {pathlib.Path(arguments.pack).name}, {arguments.precision}, "
               f"{threads} threads, {arguments.run_options or 'three videos'}")
    print(caption)
    arguments.svg.write_text(plot.figure(panels_of(rows, arguments.length_size), caption))


if __name__ == "__main__":
    main()
