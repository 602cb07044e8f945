# SPDX-License-Identifier: MIT
"""The model of the wait protocol in its smallest configuration, and what its check says of defects."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel_ipc.formal import check

SMALLEST = (1, 1, 0, 0, 0)
SMALLEST_LIGHT = (1, 1, 0, 0, 1)


@pytest.mark.parametrize("sides", [SMALLEST, SMALLEST_LIGHT])
def test_the_protocol_keeps_its_rules_in_every_state(tmp_path: Path, sides: check.Configuration) -> None:
    """One message through one slot, both sides waiting."""
    verdict = check.search(check.MODEL.read_text(), sides, tmp_path)
    assert verdict.fault == ""
    assert verdict.states > 100


def test_without_the_second_look_a_wake_up_is_lost(tmp_path: Path) -> None:
    """The search finds the end in which one side sleeps for ever."""
    (plant,) = [plant for plant in check.load_plants() if plant.name.startswith("no look between")]
    verdict = check.search(check.planted(check.MODEL.read_text(), plant), SMALLEST, tmp_path)
    assert verdict.fault == "invalid end state"


def test_every_plant_fits_the_model() -> None:
    """Each passage stands in the model exactly once, so that it is the one that is changed."""
    text = check.MODEL.read_text()
    for plant in check.load_plants():
        assert check.planted(text, plant) != text


def test_a_plant_that_does_not_fit_is_an_error() -> None:
    """A model that was rewritten cannot lose its plants silently."""
    with pytest.raises(check.CheckError, match="0 times"):
        check.planted("proctype other() {}", check.Plant("name", "before", "after", "invalid end state"))
