# SPDX-License-Identifier: Apache-2.0
"""Runs the reference flow and `facemirror run` in turns and prints their ratios: called by tools/bench_vs_reference.sh.

A round is one run of the reference and one of each column of ours; every second round goes backwards, so that a machine
that slows down favours nobody. Each ratio belongs to one round. Wall time is that of the whole command, with its start;
"inner" leaves out the start of the process (Python's imports), but has the loading of the networks on both sides.
"""
import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

import machine
import ratios

REFERENCE = pathlib.Path(__file__).with_name("reference.py")
CLIPS = {"1080p": ("1920x1080", 260), "360p": ("640x360", 90)}  # size, distance of the outer eye corners in px
PRECISIONS = ("f32", "bf16", "int8")
EXTRA = "options"  # the column of --ours-options


def parse_arguments():
    parser = argparse.ArgumentParser(prog="bench_vs_reference.sh", description="The reference flow against facemirror run.")
    parser.add_argument("pack", type=pathlib.Path, help="folder of the pack: retinaface, star and mtl")
    parser.add_argument("clips", type=pathlib.Path, nargs="*", help="default: a 1080p and a 360p clip by facemirror synth")
    parser.add_argument("--pairs", type=int, default=ratios.MIN_PAIRS, help="rounds, 3 at least (default: %(default)s)")
    parser.add_argument("--precisions", default="", help="f32,bf16,int8; default: those that the pack has")
    parser.add_argument("--ours-options", default="", metavar="TEXT", help="more options of run, for one more column")
    parser.add_argument("--face-box", metavar="X1,Y1,X2,Y2", help="for all clips; default: found in each clip's first frame")
    parser.add_argument("--duration", type=float, default=7, help="of the clips that are made, s (default: %(default)s)")
    parser.add_argument("--no-floor", action="store_true", help="leave FFmpeg's codec floor out")
    parser.add_argument("--only-floor", action="store_true", help="nothing but FFmpeg's codec floor")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all figures to this file")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pairs < ratios.MIN_PAIRS:
        parser.error(f"--pairs: expected {ratios.MIN_PAIRS} at least, found {arguments.pairs}")
    arguments.precisions = precisions_of(parser, arguments)
    return arguments


def precisions_of(parser, arguments):
    """Those asked for, or those for which the pack's STAR and multitask networks both name their threads."""
    try:
        networks = json.loads((arguments.pack / "pack.json").read_text())["networks"]
        offered = [name for name in PRECISIONS if all(name in networks[part]["threads"] for part in ("star", "mtl"))]
    except (OSError, ValueError, KeyError) as failure:
        parser.error(f"{arguments.pack}: expected a pack with star and mtl, found {failure!r}")
    asked = arguments.precisions.split(",") if arguments.precisions else offered
    for name in asked:
        if name not in offered:
            parser.error(f"{arguments.pack}: precision {name}: the pack has {', '.join(offered)}")
    return asked


def make_clips(program, folder, duration):
    clips = []
    for name, (size, face) in CLIPS.items():
        clips.append(folder / f"{name}.mp4")
        machine.timed([program, "synth", "-o", clips[-1], "--size", size, "--face-px", face, "--duration", duration,
                       "--noise", 3, "--head", "shift=3,roll=6,period=4"])
    return clips


def face_box(program, clip, folder):
    """The best face of the first frame, found by the default pack: X1,Y1,X2,Y2 in whole pixels."""
    picture = folder / "first.png"
    machine.timed(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", clip, "-frames:v", "1", picture])
    found = json.loads(machine.timed([program, "detect", picture, "--json"]).stdout)["images"][0]["faces"]
    if not found:
        sys.exit(f"{clip}: no face in the first frame; give its box with --face-box")
    return ",".join(str(round(value)) for value in found[0]["box"])


def ours(program, clip, folder, *options):
    """One `run`; returns its timing and its run.json."""
    result = machine.timed([program, "run", clip, "-o", folder / "ours", "--overwrite", "--quiet", "--json", *options])
    return result, json.loads(result.stdout)


def round_of(program, pack, clip, box, columns, folder, backwards):
    """One run of everything: {name: {"wall_s", "processor_s", "inner_s", "peak_mib", "work"}}."""
    entries = {}
    names = ["reference", *columns]
    for name in reversed(names) if backwards else names:
        if name == "reference":
            result = machine.timed([sys.executable, REFERENCE, clip, "--pack", pack, "-o", folder / "reference", "--face-box", box])
            run = json.loads(result.stdout)
            inner = run["load_s"] + run["wall_s"]  # run.json's wall_s has the loading in it
            work = {"frames": run["frames"], "star": run["calls"].get("star", 0), "mtl": run["calls"].get("mtl", 0)}
            if run["mirrored_frames"] != run["frames"]:
                raise ratios.NotComparable(f"reference: {run['frames']} frames, {run['mirrored_frames']} of them mirrored")
        else:
            result, run = ours(program, clip, folder, "--pack", pack, "--face-box", box, *columns[name])
            inner, work = run["wall_s"], ratios.work_of(run)
        if name == "reference":
            frames = work["frames"]
        if name != EXTRA:
            ratios.require_full_work(name, work, work["frames"])
        entries[name] = {"wall_s": result.wall_s, "processor_s": result.processor_s, "inner_s": inner,
                         "peak_mib": result.peak_mib, "work": work, "run": run}
    for name, entry in entries.items():
        if entry["work"]["frames"] != frames:
            raise ratios.NotComparable(f"{name}: expected {frames} frames as the reference, found {entry['work']['frames']}")
    return entries


def summary(rounds, name):
    """Ratios reference / ours of one column, over the rounds."""
    def series(who, what):
        return [entry[who][what] for entry in rounds]
    work = rounds[0][name]["work"]
    return {"wall_ratio": ratios.ratios_of(series("reference", "wall_s"), series(name, "wall_s")),
            "inner_ratio": ratios.ratios_of(series("reference", "inner_s"), series(name, "inner_s")),
            "processor_ratio": ratios.ratios_of(series("reference", "processor_s"), series(name, "processor_s")),
            "fps": work["frames"] / statistics.median(series(name, "inner_s")),
            "peak_mib": max(series(name, "peak_mib")), "work": work}


def compare(arguments, clip, folder):
    """All rounds of one clip."""
    box = arguments.face_box or face_box(arguments.program, clip, folder)
    columns = {name: ["--precision", name] for name in arguments.precisions}
    if arguments.ours_options:
        columns[EXTRA] = shlex.split(arguments.ours_options)
    rounds = [round_of(arguments.program, arguments.pack, clip, box, columns, folder, index % 2)
              for index in range(arguments.pairs)]
    first = rounds[0]["reference"]["run"]
    reference = {"fps": first["frames"] / statistics.median(entry["reference"]["inner_s"] for entry in rounds),
                 "workers": first["workers"], "engine": first["engine"], "opencv": first["opencv"], "numpy": first["numpy"],
                 "stages_s": first["stages_s"], "phases_s": first["phases_s"]}
    return {"clip": clip.name, "frames": first["frames"], "face_box": box, "reference": reference,
            "threads": rounds[0][next(iter(columns))]["run"]["options"]["threads"],
            "columns": {name: summary(rounds, name) | {"run_options": columns[name]} for name in columns}, "rounds": rounds}


def codec_floor(arguments, clip, folder):
    """FFmpeg decodes once and encodes three files with run's settings; `run` with the default pack, in turns."""
    encode = ["-map", "0:v:0", "-an", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p"]
    outputs = [part for index in range(3) for part in (*encode, folder / f"floor{index}.mp4")]
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", clip, *outputs]
    floor, run = [], []
    for index in range(arguments.pairs):
        for is_floor in (True, False) if index % 2 == 0 else (False, True):
            if is_floor:
                floor.append(machine.timed(command))
            else:
                run.append(ours(arguments.program, clip, folder, "--pack", "mediapipe"))
    frames = run[0][1]["frames"]["decoded"]
    return {"clip": clip.name, "frames": frames,
            "floor_ms_per_frame": 1000 * statistics.median(one.wall_s for one in floor) / frames,
            "floor_core_ms_per_frame": 1000 * statistics.median(one.processor_s for one in floor) / frames,
            "run_to_floor": ratios.ratios_of([one.wall_s for one, _ in run], [one.wall_s for one in floor]),
            "run_to_floor_inner": ratios.ratios_of([found["wall_s"] for _, found in run], [one.wall_s for one in floor]),
            "run_to_floor_processor": ratios.ratios_of([one.processor_s for one, _ in run], [one.processor_s for one in floor]),
            "run_fps": frames / statistics.median(found["wall_s"] for _, found in run)}


def print_comparison(result, pack, pairs):
    reference = result["reference"]
    print(f"\n{result['clip']}, {result['frames']} frames, pack {pack}, face box {result['face_box']}, {pairs} rounds")
    print(f"  reference: {reference['engine']} f32, OpenCV {reference['opencv']}, {reference['workers']} workers: "
          f"{reference['fps']:.2f} frames/s")
    print(f"  times faster (min / median / max)  {'whole command':>20} {'without process start':>22} {'processor time':>20} "
          f"{'frames/s':>9} {'MiB':>5}")
    for name, column in result["columns"].items():
        label = f"run {name}, {result['threads']} threads" if name != EXTRA else "run " + shlex.join(column["run_options"])
        cells = [ratios.frames_text(column[key]) for key in ("wall_ratio", "inner_ratio", "processor_ratio")]
        print(f"  {label:<34} {cells[0]:>20} {cells[1]:>22} {cells[2]:>20} {column['fps']:9.2f} {column['peak_mib']:5.0f}")
        work = column["work"]
        print(f"    work: {work['frames']} frames, {work['star']} through star, {work['mtl']} halves through mtl")


def print_floor(result, pairs):
    print(f"\n{result['clip']}, {result['frames']} frames, pack mediapipe f32, {pairs} rounds")
    print(f"  FFmpeg, one decoder, three encoders: {result['floor_ms_per_frame']:.1f} ms a frame, "
          f"{result['floor_core_ms_per_frame']:.1f} core-ms")
    for key, label in (("run_to_floor", "whole command"), ("run_to_floor_inner", "without process start"),
                       ("run_to_floor_processor", "processor time")):
        print(f"  run / FFmpeg, {label:<22} {ratios.frames_text(result[key])}")


def main():
    arguments = parse_arguments()
    found = {"machine": machine.description(), "pack": arguments.pack.name, "pairs": arguments.pairs, "clips": [], "floor": [],
             "facemirror": machine.timed([arguments.program, "--version"]).stdout.strip(),
             "ffmpeg": subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]}
    print(f"{machine.text(found['machine'])}\n{found['facemirror']}; {found['ffmpeg']}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        clips = arguments.clips or make_clips(arguments.program, folder, arguments.duration)
        for clip in clips:
            if not arguments.only_floor:
                found["clips"].append(compare(arguments, clip, folder))
                print_comparison(found["clips"][-1], found["pack"], arguments.pairs)
            if not arguments.no_floor:
                found["floor"].append(codec_floor(arguments, clip, folder))
                print_floor(found["floor"][-1], arguments.pairs)
            sys.stdout.flush()
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except ratios.NotComparable as failure:
        sys.exit(f"bench_vs_reference.sh: not comparable: {failure}")
