# SPDX-License-Identifier: MIT
"""Starts one co-simulation: makes the run folder, starts QEMU with the engine in it, waits, and cleans up."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.design import Design, load_design
from harness.errors import HarnessError
from harness.options import RunOptions, parameter_block
from harness.paths import PLUGIN, RUNS, relative
from harness.program import Program, find_program
from harness.run import Run

QEMU = "qemu-system-riscv64"
RAM_BYTES = 64 << 20
MACHINE_RAM = "128M"
SOCKET_PATH_MAX = 107
# The engine ends the run by itself at its limit; only if it cannot, the launcher does, this much later.
GRACE_SECONDS = 15.0


@dataclass(frozen=True)
class Sockets:
    """Where QEMU listens; all in one short-lived directory, because a UNIX socket's path is at most 107 bytes."""

    qtest: Path
    qmp: Path
    gdb: Path


def start(options: RunOptions, announce: Callable[[str], None] | None = None) -> Run:
    """Runs a program on a design and returns the finished run; blocks until QEMU has ended.

    announce: called with a line that the user must see before the run ends (how to attach gdb).
    HarnessError: an option is not acceptable or something is not built. A run that fails is not an error here: the
    `Run` says so.
    """
    options.validate()
    design = load_design(options.design)
    program = Program(find_program(options.program, options.design))
    _check_built(design)
    folder = make_folder(options)
    write_inputs(folder, options, program, design)
    with socket_directory() as sockets, reserved_core() as core:
        write_engine_configuration(folder, options, design, sockets)
        command = qemu_command(folder, options, sockets)
        if options.gdb and announce:
            announce(gdb_command(sockets, folder))
        started = time.monotonic()
        status, killed = execute(command, folder, core, None if options.gdb else options.host_time_limit)
        seconds = time.monotonic() - started
    (folder / "ram").unlink(missing_ok=True)
    record = json.loads((folder / "run.json").read_text())
    record["process"] = {"status": status, "killed": killed, "seconds": seconds}
    (folder / "run.json").write_text(json.dumps(record, indent=2) + "\n")
    return Run(folder)


def _check_built(design: Design) -> None:
    """HarnessError if QEMU, the plugin or the design's shared object is absent."""
    if shutil.which(QEMU) is None:
        raise HarnessError(f"{QEMU} is not installed", "it must be on the PATH", "python -m harness doctor")
    for path in (PLUGIN, design.shared_object):
        if not path.is_file():
            raise HarnessError(f"{relative(path)} is not built", "the co-simulation needs it", "make")


def make_folder(options: RunOptions) -> Path:
    """A new, empty folder for the run; with `output`, that folder, which must not hold anything but an older run."""
    if options.output is not None:
        folder = options.output.resolve()
        if folder.exists() and any(folder.iterdir()) and not (folder / "run.json").exists():
            raise HarnessError(
                f"--output {options.output} holds files that are not a run's",
                "an output folder is new, empty, or an older run that may be replaced",
                "choose another folder",
            )
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder
    RUNS.mkdir(parents=True, exist_ok=True)
    number = 0
    while True:
        folder = RUNS / (options.folder_name() + (f"-{number}" if number else ""))
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            number += 1


def write_inputs(folder: Path, options: RunOptions, program: Program, design: Design) -> None:
    """Writes what the run is made of, so that its folder can be read without anything that may change later."""
    shutil.copyfile(program.path, folder / "program.elf")
    (folder / "marks.txt").write_text(program.marks_table())
    (folder / "parameters.txt").write_text(parameter_block(options.parameters))
    (folder / "command.txt").write_text(options.command() + "\n")
    record = {
        "program": program.name,
        "program_hash": program.hash,
        "design": design.description,
        "registers": {
            register.path: {"offset": register.offset, "width": register.width}
            for register in design.registers.values()
        },
        "options": options.to_json(),
    }
    (folder / "run.json").write_text(json.dumps(record, indent=2) + "\n")


def write_engine_configuration(folder: Path, options: RunOptions, design: Design, sockets: Sockets) -> None:
    """Writes engine.conf, the plugin's only input besides the guest."""
    wave = options.wave or (0, 0)
    settings = {
        "design": design.shared_object,
        "ram": folder / "ram",
        "ram_size": RAM_BYTES,
        "qtest": sockets.qtest,
        "qmp": sockets.qmp,
        "run_directory": folder,
        "harts": options.harts,
        "quantum": options.quantum,
        "lead": options.lead,
        "cycle_limit": options.cycle_limit,
        "host_time_limit_ms": int(options.host_time_limit * 1000),
        "seed": options.seed,
        "memory_latency": options.memory_latency,
        "back_pressure": options.back_pressure,
        "skip": int(options.skip),
        "ignore_quiet": int(options.ignore_quiet),
        "wave_start": wave[0],
        "wave_end": wave[1],
        "marks": folder / "marks.txt",
        "parameters": folder / "parameters.txt",
        "gdb": int(options.gdb),
        "record_inputs": int(options.record_inputs),
    }
    (folder / "engine.conf").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))


def _escaped(path: Path) -> str:
    """A path inside a QEMU option, where a comma is written twice."""
    return str(path).replace(",", ",,")


def qemu_command(folder: Path, options: RunOptions, sockets: Sockets) -> list[str]:
    """The command line of QEMU for a run."""
    command = [QEMU, "-M", "virt,memory-backend=ram", "-smp", str(options.harts), "-m", MACHINE_RAM]
    command += [
        "-object",
        f"memory-backend-file,id=ram,size={MACHINE_RAM},mem-path={_escaped(folder / 'ram')},share=on",
    ]
    command += ["-display", "none", "-bios", "none", "-monitor", "none", "-nodefaults"]
    command += ["-chardev", f"file,id=console,path={_escaped(folder / 'console.txt')}", "-serial", "chardev:console"]
    command += ["-kernel", str(folder / "program.elf")]
    command += ["-qtest", f"unix:{_escaped(sockets.qtest)},server=on,wait=off", "-qtest-log", "/dev/null"]
    command += ["-qmp", f"unix:{_escaped(sockets.qmp)},server=on,wait=off"]
    command += ["-accel", f"tcg,one-insn-per-tb={'on' if options.precise else 'off'},thread=single"]
    if options.harts > 1:
        command += ["-icount", "shift=0,sleep=off"]
    if options.gdb:
        command += ["-gdb", f"unix:{_escaped(sockets.gdb)},server=on,wait=off", "-S"]
    return [*command, "-plugin", f"{_escaped(PLUGIN)},config={_escaped(folder / 'engine.conf')}"]


def gdb_command(sockets: Sockets, folder: Path) -> str:
    """The line that attaches a debugger to a run that waits for one."""
    return f"gdb-multiarch -ex 'target remote {sockets.gdb}' {relative(folder / 'program.elf')}"


@contextlib.contextmanager
def socket_directory() -> Iterator[Sockets]:
    """A directory for the run's sockets, removed afterwards. It is the short one if TMPDIR's name is too long."""
    chosen = Path(tempfile.gettempdir())
    if len(str(chosen)) > SOCKET_PATH_MAX - 32:
        chosen = Path("/tmp")
    with tempfile.TemporaryDirectory(prefix="belfry-", dir=chosen) as directory:
        base = Path(directory)
        yield Sockets(base / "qtest", base / "qmp", base / "gdb")


@contextlib.contextmanager
def reserved_core() -> Iterator[int]:
    """A core for the simulation, not used by another run of this tree if one is free.

    The engine and QEMU take turns, so one core is faster than two: the hand-over stays in one cache.
    """
    RUNS.mkdir(parents=True, exist_ok=True)
    cores = sorted(os.sched_getaffinity(0))
    for core in cores:
        with (RUNS / f".core-{core}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield core
            return
    yield cores[os.getpid() % len(cores)]


def execute(command: list[str], folder: Path, core: int, limit: float | None) -> tuple[int, bool]:
    """Runs QEMU to its end: (exit status, whether it had to be killed). Nothing of it is left over on return.

    limit: host seconds that the engine allows the run; None waits for ever.
    """
    with (folder / "qemu.log").open("wb") as log:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
        )
        try:
            return process.wait(None if limit is None else limit + GRACE_SECONDS), False
        except subprocess.TimeoutExpired:
            return _kill(process), True
        finally:
            if process.poll() is None:
                _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> int:
    """Ends QEMU and whatever it started; returns its status."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()
