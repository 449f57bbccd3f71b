# SPDX-License-Identifier: Apache-2.0
"""STAR: four stacked hourglasses -> 98 points of the WFLW scheme as centroids of heat maps."""
import torch
from torch import nn
from torch.nn import functional

STACKS = 4
POINTS = 98
# First point, last point of each edge; whether it is closed does not matter here: a point lies on its edge either way.
EDGES = ((0, 32), (33, 41), (42, 50), (51, 54), (55, 59), (60, 67), (68, 75), (76, 87), (88, 95))
CHANNELS = 256
DEPTH = 4  # Of an hourglass: 64 -> 32 -> 16 -> 8 -> 4 at an input of 256.
BOUNDARY_CHANNEL = POINTS - 1  # The last heat map of a stack serves the next stack's coordinates as boundary map.
BOUNDARY_MIN = 0.05


class Conv(nn.Module):
    """A biased convolution named `conv`; with `norm` also a batch norm `bn` and a ReLU."""

    def __init__(self, in_channels, out_channels, kernel=1, stride=1, norm=False):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2)
        self.bn = nn.BatchNorm2d(out_channels) if norm else None

    def forward(self, x):
        x = self.conv(x)
        return x if self.bn is None else functional.relu(self.bn(x))


class ResBlock(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        middle = out_channels // 2
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = Conv(in_channels, middle)
        self.bn2 = nn.BatchNorm2d(middle)
        self.conv2 = Conv(middle, middle, 3)
        self.bn3 = nn.BatchNorm2d(middle)
        self.conv3 = Conv(middle, out_channels)
        self.skip_layer = Conv(in_channels, out_channels)  # In every file, used only where the channels change.
        self.changes = in_channels != out_channels

    def forward(self, x):
        y = self.conv1(functional.relu(self.bn1(x)))
        y = self.conv2(functional.relu(self.bn2(y)))
        y = self.conv3(functional.relu(self.bn3(y)))
        return y + (self.skip_layer(x) if self.changes else x)


class Hourglass(nn.Module):
    """`coordconv` stands in the outermost only; it takes what `coordinates` adds to the features."""

    def __init__(self, depth, coordinates=0):
        super().__init__()
        if coordinates:
            self.coordconv = Conv(CHANNELS + coordinates, CHANNELS)
        self.up1 = ResBlock(CHANNELS, CHANNELS)
        self.low1 = ResBlock(CHANNELS, CHANNELS)
        self.low2 = Hourglass(depth - 1) if depth > 1 else ResBlock(CHANNELS, CHANNELS)
        self.low3 = ResBlock(CHANNELS, CHANNELS)

    def forward(self, x):
        if hasattr(self, "coordconv"):
            x = self.coordconv(x)
        low = self.low3(self.low2(self.low1(functional.max_pool2d(x, 2, 2))))
        return self.up1(x) + functional.interpolate(low, scale_factor=2, mode="nearest")


class EdgesToPoints(nn.Module):
    """Sums for each point the edges that it lies on; points on none get 1 from the bias."""

    def __init__(self):
        super().__init__()
        weight = torch.zeros(POINTS, len(EDGES), 1, 1)
        for edge, (first, last) in enumerate(EDGES):
            weight[first:last + 1, edge] = 1
        self.register_buffer("weight", weight)
        self.register_buffer("bias", (weight.sum(dim=(1, 2, 3)) == 0).float())

    def forward(self, edges):
        return functional.conv2d(edges, self.weight, self.bias)


def coordinates(batch, side):
    """[N,3,side,side]: row (-1 top .. 1 bottom), column, distance from the centre over its largest value."""
    axis = torch.linspace(-1, 1, side)
    row, column = axis.reshape(-1, 1).expand(side, side), axis.reshape(1, -1).expand(side, side)
    radius = torch.sqrt(row * row + column * column)
    return torch.stack((row, column, radius / radius.max())).expand(batch, 3, side, side)


def with_coordinates(x, previous_heat=None):
    """Appends row, column, radius and, after the first stack, row and column where the boundary map is above its limit."""
    added = coordinates(x.shape[0], x.shape[2])
    if previous_heat is None:
        return torch.cat((x, added), dim=1)
    boundary = previous_heat[:, BOUNDARY_CHANNEL:].clamp(0, 1)
    masked = torch.where(boundary > BOUNDARY_MIN, added[:, :2], torch.zeros(()))
    return torch.cat((x, added, masked), dim=1)


def decode(fused):
    """Centroid of each heat map.

    Shapes   fused [N,98,side,side], not negative -> heat [N,98], spread [N,98], landmarks [N,98,2] (x, y)
    Units    heat sum of the map; landmarks and spread in a grid that is -1 at the first and 1 at the last cell's centre;
             spread = sqrt(sum(F |p - centroid|^2) / max(sum F, 1e-6))
    """
    axis = torch.linspace(-1, 1, fused.shape[2])
    heat = fused.sum(dim=(2, 3))
    divisor = heat.clamp(min=1e-6)
    x = (fused.sum(dim=2) * axis).sum(dim=2) / divisor
    y = (fused.sum(dim=3) * axis).sum(dim=2) / divisor
    from_x = (axis.reshape(1, 1, -1) - x.unsqueeze(2)) ** 2
    from_y = (axis.reshape(1, 1, -1) - y.unsqueeze(2)) ** 2
    moment = (fused.sum(dim=2) * from_x).sum(dim=2) + (fused.sum(dim=3) * from_y).sum(dim=2)
    return heat, torch.sqrt(moment / divisor), torch.stack((x, y), dim=2)


class Star(nn.Module):
    """Shapes   picture [N,3,S,S] BGR 0..255 -> heat [N,98], spread [N,98], landmarks [N,98,2] in -1..1 (see decode)."""

    def __init__(self, side_px=256):
        super().__init__()
        if side_px % 64:
            raise ValueError(f"STAR's side must be a multiple of 64, found {side_px}")
        self.side_px = side_px
        self.pre = nn.Sequential(Conv(6, 64, 7, 2, norm=True), ResBlock(64, 128), nn.MaxPool2d(2, 2), ResBlock(128, 128),
                                 ResBlock(128, CHANNELS))
        self.hgs = nn.ModuleList(Hourglass(DEPTH, 5 if stack else 3) for stack in range(STACKS))
        self.features = nn.ModuleList(nn.Sequential(ResBlock(CHANNELS, CHANNELS), Conv(CHANNELS, CHANNELS, norm=True))
                                      for _ in range(STACKS))
        self.out_heatmaps = nn.ModuleList(Conv(CHANNELS, POINTS) for _ in range(STACKS))
        self.out_edgemaps = nn.ModuleList(Conv(CHANNELS, len(EDGES)) for _ in range(STACKS))
        self.out_pointmaps = nn.ModuleList(Conv(CHANNELS, POINTS) for _ in range(STACKS))
        self.merge_features = nn.ModuleList(Conv(CHANNELS, CHANNELS) for _ in range(STACKS - 1))
        self.merge_heatmaps = nn.ModuleList(Conv(POINTS, CHANNELS) for _ in range(STACKS - 1))
        self.merge_edgemaps = nn.ModuleList(Conv(len(EDGES), CHANNELS) for _ in range(STACKS - 1))
        self.merge_pointmaps = nn.ModuleList(Conv(POINTS, CHANNELS) for _ in range(STACKS - 1))
        self.e2h_transform = EdgesToPoints()

    def stack(self, i, x, previous_heat):
        """One hourglass: its feature and its heat, edge and point maps."""
        feature = self.features[i](self.hgs[i](with_coordinates(x, previous_heat)))
        heat = functional.relu(functional.instance_norm(self.out_heatmaps[i](feature), eps=1e-5))
        return feature, heat, self.out_edgemaps[i](feature).sigmoid(), self.out_pointmaps[i](feature).sigmoid()

    def forward(self, picture):
        if tuple(picture.shape[1:]) != (3, self.side_px, self.side_px):
            raise ValueError(f"expected a picture [N,3,{self.side_px},{self.side_px}], found {list(picture.shape)}")
        x = self.pre(with_coordinates((picture - 127.5) / 127.5))
        heat = None
        for i in range(STACKS):
            feature, heat, edges, points = self.stack(i, x, heat)
            if i < STACKS - 1:
                x = (x + self.merge_features[i](feature) + self.merge_heatmaps[i](heat) + self.merge_pointmaps[i](points)
                     + self.merge_edgemaps[i](edges))
        total, spread, landmarks = decode(self.e2h_transform(edges) * points * heat)
        return {"heat": total, "spread": spread, "landmarks": landmarks}
