# SPDX-License-Identifier: MIT
"""Options of a run: bad ones are refused by name, good ones survive the trip through the command line."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cli import build_parser, run_options
from harness.errors import HarnessError
from harness.options import PARAMETER_BYTES, RunOptions, parse_parameters, parse_wave

NAMES = st.from_regex(r"[a-z_][a-z0-9_.-]{0,8}", fullmatch=True)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
OPTIONS = st.builds(
    RunOptions,
    program=st.sampled_from(["hello", "zero_copy"]),
    harts=st.integers(1, 2),
    seed=st.integers(0, (1 << 64) - 1),
    quantum=st.integers(1, 10**6),
    lead=st.integers(1, 10**6),
    cycle_limit=st.integers(1, 10**12),
    host_time_limit=st.integers(1, 86400).map(float),
    wave=st.none() | st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)).map(lambda pair: (pair[0], sum(pair))),
    memory_latency=st.integers(0, 10_000),
    back_pressure=st.integers(0, 90),
    skip=st.booleans(),
    parameters=st.dictionaries(NAMES, VALUES, max_size=4),
)


@given(options=OPTIONS)
def test_the_command_line_that_repeats_a_run_means_the_same(options: RunOptions) -> None:
    options.validate()
    words = shlex.split(options.command())
    assert words[:3] == ["build/venv/bin/python", "-m", "harness"]
    assert run_options(build_parser().parse_args(words[3:])) == options
    assert RunOptions.from_json(options.to_json()) == options


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"harts": 0}, "--harts 0"),
        ({"harts": 3}, "--harts 3"),
        ({"seed": -1}, "--seed -1"),
        ({"seed": 1 << 64}, "--seed 18446744073709551616"),
        ({"quantum": 0}, "--quantum 0"),
        ({"lead": 0}, "--lead 0"),
        ({"cycle_limit": 0}, "--cycle-limit 0"),
        ({"memory_latency": -1}, "--memory-latency -1"),
        ({"back_pressure": 91}, "--back-pressure 91"),
        ({"host_time_limit": 0.0}, "--host-time-limit 0"),
        ({"host_time_limit": float("nan")}, "--host-time-limit nan"),
        ({"wave": (10, 10)}, "--wave 10:10"),
        ({"parameters": {"2x": "1"}}, "--parameter 2x=1"),
        ({"parameters": {"x": "a\nb"}}, "printable ASCII"),
        ({"parameters": {"x": "a" * PARAMETER_BYTES}}, "the harness page has room for 1792"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    with pytest.raises(HarnessError) as caught:
        replace(RunOptions("hello"), **change).validate()
    assert message in str(caught.value)
    assert caught.value.rule


def test_parameters_fill_the_page_to_the_last_byte() -> None:
    RunOptions("hello", parameters={"x": "a" * (PARAMETER_BYTES - 4)}).validate()
    with pytest.raises(HarnessError, match="1793 bytes"):
        RunOptions("hello", parameters={"x": "a" * (PARAMETER_BYTES - 3)}).validate()


@pytest.mark.parametrize("texts", [["count"], ["count=1", "count=2"]])
def test_parameters_that_make_no_sense(texts: list[str]) -> None:
    with pytest.raises(HarnessError, match="--parameter count"):
        parse_parameters(texts)


@pytest.mark.parametrize("text", ["", "5", "a:b", "1:", ":1", "-1:5"])
def test_waves_that_make_no_sense(text: str) -> None:
    with pytest.raises(HarnessError, match="START:END"):
        parse_wave(text)


def test_unknown_options_of_a_stored_run_are_refused() -> None:
    with pytest.raises(HarnessError, match="unknown options: colour"):
        RunOptions.from_json(RunOptions("hello").to_json() | {"colour": "red"})
