# SPDX-License-Identifier: Apache-2.0
"""Straight-line fits and a small SVG of panels with points and lines, for bench_scaling.py. Standard library only."""
import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 380, 260, 58, 14, 34, 44  # of one panel, px
TEXT, GRID, COLORS = "#30343b", "#e3e6ea", ("#1b6ca8", "#c4581c")


def fit_line(x, y):
    """Least squares: (intercept, slope, largest departure of a point from the line as a share of its y)."""
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    spread = sum((value - mean_x) ** 2 for value in x)
    if len(x) < 2 or spread == 0:
        raise ValueError("a line needs two different x")
    slope = sum((first - mean_x) * (second - mean_y) for first, second in zip(x, y, strict=True)) / spread
    intercept = mean_y - slope * mean_x
    return intercept, slope, max(abs(intercept + slope * first - second) / second for first, second in zip(x, y, strict=True))


def ticks(highest, wanted=5):
    """Round numbers from 0 to at least `highest`."""
    raw = highest / wanted
    unit = 10 ** math.floor(math.log10(raw))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= raw * 0.999)
    return [step * index for index in range(math.ceil(highest / step - 1e-9) + 1)]


def number(value):
    return f"{value:g}"


def label(x, y, text, anchor="middle", extra=""):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{TEXT}" {extra}>{escaped}</text>'


def axes(title, x_name, y_name, x_ticks, y_ticks, place):
    parts = [label(LEFT, 20, title, "start", 'font-weight="bold"'), label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_name),
             label(0, 0, y_name, extra=f'transform="translate(13 {(TOP + HEIGHT - BOTTOM) / 2:.1f}) rotate(-90)"')]
    for value in y_ticks:
        first, second = place(0, value)
        parts.append(f'<path d="M{first:.1f} {second:.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        parts.append(label(first - 5, second + 4, number(value), "end"))
    return parts + [label(place(value, 0)[0], HEIGHT - BOTTOM + 15, number(value)) for value in x_ticks]


def panel(title, x_name, y_name, x, series):
    """One panel as SVG elements; series is a list of (name, y, line), line (intercept, slope) or None. Axes begin at 0."""
    x_ticks, y_ticks = ticks(max(x)), ticks(max(max(y) for _, y, _ in series))

    def place(first, second):
        return (LEFT + first / x_ticks[-1] * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - second / y_ticks[-1] * (HEIGHT - TOP - BOTTOM))

    parts = axes(title, x_name, y_name, x_ticks, y_ticks, place)
    for index, (name, y, line) in enumerate(series):
        color = COLORS[index % len(COLORS)]
        if line:
            (x1, y1), (x2, y2) = (place(value, line[0] + line[1] * value) for value in (min(x), max(x)))
            parts.append(f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{color}" stroke-opacity="0.5"/>')
        for first, second in zip(x, y, strict=True):
            cx, cy = place(first, second)
            parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="3.5" fill="{color}"/>')
        if len(series) > 1:
            y_legend = TOP + 12 + 16 * index
            parts.append(f'<circle cx="{LEFT + 12}" cy="{y_legend}" r="3.5" fill="{color}"/>')
            parts.append(label(LEFT + 20, y_legend + 4, name, "start"))
    return "\n".join(parts)


def figure(panels, caption, columns=2):
    """The whole SVG."""
    rows = -(-len(panels) // columns)
    width, height = columns * WIDTH, rows * HEIGHT + 24
    body = [f'<g transform="translate({index % columns * WIDTH} {index // columns * HEIGHT})">\n{content}\n</g>'
            for index, content in enumerate(panels)]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'font-family="sans-serif" font-size="11" fill="none">\n<path d="M0 0H{width}V{height}H0z" fill="#ffffff"/>\n'
            + "\n".join(body) + "\n" + label(LEFT, height - 10, caption, "start") + "\n</svg>\n")
