# SPDX-License-Identifier: Apache-2.0
"""Golden files: every output of a seeded network for seeded pictures."""
import json

import torch

from . import networks, seeded
from .networks.mtl import edge_margins

PICTURE_SEED = 7
# What the golden files hold: batch, height, width. Odd sizes have ceil-sized maps; 192 has other coordinate constants.
CASES = {
    "retinaface": ((1, 96, 128), (2, 75, 61)),
    "star": ((1, 256, 256), (2, 256, 256), (1, 192, 192)),
    "mtl": ((2, 224, 224),),
}


def digits(value):
    """The shortest decimal that reads back as the same float32."""
    return float(str(value))


def run_case(name, weights_seed, picture_seed, size):
    batch, height, width = size
    network = seeded.load(networks.make(name, width), weights_seed)
    picture = seeded.pictures(batch, height, width, picture_seed)
    case = {"picture_seed": picture_seed, "shape": list(picture.shape)}
    if name == "mtl":
        case["edge_margins"] = edge_margins(network.au_regressor.nodes(network.au_feature(picture))).tolist()
    case["outputs"] = {key: {"shape": list(value.shape), "values": value.reshape(-1, value.shape[-1]).numpy()}
                       for key, value in network(picture).items()}
    return case


def write(name, weights_seed, picture_seed, sizes, stream):
    """One row of an output's last axis a line, so that a later difference can be read."""
    def text(value):
        return json.dumps(value)

    stream.write(f'{{\n"made_by": {text(f"lab reference, torch {torch.__version__}")},\n"network": {text(name)},\n'
                 f'"weights_seed": {weights_seed},\n"cases": [')
    for i, size in enumerate(sizes):
        case = run_case(name, weights_seed, picture_seed, size)
        outputs = case.pop("outputs")
        stream.write((",\n" if i else "\n") + "{" + text(case)[1:-1] + ', "outputs": {')
        for j, (key, output) in enumerate(outputs.items()):
            rows = ",\n".join(text([digits(value) for value in row]).replace(", ", ",") for row in output["values"])
            stream.write((",\n" if j else "\n") + f'{text(key)}: {{"shape": {text(output["shape"])}, "values": [\n{rows}]}}')
        stream.write("}}")
    stream.write("]\n}\n")
