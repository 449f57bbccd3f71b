# SPDX-License-Identifier: Apache-2.0
"""An imported ONNX file, run by the project's own engine, against PyTorch."""
import pathlib
import subprocess
import tempfile

import numpy as np

from .networks.mtl import edge_margins

# Largest difference of each output; the unit depends on the output (see differences).
LIMITS = {
    "retinaface": {"loc": 1e-4, "conf": 1e-4, "landms": 1e-4},
    "star": {"heat": 1e-3, "spread": 1e-4, "landmarks": 5e-3},
    "mtl": {"emotion": 1e-4, "gaze": 1e-4, "au": 1e-4},
}
# A row of S whose fourth and fifth entry are nearer than this (as a share of its largest) may flip: float32 sums of
# 1280 products differ by some 1e-6 from engine to engine.
NEAR_TIE = 1e-5


def run_onnx(tool, onnx, picture, expected):
    """The ONNX file's outputs, shaped like `expected`. Throws   RuntimeError with the tool's message."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "input.f32"), pathlib.Path(folder, "out")
        picture.numpy().astype("<f4").tofile(source)
        target.mkdir()
        shape = ",".join(map(str, picture.shape))
        result = subprocess.run([tool, str(onnx), shape, str(source), str(target)], capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(f"{onnx}: {result.stderr.strip() or result.returncode}")
        return {name: np.fromfile(target / f"{name}.f32", dtype="<f4").reshape(value.shape)
                for name, value in expected.items()}


def differences(name, found, expected, side_px):
    """The largest difference of each output.

    Units    star's landmarks: px of the crop; heat, loc, conf, landms: absolute where the value is below 1, else a
             share of it; all others as the network has them.
    """
    result = {}
    for key, value in expected.items():
        value = np.asarray(value, dtype=np.float64)
        difference = np.abs(np.asarray(found[key], dtype=np.float64) - value)
        if key == "landmarks":
            difference = difference * side_px / 2
        elif key == "heat" or name == "retinaface":
            difference = difference / np.maximum(1, np.abs(value))
        result[key] = float(difference.max())
    return result


def nearest_tie(network, picture):
    """How near the multitask network's graph is to another one for the worst of these pictures; see NEAR_TIE."""
    return edge_margins(network.au_regressor.nodes(network.au_feature(picture))).min().item()
