# SPDX-License-Identifier: Apache-2.0
"""RetinaFace with a MobileNet-0.25 body: a picture of any size -> raw boxes, scores and five points a prior."""
import torch
from torch import nn
from torch.nn import functional

MEAN_BGR = (104.0, 117.0, 123.0)
SLOPE = 0.1  # Of every leaky ReLU in body, FPN and SSH.
PYRAMID = 64  # Channels of every level.
ANCHORS = 2  # Priors in a cell.


def normed(in_channels, out_channels, kernel, stride=1, groups=1):
    """Convolution without bias and its batch norm; ceil-sized maps at stride 2."""
    return (nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(out_channels))


def leaky(in_channels, out_channels, kernel, stride=1):
    return nn.Sequential(*normed(in_channels, out_channels, kernel, stride), nn.LeakyReLU(SLOPE))


def separable(in_channels, out_channels, stride):
    """Depthwise 3x3, then pointwise 1x1, each with batch norm and leaky ReLU: keys 0, 1, 3, 4."""
    return nn.Sequential(*normed(in_channels, in_channels, 3, stride, groups=in_channels), nn.LeakyReLU(SLOPE),
                         *normed(in_channels, out_channels, 1), nn.LeakyReLU(SLOPE))


class Body(nn.Module):
    """Returns the maps after stage 1, 2 and 3: 64, 128, 256 channels at stride 8, 16, 32."""

    def __init__(self):
        super().__init__()
        self.stage1 = nn.Sequential(leaky(3, 8, 3, 2), separable(8, 16, 1), separable(16, 32, 2), separable(32, 32, 1),
                                    separable(32, 64, 2), separable(64, 64, 1))
        self.stage2 = nn.Sequential(separable(64, 128, 2), *(separable(128, 128, 1) for _ in range(5)))
        self.stage3 = nn.Sequential(separable(128, 256, 2), separable(256, 256, 1))

    def forward(self, picture):
        c3 = self.stage1(picture)
        c4 = self.stage2(c3)
        return c3, c4, self.stage3(c4)


class Fpn(nn.Module):
    """Feature pyramid from coarse to fine; each level is enlarged (nearest) to the size of the next finer one."""

    def __init__(self):
        super().__init__()
        self.output1 = leaky(64, PYRAMID, 1)
        self.output2 = leaky(128, PYRAMID, 1)
        self.output3 = leaky(256, PYRAMID, 1)
        self.merge1 = leaky(PYRAMID, PYRAMID, 3)
        self.merge2 = leaky(PYRAMID, PYRAMID, 3)

    def forward(self, maps):
        o1, o2, o3 = self.output1(maps[0]), self.output2(maps[1]), self.output3(maps[2])
        p4 = self.merge2(o2 + functional.interpolate(o3, size=o2.shape[2:], mode="nearest"))
        p3 = self.merge1(o1 + functional.interpolate(p4, size=o1.shape[2:], mode="nearest"))
        return p3, p4, o3


class Ssh(nn.Module):
    """Three receptive fields side by side: 32 + 16 + 16 channels."""

    def __init__(self):
        super().__init__()
        half, quarter = PYRAMID // 2, PYRAMID // 4
        self.conv3X3 = nn.Sequential(*normed(PYRAMID, half, 3))
        self.conv5X5_1 = leaky(PYRAMID, quarter, 3)
        self.conv5X5_2 = nn.Sequential(*normed(quarter, quarter, 3))
        self.conv7X7_2 = leaky(quarter, quarter, 3)
        self.conv7x7_3 = nn.Sequential(*normed(quarter, quarter, 3))

    def forward(self, level):
        shared = self.conv5X5_1(level)
        branches = self.conv3X3(level), self.conv5X5_2(shared), self.conv7x7_3(self.conv7X7_2(shared))
        return functional.relu(torch.cat(branches, dim=1))


class Head(nn.Module):
    """1x1 convolution whose channels are [anchor, value]; gives [N, cells * ANCHORS, values], row by row."""

    def __init__(self, values):
        super().__init__()
        self.values = values
        self.conv1x1 = nn.Conv2d(PYRAMID, ANCHORS * values, 1)

    def forward(self, level):
        rows = self.conv1x1(level).permute(0, 2, 3, 1)
        return rows.reshape(rows.shape[0], -1, self.values)


class RetinaFace(nn.Module):
    """Shapes   picture [N,3,H,W] BGR 0..255 -> loc [N,P,4], conf [N,P,2] (softmax, 1 = face), landms [N,P,10]."""

    def __init__(self):
        super().__init__()
        self.body = Body()
        self.fpn = Fpn()
        self.ssh1, self.ssh2, self.ssh3 = Ssh(), Ssh(), Ssh()
        self.ClassHead = nn.ModuleList(Head(2) for _ in range(3))
        self.BboxHead = nn.ModuleList(Head(4) for _ in range(3))
        self.LandmarkHead = nn.ModuleList(Head(10) for _ in range(3))

    def forward(self, picture):
        centred = picture - torch.tensor(MEAN_BGR).reshape(1, 3, 1, 1)
        levels = [ssh(level) for ssh, level in zip((self.ssh1, self.ssh2, self.ssh3), self.fpn(self.body(centred)))]

        def over_levels(heads):
            return torch.cat([head(level) for head, level in zip(heads, levels)], dim=1)

        return {"loc": over_levels(self.BboxHead), "conf": over_levels(self.ClassHead).softmax(dim=-1),
                "landms": over_levels(self.LandmarkHead)}
