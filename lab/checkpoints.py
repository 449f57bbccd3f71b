# SPDX-License-Identifier: Apache-2.0
"""PyTorch checkpoints: seeded ones to write, the user's to read (without executing what is in them)."""
import os

import torch

from . import seeded

CONTAINERS = ("zip", "legacy")
NESTS = ("state_dict", "net", "net_ema", "model")
PREFIX = "module."


def save(network, seed, file, container, nest=None, prefix=""):
    """Writes a network's seeded weights; the file appears when it is complete. Throws   OSError."""
    weights = {prefix + name: tensor for name, tensor in seeded.state_dict(network, seed).items()}
    made = {nest: weights, "epoch": 0} if nest else weights
    part = f"{file}.part"
    torch.save(made, part, _use_new_zipfile_serialization=container == "zip")
    os.replace(part, file)


def load(network, file):
    """Loads every tensor of a checkpoint into the network. Throws   OSError, ValueError (another network's file)."""
    try:
        found = torch.load(file, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # torch.load throws whatever the broken part threw.
        raise ValueError(f"{file}: expected a PyTorch checkpoint, found: {error}") from error
    for nest in NESTS:
        if nest in found:
            found = found[nest]
            break
    try:
        network.load_state_dict({name.removeprefix(PREFIX): tensor for name, tensor in found.items()}, strict=True)
    except RuntimeError as error:
        raise ValueError(f"{file}: {error}") from error
    return network
