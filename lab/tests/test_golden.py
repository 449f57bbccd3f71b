# SPDX-License-Identifier: Apache-2.0
"""The committed golden files against a fresh run of the definitions."""
import json

import numpy as np
import pytest

from lab import compare, golden, networks
from lab.tests.conftest import ROOT


@pytest.mark.parametrize("name", networks.NAMES)
def test_golden_files_are_what_the_definitions_give(name):
    """Limits as for the imported networks: another processor sums in another order."""
    content = json.loads((ROOT / f"tests/golden/{name}_seed1.json").read_text())
    assert (content["network"], content["weights_seed"]) == (name, 1)
    shapes = [tuple(case["shape"]) for case in content["cases"]]
    assert shapes == [(batch, 3, height, width) for batch, height, width in golden.CASES[name]]
    for case in content["cases"]:
        batch, _, height, width = case["shape"]
        fresh = golden.run_case(name, 1, case["picture_seed"], (batch, height, width))["outputs"]
        assert list(case["outputs"]) == list(fresh)
        assert all(output["shape"] == fresh[key]["shape"] for key, output in case["outputs"].items())
        kept, new = ({key: np.array(output["values"]) for key, output in outputs.items()} for outputs in (case["outputs"], fresh))
        for key, difference in compare.differences(name, kept, new, width).items():
            assert difference <= compare.LIMITS[name][key], key


def test_the_multitask_golden_is_far_from_a_tie():
    for case in json.loads((ROOT / "tests/golden/mtl_seed1.json").read_text())["cases"]:
        assert min(case["edge_margins"]) > 10 * compare.NEAR_TIE
