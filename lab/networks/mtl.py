# SPDX-License-Identifier: Apache-2.0
"""The multitask network: EfficientNet-B0 (TensorFlow padding) -> emotion, gaze and eight action units."""
import torch
from torch import nn
from torch.nn import functional

MEAN_RGB = (255 * 0.485, 255 * 0.456, 255 * 0.406)
SCALE_RGB = (255 * 0.229, 255 * 0.224, 255 * 0.225)
BACKBONE_EPS = 1e-3
FEATURES = 1280
UNITS = 8
NEIGHBOURS = 4  # Entries of a row of S that become edges.
NORM_MIN = 1e-12
# Kernel, stride of the first block, output channels, expansion, blocks.
STAGES = ((3, 2, 24, 6, 2), (5, 2, 40, 6, 2), (3, 2, 80, 6, 3), (5, 1, 112, 6, 3), (5, 2, 192, 6, 4), (3, 1, 320, 6, 1))


def same_padding(size, kernel, stride):
    """TensorFlow's "SAME" for one axis: (before, after); an odd rest goes after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class SameConv2d(nn.Conv2d):
    def forward(self, x):
        rows = same_padding(x.shape[2], self.kernel_size[0], self.stride[0])
        columns = same_padding(x.shape[3], self.kernel_size[1], self.stride[1])
        return super().forward(functional.pad(x, (*columns, *rows)))


def conv(in_channels, out_channels, kernel, stride=1, groups=1):
    return SameConv2d(in_channels, out_channels, kernel, stride, groups=groups, bias=False)


def norm(channels):
    return nn.BatchNorm2d(channels, eps=BACKBONE_EPS)


class SqueezeExcite(nn.Module):
    def __init__(self, channels, reduced):
        super().__init__()
        self.conv_reduce = nn.Conv2d(channels, reduced, 1)
        self.conv_expand = nn.Conv2d(reduced, channels, 1)

    def forward(self, x):
        gate = functional.silu(self.conv_reduce(x.mean(dim=(2, 3), keepdim=True)))
        return x * self.conv_expand(gate).sigmoid()


class DepthwiseSeparable(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv_dw = conv(in_channels, in_channels, 3, groups=in_channels)
        self.bn1 = norm(in_channels)
        self.se = SqueezeExcite(in_channels, in_channels // 4)
        self.conv_pw = conv(in_channels, out_channels, 1)
        self.bn2 = norm(out_channels)

    def forward(self, x):
        return self.bn2(self.conv_pw(self.se(functional.silu(self.bn1(self.conv_dw(x))))))


class InvertedResidual(nn.Module):
    def __init__(self, in_channels, out_channels, kernel, stride, expansion):
        super().__init__()
        wide = in_channels * expansion
        self.conv_pw = conv(in_channels, wide, 1)
        self.bn1 = norm(wide)
        self.conv_dw = conv(wide, wide, kernel, stride, groups=wide)
        self.bn2 = norm(wide)
        self.se = SqueezeExcite(wide, in_channels // 4)
        self.conv_pwl = conv(wide, out_channels, 1)
        self.bn3 = norm(out_channels)
        self.keeps_shape = stride == 1 and in_channels == out_channels

    def forward(self, x):
        y = functional.silu(self.bn1(self.conv_pw(x)))
        y = self.se(functional.silu(self.bn2(self.conv_dw(y))))
        y = self.bn3(self.conv_pwl(y))
        return x + y if self.keeps_shape else y


class Backbone(nn.Module):
    """Shapes   [N,3,224,224] -> [N,1280]."""

    def __init__(self):
        super().__init__()
        self.conv_stem = conv(3, 32, 3, 2)
        self.bn1 = norm(32)
        stages, channels = [nn.Sequential(DepthwiseSeparable(32, 16))], 16
        for kernel, stride, out_channels, expansion, blocks in STAGES:
            stage = []
            for i in range(blocks):
                stage.append(InvertedResidual(channels, out_channels, kernel, 1 if i else stride, expansion))
                channels = out_channels
            stages.append(nn.Sequential(*stage))
        self.blocks = nn.Sequential(*stages)
        self.conv_head = conv(channels, FEATURES, 1)
        self.bn2 = norm(FEATURES)

    def forward(self, x):
        x = self.blocks(functional.silu(self.bn1(self.conv_stem(x))))
        return functional.silu(self.bn2(self.conv_head(x))).mean(dim=(2, 3))


def edges_of(nodes):
    """The graph of one face's nodes: 1 where an entry of S = X X^T reaches its row's fourth largest.

    Shapes   [N,8,1280] -> [N,8,8]
    """
    similarity = nodes @ nodes.transpose(1, 2)
    threshold = similarity.topk(NEIGHBOURS, dim=2).values[:, :, -1:]
    return (similarity >= threshold).float()


def edge_margins(nodes):
    """How near each face's graph is to another one: the smallest gap between a row's fourth and fifth largest entry of
    S, as a share of the row's largest entry, which sets the rounding error.

    Shapes   [N,8,1280] -> [N]
    """
    similarity = nodes @ nodes.transpose(1, 2)
    largest = similarity.topk(NEIGHBOURS + 1, dim=2).values
    gaps = (largest[..., NEIGHBOURS - 1] - largest[..., NEIGHBOURS]) / similarity.abs().amax(dim=2)
    return gaps.amin(dim=1)


def to_unit_length(x):
    return x / x.norm(dim=-1, keepdim=True).clamp(min=NORM_MIN)


class Graph(nn.Module):
    def __init__(self):
        super().__init__()
        self.U = nn.Linear(FEATURES, FEATURES)
        self.V = nn.Linear(FEATURES, FEATURES)
        self.bnv = nn.BatchNorm1d(UNITS)  # [N,8,1280]: its channel axis is the node.

    def forward(self, nodes):
        edges = edges_of(nodes)
        degree = edges.sum(dim=2)
        weights = edges / torch.sqrt(degree.unsqueeze(2) * degree.unsqueeze(1))
        return functional.relu(nodes + self.bnv(weights @ self.V(nodes) + self.U(nodes)))


class AuRegressor(nn.Module):
    """Shapes   [N,1280] -> [N,8], 0..1: cosine of a node and its row of `sc`, neither with negative entries."""

    def __init__(self):
        super().__init__()
        self.sc = nn.Parameter(torch.ones(UNITS, FEATURES))
        self.class_linears = nn.ModuleList(nn.Linear(FEATURES, FEATURES) for _ in range(UNITS))
        self.gnn = Graph()

    def nodes(self, feature):
        return torch.stack([linear(feature) for linear in self.class_linears], dim=1)

    def forward(self, feature):
        return self.from_nodes(self.nodes(feature))

    def from_nodes(self, nodes):
        return (to_unit_length(self.gnn(nodes)) * to_unit_length(functional.relu(self.sc))).sum(dim=2)


class Mtl(nn.Module):
    """Shapes   picture [N,3,224,224] RGB 0..255 -> emotion [N,8], gaze [N,2] rad, au [N,8] 0..1 (AU 1,2,4,6,9,12,25,26)."""

    def __init__(self):
        super().__init__()
        self.base_model = Backbone()
        self.fc_emotion = nn.Linear(FEATURES, FEATURES)
        self.fc_gaze = nn.Linear(FEATURES, FEATURES)
        self.fc_au = nn.Linear(FEATURES, FEATURES)
        self.emotion_classifier = nn.Linear(FEATURES, UNITS)
        self.gaze_regressor = nn.Linear(FEATURES, 2)
        self.au_regressor = AuRegressor()

    def au_feature(self, picture):
        return functional.relu(self.fc_au(self.backbone(picture)))

    def backbone(self, picture):
        mean, scale = (torch.tensor(values).reshape(1, 3, 1, 1) for values in (MEAN_RGB, SCALE_RGB))
        return self.base_model((picture - mean) / scale)

    def forward(self, picture):
        feature = self.backbone(picture)
        return {"emotion": self.emotion_classifier(functional.relu(self.fc_emotion(feature))),
                "gaze": self.gaze_regressor(functional.relu(self.fc_gaze(feature))),
                "au": self.au_regressor(functional.relu(self.fc_au(feature)))}
