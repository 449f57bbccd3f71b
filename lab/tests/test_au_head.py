# SPDX-License-Identifier: Apache-2.0
"""The multitask network's graph over the eight action units."""
import pytest
import torch

from lab.networks import mtl


@pytest.fixture
def head(seeded_network):
    return seeded_network("mtl").au_regressor


@pytest.fixture
def nodes(head):
    """Nodes of three faces, from features as they come out of a ReLU."""
    generator = torch.Generator().manual_seed(1)
    return head.nodes(torch.randn(3, mtl.FEATURES, generator=generator).relu())


def permuted(head, order):
    """A copy whose node k has what node order[k] had in `head`."""
    copy = mtl.AuRegressor().eval().requires_grad_(False)
    copy.load_state_dict(head.state_dict())
    copy.sc.copy_(head.sc[order])
    for name in ("weight", "bias", "running_mean", "running_var"):
        getattr(copy.gnn.bnv, name).copy_(getattr(head.gnn.bnv, name)[order])
    return copy


def test_outputs_lie_between_0_and_1(head, nodes):
    outputs = head.from_nodes(nodes)
    assert outputs.shape == (3, 8)
    assert outputs.min() >= 0 and outputs.max() <= 1 + 1e-6
    assert outputs.std() > 0.01


def test_permuting_the_nodes_permutes_the_outputs(head, nodes):
    order = torch.tensor([3, 0, 7, 5, 1, 2, 6, 4])
    found = permuted(head, order).from_nodes(nodes[:, order])
    assert torch.allclose(found, head.from_nodes(nodes)[:, order], atol=1e-6)


def test_scaling_a_row_of_sc_changes_nothing(head, nodes):
    scaled = permuted(head, torch.arange(8))
    scaled.sc.mul_(torch.tensor([0.01, 0.5, 1, 2, 3, 10, 100, 1000]).unsqueeze(1))
    assert torch.allclose(scaled.from_nodes(nodes), head.from_nodes(nodes), atol=1e-6)


def test_a_row_of_sc_without_positive_entries_gives_0(head, nodes):
    dark = permuted(head, torch.arange(8))
    dark.sc[2] = -dark.sc[2].abs()
    assert dark.from_nodes(nodes)[:, 2].tolist() == [0, 0, 0]


def test_each_row_has_its_four_largest_entries_as_edges():
    nodes = torch.diag(torch.arange(8.0, 0, -1)).unsqueeze(0)  # Orthogonal: S is diagonal, so the fourth largest is 0.
    assert mtl.edges_of(nodes)[0].tolist() == [[1] * 8] * 8, "ties give more than four edges"
    line = torch.arange(1.0, 9).reshape(1, 8, 1)  # S_ij = i * j: every row prefers the last four nodes.
    assert mtl.edges_of(line)[0].tolist() == [[0, 0, 0, 0, 1, 1, 1, 1]] * 8, "a node need not be its own neighbour"


def test_the_graph_is_weighted_by_both_degrees(head):
    """A head whose U is 0 and V is 1 shows the weights: edges / sqrt(degree of row * degree of column)."""
    graph = mtl.Graph().eval().requires_grad_(False)
    graph.bnv.eps = 0
    for linear, value in ((graph.U, 0.0), (graph.V, 1.0)):
        linear.weight.copy_(torch.eye(mtl.FEATURES) * value)
        linear.bias.zero_()
    generator = torch.Generator().manual_seed(2)
    nodes = torch.rand(1, 8, mtl.FEATURES, generator=generator)
    nodes[0, 7] = nodes[0, 6]  # A tie: some rows have five edges.
    edges = mtl.edges_of(nodes)[0]
    degree = edges.sum(dim=1)
    assert set(degree.tolist()) == {4, 5}
    expected = [[edges[i, j] / (degree[i] * degree[j]) ** 0.5 for j in range(8)] for i in range(8)]
    assert torch.allclose(graph(nodes)[0], nodes[0] + torch.tensor(expected) @ nodes[0], atol=1e-5)


def test_the_batch_norm_of_the_graph_acts_on_nodes(head):
    assert head.gnn.bnv.num_features == 8 and head.gnn.bnv.eps == 1e-5


def test_margins_say_how_near_another_graph_is():
    line = torch.arange(1.0, 9).reshape(1, 8, 1)
    assert mtl.edge_margins(line).item() == pytest.approx(1 / 8)  # 5 i and 4 i against 8 i, in every row.
