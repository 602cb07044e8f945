# SPDX-License-Identifier: MIT
"""The command line: statuses, output, and errors that help."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from event_writer import EventWriter, write_run
from fake_qemu import FakeMachine

from harness.cli import end_on_termination, main
from harness.paths import ROOT

GAPS = [1, 2, 1, 1, 1, 9, 12, 14, 30, 25]


@pytest.fixture
def run_folder(tmp_path: Path) -> str:
    writer = EventWriter()
    writer.wake_up(100, GAPS, 0)
    return str(write_run(tmp_path / "run", writer))


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        ("finish('pass', 0)", 0),
        ("finish('fail', 1)", 1),
        ("finish('dead-lock', 2)", 2),
        ("finish('cycle-limit', 2)", 2),
        ("sys.exit(3)", 3),
    ],
)
def test_the_status_of_run_is_the_verdict(machine: FakeMachine, behaviour: str, status: int) -> None:
    machine.behave(behaviour)
    assert main(["run", "hello"]) == status


def test_run_prints_console_verdict_hash_and_the_repeating_command(
    machine: FakeMachine, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["run", "hello", "--seed", "5"])
    text = capsys.readouterr().out
    for part in (
        "hello from the fake",
        "PASS",
        "hash",
        "build/venv/bin/python -m harness run hello --seed 5",
        "hello-mailbox-h1-q1-s5",
    ):
        assert part in text, part
    assert "\x1b[" not in text


def test_run_prints_nothing_but_json_when_asked(machine: FakeMachine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.behave("finish('fail', 1)")
    assert main(["run", "hello", "--json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert (record["verdict"], record["cycles"], len(record["hash"])) == ("fail", 50, 64)
    assert record["command"] == "build/venv/bin/python -m harness run hello"


def test_run_shows_the_diagnosis(machine: FakeMachine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.behave("open(run + '/diagnosis.txt', 'w').write('hart 0 sleeps [for ever]')\nfinish('dead-lock', 2)")
    main(["run", "hello"])
    assert "hart 0 sleeps [for ever]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("behaviour", "text"),
    [
        ("finish('pass', 0)", "none: the run ended at cycle 50, before 100"),
        ("finish('pass', 0, cycles=500)", "none: it could not be written"),
        ("open(run + '/wave.vcd', 'w').close()\nfinish('pass', 0, cycles=500)", "wave.vcd"),
    ],
)
def test_run_says_where_the_wave_is_or_why_there_is_none(
    machine: FakeMachine, capsys: pytest.CaptureFixture[str], behaviour: str, text: str
) -> None:
    machine.behave(behaviour)
    assert main(["run", "hello", "--wave", "100:200"]) == 0
    assert text in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "problem", "remedy"),
    [
        (["run", "nothing"], "there is no program 'nothing'", "programs built for design 'mailbox': hello"),
        (["run", "unbuilt"], "program 'unbuilt' is not built", "make firmware"),
        (["run", "hello", "--design", "other"], "design 'other' is not built", "make DESIGN=other"),
        (["run", "hello", "--harts", "9"], "--harts 9", "harts is 1 to 2"),
        (["run", "hello", "--harts", "x"], "invalid int value: 'x'", "--help"),
        (["run", "hello", "--wave", "9"], "--wave 9", "for example --wave 1000:2000"),
        (["run", "hello", "--parameter", "a"], "--parameter a", "--parameter a=1"),
        (["report", "/nowhere"], "/nowhere is not a run folder", "ls build/runs"),
        (["bench", "--repetitions", "2"], "--repetitions 2", "an odd number"),
        (["frobnicate"], "invalid choice", "--help"),
    ],
)
def test_bad_input_names_the_value_and_what_to_do(
    machine: FakeMachine, capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str, remedy: str
) -> None:
    assert main(arguments) == 3
    captured = capsys.readouterr()
    assert problem in captured.err
    assert remedy in captured.err
    assert captured.out == ""


def test_breakdown(run_folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["breakdown", run_folder]) == 0
    text = capsys.readouterr().out
    assert "scheduler decided" in text
    assert f"{sum(GAPS)}" in text


def test_breakdown_of_a_run_without_wake_ups(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["breakdown", str(write_run(tmp_path, EventWriter()))]) == 0
    assert "no doorbell of this run woke a thread" in capsys.readouterr().out


@pytest.mark.parametrize(("touched", "status"), [(0, 0), (8, 1)])
def test_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str], touched: int, status: int) -> None:
    writer = EventWriter()
    writer.add(1, "payload_stage", 0, 2, 0x80100000, 64)
    if touched:
        writer.add(2, "payload_touch", 0, touched, 0x80100000, 0x80000100)
    writer.add(3, "payload_cpu", 2, 0x80100000, touched, 0)
    assert main(["ledger", str(write_run(tmp_path, writer))]) == status
    assert ("violation" in capsys.readouterr().out) == bool(touched)


def test_ledger_of_a_run_without_payloads(run_folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", run_folder]) == 0
    assert "marked no payload" in capsys.readouterr().out


def test_trace_to_the_terminal_and_to_a_file(
    run_folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", run_folder, "--kind", "irq_wire", "--from", "100", "--to", "9000"]) == 0
    text = capsys.readouterr().out
    assert [line.split()[2] for line in text.splitlines()] == ["irq_wire", "irq_wire"]
    assert main(["trace", run_folder, "--kind", "irq_wire", "--output", str(tmp_path / "trace.txt")]) == 0
    assert (tmp_path / "trace.txt").read_text() == text


def test_report_and_timeline_say_where_they_are(run_folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", run_folder]) == 0
    assert main(["timeline", run_folder]) == 0
    assert all(Path(line).exists() for line in capsys.readouterr().out.splitlines())


def test_compare(tmp_path: Path, run_folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", run_folder, run_folder]) == 0
    assert "identical" in capsys.readouterr().out
    writer = EventWriter()
    writer.wake_up(100, [*GAPS[:-1], 26], 0)
    assert main(["compare", run_folder, str(write_run(tmp_path / "other", writer))]) == 1
    assert "the runs differ from event 13 on" in capsys.readouterr().out


def test_list(machine: FakeMachine, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert "hello" in capsys.readouterr().out


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    writer = EventWriter()
    for cycle in range(20_000):
        writer.add(cycle, "irq_wire")
    folder = write_run(tmp_path, writer)
    command = f"{sys.executable} -m harness trace {folder} | head -n 1"
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "irq_wire" in result.stdout


def test_a_cancelled_run_takes_qemu_with_it(machine: FakeMachine) -> None:
    machine.behave("open(run + '/alive', 'w').write(str(os.getpid()))\ntime.sleep(600)")
    folder = machine.folder / "run"
    child = os.fork()
    if child == 0:
        end_on_termination()
        try:
            os._exit(main(["run", "hello", "--output", str(folder)]))
        except SystemExit as end:
            os._exit(int(end.code or 0))
    alive = folder / "alive"
    wait_until(lambda: alive.exists() and alive.read_text() != "")
    os.kill(child, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 128 + signal.SIGTERM
    wait_until(lambda: not Path(f"/proc/{alive.read_text()}").exists())


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        time.sleep(0.025)
    pytest.fail("it did not happen within ten seconds")
