# SPDX-License-Identifier: Apache-2.0
"""The command line of the lab: make-weights, reference, compare."""
import argparse
import io
import pathlib
import sys

from . import checkpoints, compare, golden, networks, seeded

INPUT_ERROR, GATE_MISSED, OUTPUT_ERROR = 3, 6, 7  # As the program's exit codes.

MAKE_EXAMPLES = """examples:
  ./facemirror lab make-weights --network all -o weights
  ./facemirror lab make-weights --network star --container legacy --nested net --prefix module. -o weights
"""
REFERENCE_EXAMPLES = """examples:
  ./facemirror lab reference --network star -o tests/golden/star_seed1.json     (the golden file)
  ./facemirror lab reference --network retinaface --picture 1x480x640 --picture-seed 3
"""
COMPARE_EXAMPLES = """examples:
  ./facemirror lab compare --network star --onnx packs/star-mtl/star.onnx --checkpoint Landmark_98.pkl \\
      --run-network build/dev/tests/run_network
  ./facemirror lab compare --network mtl --onnx packs/star-mtl/mtl.onnx --seed 1 --run-network build/dev/tests/run_network
"""


class InputError(Exception):
    pass


def picture_size(text):
    try:
        batch, height, width = (int(number) for number in text.split("x"))
        if min(batch, height, width) > 0:
            return batch, height, width
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"expected BATCHxHEIGHTxWIDTH, found '{text}'")


def sizes_of(options):
    sizes = options.picture or golden.CASES[options.network]
    for _, height, width in sizes:
        if options.network == "star" and (height != width or width % 64):
            raise InputError(f"--picture: STAR takes squares whose side is a multiple of 64, found {height} x {width}")
        if options.network == "mtl" and (height, width) != (224, 224):
            raise InputError(f"--picture: the multitask network takes 224 x 224, found {height} x {width}")
    return sizes


def make_weights(options):
    chosen = networks.NAMES if options.network == "all" else (options.network,)
    folder = pathlib.Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        file = folder / f"{name}.pth"
        checkpoints.save(networks.make(name), options.seed, file, options.container, options.nested, options.prefix)
        print(f"{file}: {file.stat().st_size} bytes")
    return 0


def reference(options):
    text = io.StringIO()
    golden.write(options.network, options.seed, options.picture_seed, sizes_of(options), text)
    if options.output:
        pathlib.Path(options.output).write_text(text.getvalue(), encoding="utf-8")
    else:
        sys.stdout.write(text.getvalue())
    return 0


def compare_one(options, size):
    """Compares one size and prints a line an output. Returns whether all are within their limits."""
    batch, height, width = size
    network = networks.make(options.network, width)
    if options.checkpoint:
        checkpoints.load(network, options.checkpoint)
    else:
        seeded.load(network, options.seed)
    picture = seeded.pictures(batch, height, width, options.picture_seed)
    expected = network(picture)
    found = compare.run_onnx(options.run_network, options.onnx, picture, expected)
    good = True
    for key, difference in compare.differences(options.network, found, expected, width).items():
        limit = compare.LIMITS[options.network][key]
        good &= difference <= limit
        print(f"{options.network} {batch}x{height}x{width} {key}: largest difference {difference:.3g}, limit {limit:g}")
    if options.network == "mtl" and not good:
        tie = compare.nearest_tie(network, picture)
        print(f"nearest tie in the action units' graph: {tie:.3g}; below {compare.NEAR_TIE:g} a flipped edge is no error")
    return good


def compare_all(options):
    sizes = options.picture or golden.CASES[options.network][:1]
    options.picture = sizes
    return 0 if all([compare_one(options, size) for size in sizes_of(options)]) else GATE_MISSED


def parser():
    top = argparse.ArgumentParser(prog="lab", description="PyTorch references of the networks that model import builds.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name, action, text, examples, choices):
        command = commands.add_parser(name, help=text, description=text, epilog=examples,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
        command.add_argument("--network", required=True, choices=choices)
        command.add_argument("--seed", type=int, default=1, help="of the weights [1]; docs/test-weights.md")
        command.set_defaults(action=action)
        return command

    def add_pictures(command, default):
        command.add_argument("--picture", type=picture_size, action="append", metavar="BATCHxHEIGHTxWIDTH",
                             help=f"may stand several times [{default}]")
        command.add_argument("--picture-seed", type=int, default=golden.PICTURE_SEED, help="[%(default)s]")

    make = add("make-weights", make_weights, "Write checkpoints of seeded random weights.", MAKE_EXAMPLES, (*networks.NAMES, "all"))
    make.add_argument("--container", choices=checkpoints.CONTAINERS, default="zip", help="[%(default)s]")
    make.add_argument("--nested", choices=checkpoints.NESTS, help="put the dictionary under this key of another one")
    make.add_argument("--prefix", default="", help="put this in front of every key, for example module.")
    make.add_argument("-o", "--output", required=True, metavar="FOLDER")

    golden_file = add("reference", reference, "Write every output of a seeded network as JSON.", REFERENCE_EXAMPLES, networks.NAMES)
    add_pictures(golden_file, "those of the golden file")
    golden_file.add_argument("-o", "--output", metavar="FILE", help="[standard output]")

    comparison = add("compare", compare_all, "Compare an imported ONNX file with PyTorch; exit 6 if they differ.", COMPARE_EXAMPLES,
                     networks.NAMES)
    comparison.add_argument("--onnx", required=True, metavar="FILE")
    comparison.add_argument("--checkpoint", metavar="FILE", help="the weights the ONNX file was made of [seeded ones]")
    comparison.add_argument("--run-network", required=True, metavar="TOOL", help="build/dev/tests/run_network")
    add_pictures(comparison, "the first of the golden file")
    return top


def main():
    options = parser().parse_args()
    try:
        return options.action(options)
    except (InputError, ValueError, RuntimeError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return INPUT_ERROR
    except OSError as error:
        print(f"lab: {error}", file=sys.stderr)
        return OUTPUT_ERROR if getattr(options, "output", None) else INPUT_ERROR


if __name__ == "__main__":
    sys.exit(main())
