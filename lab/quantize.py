# SPDX-License-Identifier: Apache-2.0
"""Makes the int8 files of a pack's networks, calibrated on the user's own clips. Needs NNCF, not PyTorch."""
import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import nncf
import numpy as np
import openvino as ov

INPUT_ERROR = 3  # As the program's exit codes.
# Largest mean difference from f32, in units of the spread (standard deviation) of the output over the clips.
DEFAULT_LIMIT = 0.1
# Less than this share of the time is worth another arithmetic.
WORTH_IT = 0.95
LAYERS = ("Convolution", "GroupConvolution", "MatMul")


class InputError(Exception):
    pass


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def recorded_inputs(options, folder):
    """What the program feeds the pack's networks on the clips: name -> list of arrays."""
    command = [options.program, "model", "inputs", "--pack", str(options.pack.resolve()), "-o", str(folder), "--every", str(options.every)]
    if options.face_box:
        command += ["--face-box", options.face_box]
    if subprocess.run([*command, "--", *options.clip], check=False).returncode:
        raise InputError("the clips cannot be run")
    inputs = {}
    for file in sorted(folder.glob("*.npy")):
        name = re.fullmatch(r"clip\d+_(.+)_\d+_[\dx]+\.npy", file.name)[1]
        inputs.setdefault(name, []).append(np.load(file, allow_pickle=False))
    return inputs


def thinned(arrays, count):
    return [arrays[i] for i in sorted({round(i) for i in np.linspace(0, len(arrays) - 1, min(count, len(arrays)))})]


def run(model, arrays, arithmetic):
    """Outputs of all inputs, and the shortest time of a call on one thread, s."""
    results, times, requests = [], [], {}
    for array in arrays:
        if array.shape not in requests:
            fixed = model.clone()
            fixed.reshape(list(array.shape))
            properties = {"INFERENCE_PRECISION_HINT": arithmetic, "EXECUTION_MODE_HINT": "ACCURACY", "PERFORMANCE_HINT": "LATENCY",
                          "NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": 1}
            requests[array.shape] = ov.Core().compile_model(fixed, "CPU", properties).create_infer_request()
            requests[array.shape].infer(array)  # The first run sets the engine up.
        start = time.perf_counter()
        values = requests[array.shape].infer(array).values()
        times.append(time.perf_counter() - start)
        results.append([np.array(value).reshape(-1) for value in values])
    return [np.concatenate(output) for output in zip(*results)], min(times)


def error_of(expected, found):
    """The worst output's mean difference over that output's own spread; not finite counts as infinite."""
    worst = 0.0
    for e, f in zip(expected, found):
        usable = np.isfinite(e)
        if not np.isfinite(f[usable]).all():
            return float("inf")
        worst = max(worst, float(np.abs(e - f)[usable].mean() / max(e[usable].std(), 1e-12)))
    return worst


def decoder_of(model):
    """Names of the nodes behind the last layers with weights: sums and divisions that lose small values in int8."""
    names, todo = set(), [result.input_value(0).get_node() for result in model.get_results()]
    while todo:
        node = todo.pop()
        if node.get_type_name() not in (*LAYERS, "Constant", "Parameter") and node.get_friendly_name() not in names:
            names.add(node.get_friendly_name())
            todo += [port.get_source_output().get_node() for port in node.inputs()]
    return names


def exact_nodes(model, prefixes):
    """What stays in floating point: the decoder, norms of single pictures, and what the pack wants in f32."""
    names = decoder_of(model)
    for node in model.get_ordered_ops():
        if node.get_type_name() == "MVN" or node.get_friendly_name().startswith(prefixes):
            names.add(node.get_friendly_name())
    return names


def groups_of(model, exact):
    """Names of the layers with weights, by the part of the network that they stand in."""
    groups = {}
    for node in model.get_ordered_ops():
        name = node.get_friendly_name()
        if node.get_type_name() in LAYERS and name not in exact:
            groups.setdefault("/".join(re.split(r"[/.]", name)[:2]), []).append(name)
    return groups


def quantized(model, arrays, kept):
    scope = nncf.IgnoredScope(names=sorted(kept), validate=False)
    return nncf.quantize(model.clone(), nncf.Dataset(arrays), subset_size=len(arrays), ignored_scope=scope,
                         preset=nncf.QuantizationPreset.MIXED)


def search(name, model, arrays, expected, exact, options):
    """Quantises all, then puts the groups back whose return helps most, until the error holds."""
    groups = groups_of(model, exact)
    found = quantized(model, arrays, exact)
    error = error_of(expected, run(found, arrays, "f32")[0])
    print(f"{name}: all of {sum(map(len, groups.values()))} layers in int8: error {error:.4g}", flush=True)
    if error <= options.limit:
        return found
    alone = {}
    for group, layers in groups.items():
        alone[group] = error_of(expected, run(quantized(model, arrays, exact | set(layers)), arrays, "f32")[0])
        print(f"{name}: {group} ({len(layers)} layers) back in floating point: error {alone[group]:.4g}", flush=True)
    kept = []
    for group in sorted(groups, key=alone.get)[: options.keep]:
        kept.append(group)
        found = quantized(model, arrays, exact.union(*(groups[g] for g in kept)))
        error = error_of(expected, run(found, arrays, "f32")[0])
        print(f"{name}: kept {', '.join(kept)}: error {error:.4g}", flush=True)
        if error <= options.limit:
            break
    return found


def fastest(name, model, arrays, exact, options):
    """The quickest form of a network whose error holds: (int8 model or None for its own file, arithmetic of the rest)."""
    expected, f32_s = run(model, arrays, "f32")
    best, best_s = (None, "f32"), f32_s
    int8 = search(name, model, arrays, expected, exact, options)
    for label, candidate, arithmetic in (("int8, rest f32", int8, "f32"), ("int8, rest bf16", int8, "bf16"), ("bf16", None, "bf16")):
        found, seconds = run(candidate or model, arrays, arithmetic)
        error = error_of(expected, found)
        print(f"{name}: {label}: error {error:.4g}, {seconds / f32_s:.2f} of the time of f32", flush=True)
        if error <= options.limit and seconds < best_s * WORTH_IT:
            best, best_s = (candidate, arithmetic), seconds
    return best


def write_variant(pack, network, name, model, rest):
    """Puts the network's int8 file beside the others; without one, its own file runs in `rest`."""
    variant = {key: network[key] for key in ("file", "sha256", "weights_file", "weights_sha256") if key in network}
    if model:
        with tempfile.TemporaryDirectory(dir=pack, prefix=".int8.") as folder:
            ov.save_model(model, pathlib.Path(folder) / "new.xml", compress_to_fp16=False)
            number = sha256(pathlib.Path(folder) / "new.bin")[:12]  # A name of its own: the old pack stays whole.
            for ending, file, hashed in (("xml", "file", "sha256"), ("bin", "weights_file", "weights_sha256")):
                variant[file] = f"{name}.int8.{number}.{ending}"
                os.replace(pathlib.Path(folder) / f"new.{ending}", pack / variant[file])
                variant[hashed] = sha256(pack / variant[file])
    network["variants"] = {"int8": {**variant, "rest": rest}}
    network["threads"]["int8"] = 1


def write_description(pack, description):
    kept = [entry for entry in description.get("fidelity", []) if entry["precision"] != "int8"]
    description.pop("fidelity", None)
    if kept:
        description["fidelity"] = kept
    file = pack / ".pack.json.new"
    file.write_text(json.dumps(description, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(file, pack / "pack.json")


def quantize(options):
    description = json.loads((options.pack / "pack.json").read_text(encoding="utf-8"))
    networks = description["networks"]
    wanted = [name for name in options.network.split(",") if name]
    for name in wanted:
        if name not in networks:
            raise InputError(f"{options.pack}: expected a network {name}, found {', '.join(networks)}")
    with tempfile.TemporaryDirectory() as folder:
        inputs = recorded_inputs(options, pathlib.Path(folder))
    for name in wanted:
        if not inputs.get(name):
            raise InputError(f"{name}: the clips show no face that it looks at")
    for name, network in networks.items():
        model, rest = None, "f32"
        if name in wanted:
            arrays = thinned(inputs[name], options.subset)
            print(f"{name}: {len(arrays)} of {len(inputs[name])} inputs", flush=True)
            whole = ov.Core().read_model(options.pack / network["file"])
            exact = exact_nodes(whole, tuple(network.get("f32_nodes", ())) or ("\0",))
            model, rest = fastest(name, whole, arrays, exact, options)
        write_variant(options.pack, network, name, model, rest)
        print(f"{name}: --precision int8 runs {'its int8 file, the rest' if model else 'its own file'} in {rest}", flush=True)
    write_description(options.pack, description)
    return 0


def parser():
    top = argparse.ArgumentParser(
        prog="lab quantize", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Write the int8 files of a pack's networks into it, calibrated on your clips. Of each network the fastest form\n"
        "whose error holds is taken; where int8 is none, `--precision int8` runs the network's own file in bf16 or f32.",
        epilog="example:\n  ./facemirror lab quantize --pack packs/star-mtl --clip a.mp4 b.mp4\n"
        "Then compare: ./facemirror validate fidelity --help")
    top.add_argument("--pack", type=pathlib.Path, required=True, metavar="FOLDER")
    top.add_argument("--clip", nargs="+", required=True, metavar="FILE", help="clips to calibrate on")
    top.add_argument("--network", default="star,mtl", metavar="NAME,...", help="all others stay in f32 [%(default)s]")
    top.add_argument("--subset", type=int, default=64, metavar="N", help="inputs to calibrate on [%(default)s]")
    top.add_argument("--every", type=int, default=5, metavar="N", help="take every Nth run of a network [%(default)s]")
    top.add_argument("--face-box", metavar="X1,Y1,X2,Y2", help="where the face is in all clips, instead of the detector")
    top.add_argument("--limit", type=float, default=DEFAULT_LIMIT, metavar="X",
                     help="mean difference from f32 in units of the output's spread [%(default)s]")
    top.add_argument("--keep", type=int, default=8, metavar="N", help="at most so many groups in floating point [%(default)s]")
    top.add_argument("--program", default=os.environ.get("FACEMIRROR_PROGRAM"), metavar="FILE", help="facemirror [the project's own]")
    return top


def main():
    options = parser().parse_args()
    if not options.program:
        print("lab quantize: expected --program or FACEMIRROR_PROGRAM, found neither", file=sys.stderr)
        return INPUT_ERROR
    try:
        return quantize(options)
    except (InputError, OSError, ValueError, RuntimeError) as error:
        print(f"lab quantize: {error}", file=sys.stderr)
        return INPUT_ERROR


if __name__ == "__main__":
    sys.exit(main())
