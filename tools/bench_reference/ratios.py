# SPDX-License-Identifier: Apache-2.0
"""Ratios of alternating runs and the check that no run skipped work. Standard library only."""
import statistics

MIN_PAIRS = 3


class NotComparable(Exception):
    """The two runs did not do the same work."""


def spread(ratios):
    """{"min", "median", "max", "pairs"} of the ratios of at least three pairs."""
    if len(ratios) < MIN_PAIRS:
        raise ValueError(f"{len(ratios)} pairs; a spread needs {MIN_PAIRS}")
    return {"min": min(ratios), "median": statistics.median(ratios), "max": max(ratios), "pairs": len(ratios)}


def ratios_of(numerators, denominators):
    """Spread of numerator / denominator, each pair for itself: what slows both runs of a pair cancels out."""
    return spread([first / second for first, second in zip(numerators, denominators, strict=True)])


def items_of(run, network):
    """Pictures that went through a network, from the stages of a run.json."""
    return sum(stage["items"] for stage in run["stages"]
               if stage["category"] == "model_inference" and stage["operation"].split("_")[0] == network)


def work_of(run):
    """{"frames", "star", "mtl"} of a run.json."""
    return {"frames": run["frames"]["decoded"], "star": items_of(run, "star"), "mtl": items_of(run, "mtl")}


def require_full_work(who, work, frames):
    """Raises NotComparable unless STAR saw every frame and the multitask network both halves of every frame."""
    expected = {"frames": frames, "star": frames, "mtl": 2 * frames}
    for name, count in expected.items():
        if work[name] != count:
            raise NotComparable(f"{who}: {name}: expected {count}, found {work[name]}: work was skipped or done twice")


def frames_text(found):
    return f"{found['min']:.2f} / {found['median']:.2f} / {found['max']:.2f}"
