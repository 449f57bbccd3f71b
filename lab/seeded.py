# SPDX-License-Identifier: Apache-2.0
"""Test weights and test pictures from one integer generator; docs/test-weights.md is the rule, the C++ tests have its twin."""
import numpy as np
import torch

INCREMENT = 0x9E3779B97F4A7C15  # SplitMix64 (Steele, Lea, Flood 2014).
GAIN = 2.0  # Keeps the variance through a ReLU.
# The first pattern that fits a name decides, else GAIN. "^" marks a beginning; otherwise the text may stand anywhere.
GAINS = (
    ("^body.stage1.0.0.", 0.0005),  # RetinaFace's picture is not scaled: 2 / 64^2, as its values are some 64 from the mean.
    ("Head.", 0.1),  # RetinaFace's outputs: scores that are not saturated, boxes of sensible size.
    (".conv_pwl.", 0.5),  # What ends in a residual sum must not let it grow from block to block.
    (".conv3.", 0.1),
    ("^merge_", 0.1),
    ("^base_model.", 4.0),  # SiLU and the gates of squeeze-excite take away more than a ReLU.
    (".coordconv.", 0.5),
    ("^out_", 0.1),  # STAR's sigmoids are not saturated.
)
GRID = 8


def draws(seed, first, count):
    """Numbers `first` to `first + count - 1` of a stream: float64 in [0, 1), multiples of 2^-24."""
    with np.errstate(over="ignore"):
        steps = np.arange(first + 1, first + count + 1, dtype=np.uint64)
        z = np.uint64(seed) + steps * np.uint64(INCREMENT)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-24


def gain(name):
    for pattern, value in GAINS:
        if name.startswith(pattern[1:]) if pattern[0] == "^" else pattern in name:
            return value
    return GAIN


def values(name, shape, u):
    """One tensor's values in float64 from its draws, row by row."""
    if name.endswith(".running_mean"):
        return 0.2 * (u - 0.5)
    if name.endswith(".running_var"):
        return 0.8 + 0.4 * u
    if len(shape) == 1 and name.endswith(".weight"):
        return 0.9 + 0.2 * u
    if len(shape) == 1 and name.endswith(".bias"):
        return 0.2 * (u - 0.5)
    return (2.0 * u - 1.0) * np.sqrt(3.0 * gain(name) / float(np.prod(shape[1:])))


def state_dict(network, seed):
    """The network's dictionary in its own order, every tensor from one stream."""
    made, drawn = {}, 0
    for name, tensor in network.state_dict().items():
        if name.endswith(".num_batches_tracked"):
            made[name] = torch.ones((), dtype=torch.int64)
        elif name.startswith("e2h_transform."):
            made[name] = tensor.clone()
        else:
            u = draws(seed, drawn, tensor.numel())
            drawn += tensor.numel()
            made[name] = torch.from_numpy(values(name, tensor.shape, u).astype(np.float32)).reshape(tensor.shape)
    return made


def load(network, seed):
    network.load_state_dict(state_dict(network, seed), strict=True)
    return network


def pictures(batch, height, width, seed):
    """Smooth test pictures in whole numbers 0..255, made with integers alone.

    Shapes   float32 [batch,3,height,width]
    """
    grid = np.floor(draws(seed, 0, batch * 3 * GRID * GRID) * 256).astype(np.int64).reshape(batch, 3, GRID, GRID)

    def positions(size):
        """Cell before each pixel and the way into it in units of 1/(size - 1)."""
        way = np.arange(size, dtype=np.int64) * (GRID - 1)
        steps = max(size - 1, 1)
        cell = np.minimum(way // steps, GRID - 2)
        return cell, way - cell * steps, steps

    row, down, rows = positions(height)
    column, right, columns = positions(width)
    down, right = down.reshape(-1, 1), right.reshape(1, -1)
    at = grid[:, :, row][:, :, :, column], grid[:, :, row][:, :, :, column + 1]
    below = grid[:, :, row + 1][:, :, :, column], grid[:, :, row + 1][:, :, :, column + 1]
    upper = at[0] * (columns - right) + at[1] * right
    lower = below[0] * (columns - right) + below[1] * right
    return torch.from_numpy(((upper * (rows - down) + lower * down) // (rows * columns)).astype(np.float32))
