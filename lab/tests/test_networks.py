# SPDX-License-Identifier: Apache-2.0
"""The definitions: totals, keys, shapes, and the parts that are easily got wrong."""
import pytest
import torch
from torch import nn

from lab import checkpoints, networks, seeded
from lab.networks import mtl, star


@pytest.mark.parametrize("name, entries, parameters, convolutions, norms", [
    ("retinaface", 300, 426_608, 56, 47),
    ("star", 1450, 17_177_332, 269, 182),
    ("mtl", 394, 25_346_454, 81, 50),
])
def test_totals_are_those_of_the_original_networks(name, entries, parameters, convolutions, norms):
    network = networks.make(name)
    modules = list(network.modules())
    assert len(network.state_dict()) == entries
    assert sum(p.numel() for p in network.parameters()) == parameters
    assert sum(isinstance(m, nn.Conv2d) for m in modules) == convolutions
    assert sum(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in modules) == norms


def test_the_multitask_backbone_has_its_own_total():
    assert sum(p.numel() for p in networks.make("mtl").base_model.parameters()) == 4_007_548


def test_57_convolutions_of_star_are_never_used(seeded_network):
    network = seeded_network("star", 64)
    used = set()
    hooks = [m.register_forward_hook(lambda module, *_: used.add(module)) for m in network.modules() if isinstance(m, nn.Conv2d)]
    network(seeded.pictures(1, 64, 64, 1))
    for hook in hooks:
        hook.remove()
    unused = [name for name, m in network.named_modules() if isinstance(m, nn.Conv2d) and m not in used]
    assert len(unused) == 57
    assert all(name.endswith("skip_layer.conv") for name in unused)


@pytest.mark.parametrize("name, groups", [
    ("star", ["pre", "hgs", "features", "out_heatmaps", "out_edgemaps", "out_pointmaps", "merge_features", "merge_heatmaps",
              "merge_edgemaps", "merge_pointmaps", "e2h_transform"]),
    ("mtl", ["base_model", "fc_emotion", "fc_gaze", "fc_au", "emotion_classifier", "gaze_regressor", "au_regressor"]),
])
def test_keys_stand_in_the_documented_order(name, groups):
    assert list(dict.fromkeys(key.split(".")[0] for key in networks.make(name).state_dict())) == groups


def test_keys_of_a_star_block_stand_in_the_documented_order():
    keys = [key for key in networks.make("star").state_dict() if key.startswith("hgs.1.")]
    assert list(dict.fromkeys(key.split(".")[2] for key in keys)) == ["coordconv", "up1", "low1", "low2", "low3"]
    block = [key.split(".")[3] for key in keys if key.startswith("hgs.1.up1.")]
    assert list(dict.fromkeys(block)) == ["bn1", "conv1", "bn2", "conv2", "bn3", "conv3", "skip_layer"]
    assert [key.split(".")[-1] for key in keys if key.startswith("hgs.1.up1.bn1.")] == [
        "weight", "bias", "running_mean", "running_var", "num_batches_tracked"]


def test_keys_of_the_action_unit_head_begin_with_its_own_parameter():
    keys = [key.removeprefix("au_regressor.") for key in networks.make("mtl").state_dict() if key.startswith("au_regressor.")]
    assert keys[:3] == ["sc", "class_linears.0.weight", "class_linears.0.bias"]
    assert keys[17:22] == ["gnn.U.weight", "gnn.U.bias", "gnn.V.weight", "gnn.V.bias", "gnn.bnv.weight"]


def test_the_real_retinaface_file_has_exactly_our_keys(real_retinaface):
    network = networks.make("retinaface")
    found = torch.load(real_retinaface, map_location="cpu", weights_only=True)
    assert list(found) == list(network.state_dict())
    checkpoints.load(network, real_retinaface)


def test_edges_cover_every_point_but_the_pupils():
    table = networks.make("star").e2h_transform
    assert table.weight.sum(dim=(0, 2, 3)).tolist() == [33, 9, 9, 4, 5, 8, 8, 12, 8]
    assert table.weight.sum(dim=(1, 2, 3)).tolist() == [1] * 96 + [0, 0]
    assert table.bias.nonzero().flatten().tolist() == [96, 97]
    assert table.bias[96:].tolist() == [1, 1]


def test_the_first_coordinate_varies_with_the_row_and_the_second_with_the_column():
    row, column, radius = star.coordinates(1, 3)[0]
    assert row.tolist() == [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]
    assert column.tolist() == [[-1, 0, 1]] * 3
    assert radius[0, 0].item() == 1 and radius[1, 1].item() == 0
    assert radius[0, 1].item() == pytest.approx(0.5**0.5, abs=1e-6)


def test_masked_coordinates_follow_the_last_heat_map():
    heat = torch.zeros(1, 98, 2, 2)
    heat[0, 97] = torch.tensor([[0.05, 0.06], [7.0, 0.0]])  # The limit itself is masked.
    heat[0, 0] = 1
    joined = star.with_coordinates(torch.zeros(1, 1, 2, 2), heat)[0]
    assert joined[4].tolist() == [[0, -1], [1, 0]]
    assert joined[5].tolist() == [[0, 1], [-1, 0]]


def test_a_point_is_the_centroid_of_its_heat():
    fused = torch.zeros(1, 98, 5, 5)
    fused[0, 3, 4, 1] = 2  # Row 4 is y = 1, column 1 is x = -0.5.
    fused[0, 4, 2, 0] = 1
    fused[0, 4, 2, 4] = 3
    heat, spread, points = star.decode(fused)
    assert points[0, 3].tolist() == [-0.5, 1] and heat[0, 3].item() == 2 and spread[0, 3].item() == 0
    assert points[0, 4].tolist() == [0.5, 0]
    assert spread[0, 4].item() == pytest.approx(0.75**0.5, abs=1e-6)  # (1 * 1.5^2 + 3 * 0.5^2) / 4
    assert heat[0, 5].item() == 0 and spread[0, 5].item() == 0 and points[0, 5].tolist() == [0, 0]


def test_star_refuses_a_side_that_its_hourglasses_cannot_halve():
    with pytest.raises(ValueError, match="multiple of 64, found 224"):
        networks.make("star", 224)


@pytest.mark.parametrize("size, kernel, stride, before, after", [
    (224, 3, 2, 0, 1), (112, 3, 2, 0, 1), (56, 5, 2, 1, 2), (28, 3, 2, 0, 1), (14, 5, 2, 1, 2),  # Those of the network.
    (14, 3, 1, 1, 1), (14, 5, 1, 2, 2), (7, 3, 2, 1, 1), (1, 3, 2, 1, 1), (4, 1, 2, 0, 0),
])
def test_padding_is_that_of_tensorflow(size, kernel, stride, before, after):
    assert mtl.same_padding(size, kernel, stride) == (before, after)


def test_odd_pictures_have_ceil_sized_maps(seeded_network):
    outputs = seeded_network("retinaface")(seeded.pictures(1, 75, 61, 1))
    cells = 10 * 8 + 5 * 4 + 3 * 2
    assert [list(value.shape) for value in outputs.values()] == [[1, 2 * cells, 4], [1, 2 * cells, 2], [1, 2 * cells, 10]]
    assert outputs["conf"].sum(dim=2).sub(1).abs().max() < 1e-6


@pytest.mark.parametrize("name, side", [("retinaface", 64), ("star", 64), ("mtl", 224)])
def test_a_batch_gives_what_its_pictures_give_alone(seeded_network, name, side):
    network, both = seeded_network(name, side), seeded.pictures(2, side, side, 3)
    together, second = network(both), network(both[1:])
    for key, value in together.items():
        assert torch.allclose(value[1], second[key][0], rtol=1e-4, atol=1e-5), key
        assert not torch.allclose(value[0], value[1], rtol=1e-2, atol=1e-2), f"{key} does not depend on the picture"
