# SPDX-License-Identifier: MIT
"""The pytest fixture: runs programs, and fails with everything that one needs to know."""

from __future__ import annotations

import pytest
from fake_qemu import FakeMachine

from harness.plugin import RunProgram, folder_of_test


@pytest.fixture
def start(machine: FakeMachine, request: pytest.FixtureRequest) -> RunProgram:
    """The fixture under test, made after the fake machine."""
    fixture: RunProgram = request.getfixturevalue("run_program")
    return fixture


def test_a_run_that_passes_is_returned(start: RunProgram, request: pytest.FixtureRequest) -> None:
    run = start("hello", harts=2, parameters={"x": "1"})
    assert (run.verdict, run.options.harts, run.options.parameters) == ("pass", 2, {"x": "1"})
    properties = dict(request.node.user_properties)
    assert properties == {"hello.cycles": 50, "hello.hash": run.hash}


def test_each_run_of_a_test_has_its_own_folder(start: RunProgram) -> None:
    first, second = start("hello"), start("hello")
    assert (first.folder.name, second.folder.name) == ("0-hello", "1-hello")
    assert first.folder.parent == second.folder.parent
    assert "test_each_run_of_a_test_has_its_own_folder" in first.folder.parent.name


def test_another_verdict_may_be_expected(machine: FakeMachine, start: RunProgram) -> None:
    machine.behave("finish('dead-lock', 2)")
    assert start("hello", expect="dead-lock").status == 2


def test_a_failure_tells_all(machine: FakeMachine, start: RunProgram) -> None:
    machine.behave(
        "open(run + '/diagnosis.txt', 'w').write('hart 0 spins')\nfinish('fail', 1, reason='one check failed')"
    )
    with pytest.raises(pytest.fail.Exception) as caught:
        start("hello", seed=5)
    text = str(caught.value)
    for part in (
        "hello: verdict fail, expected pass", "one check failed", "cycle 50: exit code 1 from hart 0",
        "rule: exit code 0",
        "  | hello from the fake", "hart 0 spins", "files: ",
        "repeat with: build/venv/bin/python -m harness run hello --seed 5",
    ):  # fmt: skip
        assert part in text, part


def test_a_pass_where_a_failure_is_expected_fails(start: RunProgram) -> None:
    with pytest.raises(pytest.fail.Exception, match="verdict pass, expected fail"):
        start("hello", expect="fail")


def test_a_crash_shows_what_qemu_said(machine: FakeMachine, start: RunProgram) -> None:
    machine.behave("sys.stderr.write('belfry: the design has another ABI\\n'); sys.exit(3)")
    with pytest.raises(pytest.fail.Exception, match=r"\| belfry: the design has another ABI"):
        start("hello")


def test_a_bad_option_fails_by_name(start: RunProgram) -> None:
    with pytest.raises(pytest.fail.Exception, match="--harts 3"):
        start("hello", harts=3)


def test_folders_are_named_after_tests() -> None:
    assert (
        folder_of_test("harness/tests/cosim/test_a.py::test_b[two harts/x]").name
        == "cosim-test_a.py-test_b-two-harts-x"
    )
    assert len(folder_of_test("x" * 500).name) <= 100
