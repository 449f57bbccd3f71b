# SPDX-License-Identifier: Apache-2.0
"""The generator of test weights and pictures against the tables of docs/test-weights.md."""
import hashlib

import numpy as np
import pytest
import torch

from lab import checkpoints, networks, seeded
from lab.tests.conftest import ROOT

DOCUMENT = (ROOT / "docs/test-weights.md").read_text()


def split_mix_64(seed):
    """The rule as the document writes it, a number at a time."""
    state, mask = seed, 2**64 - 1
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield ((z ^ (z >> 31)) >> 40) * 2.0**-24


@pytest.mark.parametrize("seed", [0, 1, 2**64 - 1])
def test_draws_follow_the_documented_generator(seed):
    stream = split_mix_64(seed)
    expected = [next(stream) for _ in range(100)]
    assert seeded.draws(seed, 0, 100).tolist() == expected
    assert seeded.draws(seed, 60, 40).tolist() == expected[60:]


def test_the_first_draws_are_the_documented_ones():
    assert ", ".join(map(repr, seeded.draws(1, 0, 4).tolist())) in DOCUMENT


@pytest.mark.parametrize("name", networks.NAMES)
def test_weights_have_the_documented_hash(name):
    weights = [v for key, v in seeded.state_dict(networks.make(name), 1).items() if not key.endswith("num_batches_tracked")]
    assert all(v.dtype == torch.float32 for v in weights)
    digest = hashlib.sha256(b"".join(v.numpy().astype("<f4").tobytes() for v in weights)).hexdigest()
    assert f"| {sum(v.numel() for v in weights):,} | `{digest}` |" in DOCUMENT


def test_another_seed_gives_other_weights():
    network = networks.make("retinaface")
    one, two = (seeded.state_dict(network, seed)["fpn.merge1.0.weight"] for seed in (1, 2))
    assert (one - two).abs().mean() > 0.01


def grid_value(grid, y, x, height, width):
    """The documented rule for one pixel, in Python's integers."""
    a, b = max(height - 1, 1), max(width - 1, 1)
    i, j = min(7 * y // a, 6), min(7 * x // b, 6)
    d, r = 7 * y - i * a, 7 * x - j * b
    upper = grid[i][j] * (b - r) + grid[i][j + 1] * r
    lower = grid[i + 1][j] * (b - r) + grid[i + 1][j + 1] * r
    return (upper * (a - d) + lower * d) // (a * b)


@pytest.mark.parametrize("height, width", [(5, 7), (1, 1), (9, 30)])
def test_pictures_follow_the_documented_rule(height, width):
    stream = split_mix_64(4)
    found = seeded.pictures(2, height, width, 4)
    for channel in found.reshape(-1, height, width):
        grid = [[int(256 * next(stream)) for _ in range(8)] for _ in range(8)]
        assert channel.tolist() == [[grid_value(grid, y, x, height, width) for x in range(width)] for y in range(height)]


@pytest.mark.parametrize("batch, height, width", [(1, 5, 7), (2, 75, 61)])
def test_pictures_have_the_documented_hash(batch, height, width):
    values = seeded.pictures(batch, height, width, 1).numpy().astype(np.uint8)
    assert f"[{batch},3,{height},{width}] `{hashlib.sha256(values.tobytes()).hexdigest()}`" in DOCUMENT.replace("\n", " ")


@pytest.mark.parametrize("container", checkpoints.CONTAINERS)
@pytest.mark.parametrize("nest, prefix", [(None, ""), ("net", ""), ("state_dict", "module.")])
def test_checkpoints_read_back_as_they_were_written(tmp_path, container, nest, prefix):
    network, file = networks.make("retinaface"), tmp_path / "r.pth"
    checkpoints.save(network, 3, file, container, nest, prefix)
    assert (file.read_bytes()[:2] == b"PK") == (container == "zip")
    found = checkpoints.load(network, file).state_dict()
    assert all(torch.equal(found[name], value) for name, value in seeded.state_dict(network, 3).items())
    assert [path.name for path in tmp_path.iterdir()] == ["r.pth"]


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    checkpoints.save(networks.make("retinaface"), 1, tmp_path / "r.pth", "zip")
    with pytest.raises(ValueError, match="Missing key"):
        checkpoints.load(networks.make("mtl"), tmp_path / "r.pth")
