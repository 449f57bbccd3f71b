# SPDX-License-Identifier: Apache-2.0
"""The three networks in PyTorch, written from the project's description of them and from nothing else.

Each takes pictures as the ONNX files of `facemirror model import` do: float32 [N,3,H,W], 0..255, in the network's own
colour order; each returns a dictionary of its outputs in the order of the ONNX file.
"""
import torch

from .mtl import Mtl
from .retinaface import RetinaFace
from .star import Star

NAMES = ("retinaface", "star", "mtl")


def make(name, side_px=256):
    """A network in inference mode with PyTorch's own initial weights; `side_px` is STAR's input side."""
    torch.set_num_threads(1)  # One order of sums, so that a golden file does not depend on the machine's cores.
    network = {"retinaface": RetinaFace, "star": lambda: Star(side_px), "mtl": Mtl}[name]()
    return network.eval().requires_grad_(False)
