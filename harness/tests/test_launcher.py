# SPDX-License-Identifier: MIT
"""The launcher: what it hands to QEMU, what it leaves behind, and what it does when QEMU misbehaves."""

from __future__ import annotations

import json
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fake_qemu import FakeMachine

from harness import launcher
from harness.errors import HarnessError
from harness.options import RunOptions


def configuration(folder: Path) -> dict[str, str]:
    lines = (folder / "engine.conf").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_passing_run_leaves_a_complete_folder(machine: FakeMachine) -> None:
    run = launcher.start(RunOptions("hello", parameters={"count": "3", "mode": "move"}))
    assert (run.verdict, run.status, run.cycles, run.console) == ("pass", 0, 50, "hello from the fake\n")
    assert run.folder == machine.runs / "hello-mailbox-h1-q1-s1"
    assert run.command == "build/venv/bin/python -m harness run hello --parameter count=3 --parameter mode=move"
    assert (run.folder / "parameters.txt").read_text() == "count=3\nmode=move\n"
    assert not (run.folder / "ram").exists()
    assert len(run.hash) == 64
    assert run.process_seconds > 0


def test_the_configuration_has_every_option(machine: FakeMachine) -> None:
    options = RunOptions(
        "hello", harts=2, seed=9, quantum=100, lead=7, cycle_limit=123, host_time_limit=1.5, wave=(5, 10),
        memory_latency=3, back_pressure=20, skip=False,
    )  # fmt: skip
    run = launcher.start(options)
    conf = configuration(run.folder)
    expected = {
        "harts": "2", "seed": "9", "quantum": "100", "lead": "7", "cycle_limit": "123", "host_time_limit_ms": "1500",
        "wave_start": "5", "wave_end": "10", "memory_latency": "3", "back_pressure": "20", "skip": "0", "gdb": "0",
        "ram_size": "67108864", "run_directory": str(run.folder),
    }  # fmt: skip
    assert {key: conf[key] for key in expected} == expected
    arguments = json.loads((run.folder / "fake.json").read_text())["argv"]
    assert "tcg,one-insn-per-tb=off,thread=single" in arguments
    assert arguments[arguments.index("-icount") + 1] == "shift=0,sleep=off"
    assert run.options == options


def test_precise_runs_translate_one_instruction_at_a_time_on_one_core(machine: FakeMachine) -> None:
    run = launcher.start(RunOptions("hello"))
    record = json.loads((run.folder / "fake.json").read_text())
    assert "tcg,one-insn-per-tb=on,thread=single" in record["argv"]
    assert "-icount" not in record["argv"]
    assert record["affinity"] == 1
    assert record["group"] != os.getpgid(0)


def test_sockets_are_short_and_gone_afterwards(machine: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    long_one = machine.folder / ("x" * 90)
    long_one.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long_one))
    conf = configuration(launcher.start(RunOptions("hello")).folder)
    for key in ("qtest", "qmp"):
        assert len(conf[key]) <= launcher.SOCKET_PATH_MAX
        assert not Path(conf[key]).parent.exists()


def test_each_run_has_its_own_folder_even_at_once(machine: FakeMachine) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: launcher.start(RunOptions("hello")), range(8)))
    assert len({run.folder for run in runs}) == 8
    assert len({run.hash for run in runs}) == 1


def test_output_replaces_an_older_run_but_nothing_else(machine: FakeMachine) -> None:
    target = machine.folder / "out"
    launcher.start(RunOptions("hello", output=target))
    run = launcher.start(RunOptions("hello", output=target, seed=2))
    assert (run.folder, run.options.seed) == (target, 2)
    precious = machine.folder / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("words")
    with pytest.raises(HarnessError, match="holds files that are not a run's"):
        launcher.start(RunOptions("hello", output=precious))
    assert (precious / "thesis.txt").read_text() == "words"


def test_a_guest_failure_is_a_verdict(machine: FakeMachine) -> None:
    machine.behave("finish('fail', 1)")
    run = launcher.start(RunOptions("hello"))
    assert (run.verdict, run.status) == ("fail", 1)
    assert run.failures[0].what == "exit code 1 from hart 0"


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("sys.stderr.write('belfry: no design\\n'); sys.exit(3)", "status 3 and left no summary: belfry: no design"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "status -11 and left no summary: qemu.log is empty"),
    ],
)
def test_qemu_that_dies_is_an_error_with_its_last_words(machine: FakeMachine, behaviour: str, reason: str) -> None:
    machine.behave(behaviour)
    run = launcher.start(RunOptions("hello"))
    assert (run.verdict, run.status) == ("error", 3)
    assert reason in run.reason
    assert run.failures[0].what == run.reason


def test_a_summary_that_the_exit_status_contradicts_is_an_error(machine: FakeMachine) -> None:
    machine.behave("import atexit\natexit.register(lambda: os._exit(7))\nfinish('pass', 0)")
    run = launcher.start(RunOptions("hello"))
    assert run.verdict == "error"
    assert "status 7" in run.reason


def test_qemu_that_hangs_is_killed_with_all_it_started(machine: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "GRACE_SECONDS", 0.5)
    machine.behave(
        "child = subprocess.Popen(['sleep', '600'])\nopen(run + '/child', 'w').write(str(child.pid))\ntime.sleep(600)"
    )
    run = launcher.start(RunOptions("hello", host_time_limit=0.5))
    assert run.verdict == "error"
    assert "had to be killed" in run.reason
    child = int((run.folder / "child").read_text())
    for _ in range(100):
        status = Path(f"/proc/{child}/status")
        if not status.exists() or "State:\tZ" in status.read_text():
            break
        time.sleep(0.05)
    else:
        pytest.fail(f"process {child} is still alive")


def test_gdb_waits_and_says_how_to_attach(machine: FakeMachine) -> None:
    said: list[str] = []
    run = launcher.start(RunOptions("hello", gdb=True), said.append)
    arguments = json.loads((run.folder / "fake.json").read_text())["argv"]
    assert "-S" in arguments
    socket = arguments[arguments.index("-gdb") + 1].removeprefix("unix:").split(",")[0]
    assert said == [f"gdb-multiarch -ex 'target remote {socket}' {run.folder / 'program.elf'}"]
    assert configuration(run.folder)["gdb"] == "1"


@pytest.mark.parametrize("name", ["plugin.so", "designs/mailbox/design.so"])
def test_what_is_not_built_is_named(machine: FakeMachine, name: str) -> None:
    (machine.folder / "build" / name).unlink()
    with pytest.raises(HarnessError, match="is not built") as caught:
        launcher.start(RunOptions("hello"))
    assert caught.value.remedy == "make"
    assert not machine.runs.exists()


def test_paths_with_a_comma_reach_qemu_whole(machine: FakeMachine) -> None:
    run = launcher.start(RunOptions("hello", output=machine.folder / "a,b" / "run"))
    assert run.passed
    arguments = json.loads((run.folder / "fake.json").read_text())["argv"]
    assert any(f"mem-path={str(run.folder).replace(',', ',,')}/ram" in argument for argument in arguments)
