# SPDX-License-Identifier: MIT
"""Speed of the simulation, each figure against a baseline that is measured in the same session.

Measurements alternate between the figure and its baseline, so that a slow moment of the host meets both, and medians
are compared.
"""

from __future__ import annotations

import json
import statistics
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Table

from harness import hardware, launcher
from harness.console import make_console
from harness.design import HARNESS_PAGE, WINDOW_BASE, Design, load_design
from harness.errors import HarnessError
from harness.options import RunOptions, parameter_block
from harness.paths import BARE_LOOP, relative
from harness.program import find_program
from harness.run import Run

ACCESSES = 1_000_000
HARNESS_MAGIC = 0x59524652464C4542
CONSTANTS_OFFSET = 0x800
PARAMETERS_OFFSET = 0x900
LIMIT_SECONDS = 300.0


@dataclass(frozen=True)
class Figure:
    """One measured figure: what it is, its value, what it is measured against, and the least accepted, if any."""

    name: str
    value: float
    unit: str
    baseline: str
    bound: float | None

    @property
    def good(self) -> bool:
        """True if the bound is kept, or there is none."""
        return self.bound is None or self.value >= self.bound


def _passed(options: RunOptions) -> Run:
    """A run that must pass, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="belfry-bench-") as directory:
        run = launcher.start(replace(options, output=Path(directory) / "run"))
        if not run.passed:
            raise HarnessError(
                f"{options.program}: {run.verdict}: {run.reason}", "a benchmark passes", options.command()
            )
        _ = run.summary, run.process_seconds
        return run


def alternate(repetitions: int, *measures: Callable[[], float]) -> list[float]:
    """Median of each measure; the measures take turns."""
    values: list[list[float]] = [[] for _ in measures]
    for _ in range(repetitions):
        for index, measure in enumerate(measures):
            values[index].append(measure())
    return [statistics.median(column) for column in values]


def register_accesses(repetitions: int, design: str) -> Figure:
    """Register accesses a second of host time, each a transaction on the bus."""
    options = RunOptions("register_loop", design=design, quantum=100, parameters={"count": str(ACCESSES)})

    def measure() -> float:
        summary = _passed(options).summary
        accesses = int(summary["bus_reads"]) + int(summary["bus_writes"])
        if accesses < ACCESSES:
            raise HarnessError(f"register_loop made {accesses} accesses", f"it makes at least {ACCESSES}")
        return float(accesses / (summary["host_ns"] / 1e9))

    (rate,) = alternate(repetitions, measure)
    return Figure("register accesses through RTL, quantum 100", rate, "a second", "none", 1e6)


COMPUTING = RunOptions("compute_loop", ignore_quiet=True, parameters={"iterations": "200"})
COPYING = RunOptions("busy", skip=False, parameters={"copies": "120", "bytes": "65536", "tick_cycles": "20000"})


def clocked_cycles(repetitions: int, name: str, options: RunOptions, bound: float | None) -> Figure:
    """RTL cycles a second of a run in which each is clocked, against a bare loop over the same Verilated model.

    The loop drives again, cycle by cycle, what a run drove into the design: the model does the same work in both.
    """

    def simulated() -> float:
        summary = _passed(options).summary
        return float(summary["rtl_cycles_run"] / (summary["host_ns"] / 1e9))

    with tempfile.TemporaryDirectory(prefix="belfry-bench-") as directory:
        run = launcher.start(replace(options, record_inputs=True, output=Path(directory) / "run"))
        cycles = int(run.summary["rtl_cycles_run"])
        inputs = run.folder / "inputs.bin"
        design = load_design(options.design)
        simulated_rate, bare_rate = alternate(repetitions, simulated, lambda: bare_loop(design, inputs, cycles))
    mode = f"quantum {options.quantum}" if options.quantum > 1 else "precise"
    baseline = f"bare loop, {bare_rate / 1e6:.1f} million a second"
    return Figure(f"{name}, {mode}", simulated_rate / bare_rate, "of a bare loop", baseline, bound)


def bare_loop(design: Design, inputs: Path, cycles: int) -> float:
    """Cycles a second of a loop that drives the recorded inputs into the design, and does nothing else."""
    if not BARE_LOOP.is_file():
        raise HarnessError(f"{relative(BARE_LOOP)} is not built", "the benchmark compares with it", "make build")
    with launcher.reserved_core() as core:
        result = subprocess.run(
            ["taskset", "-c", str(core), str(BARE_LOOP), str(design.shared_object), str(inputs)],
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    if result.returncode != 0:
        raise HarnessError(f"{relative(BARE_LOOP)} ended with status {result.returncode}: {result.stderr.strip()}")
    record = json.loads(result.stdout)
    if record["cycles"] != cycles:
        raise HarnessError(
            f"the bare loop ran {record['cycles']} cycles, the co-simulation {cycles}", "both do the same work"
        )
    return float(record["cycles"] / record["seconds"])


def quiet_instructions(repetitions: int, design: str) -> Figure:
    """Host time of a computing guest on plain QEMU over that on the co-simulation with a quiet design."""
    options = RunOptions("compute_loop", design=design, quantum=100)
    run_time, plain_time = alternate(
        repetitions, lambda: _passed(options).process_seconds, lambda: plain_seconds(options)
    )
    summary = _passed(options).summary
    retired = sum(int(hart["retired"]) for hart in summary["harts"])
    baseline = f"plain QEMU, {retired / plain_time / 1e6:.0f} million a second"
    return Figure("guest instructions, quiet design", plain_time / run_time, "of plain QEMU", baseline, 0.40)


def harness_page(options: RunOptions, window_bytes: int) -> bytes:
    """What a guest reads from the harness page, from CONSTANTS_OFFSET on, so that plain QEMU can offer the same."""
    constants = struct.pack("<5Q", HARNESS_MAGIC, options.harts, options.seed, WINDOW_BASE, window_bytes)
    gap = bytes(PARAMETERS_OFFSET - CONSTANTS_OFFSET - len(constants))
    return constants + gap + parameter_block(options.parameters).replace("\n", "\0").encode() + b"\0"


def plain_seconds(options: RunOptions) -> float:
    """Host seconds of the same program on QEMU without the plugin. It ends by the machine's own power-off register."""
    with tempfile.TemporaryDirectory(prefix="belfry-bench-") as directory, launcher.reserved_core() as core:
        page = Path(directory) / "page"
        page.write_bytes(harness_page(options, load_design(options.design).window_bytes))
        command = ["taskset", "-c", str(core), launcher.QEMU, "-M", "virt", "-smp", str(options.harts), "-m", "128M"]
        command += ["-display", "none", "-bios", "none", "-monitor", "none", "-nodefaults", "-serial", "null"]
        command += ["-kernel", str(find_program(options.program, options.design))]
        command += ["-device", f"loader,file={page},addr={HARNESS_PAGE + CONSTANTS_OFFSET:#x},force-raw=on"]
        command += ["-accel", "tcg,thread=single"]
        started = time.monotonic()
        try:
            result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise HarnessError(
                f"{options.program} did not end on plain QEMU within {LIMIT_SECONDS:.0f} s",
                "after EXIT a program powers the machine off (0x5555 to 0x100000)",
            ) from None
        if result.returncode != 0:
            raise HarnessError(f"plain QEMU ended with status {result.returncode}: {result.stderr.strip()}")
        return time.monotonic() - started


def main(repetitions: int, design: str) -> int:
    """Measures everything and prints it; 1 if a bound is missed."""
    if repetitions < 1 or repetitions % 2 == 0:
        raise HarnessError(f"--repetitions {repetitions}", "an odd number, so that the median is a measurement")
    computing, copying = "RTL cycles, hart computes", "RTL cycles, DMA in each"
    figures = [
        register_accesses(repetitions, design),
        clocked_cycles(repetitions, computing, replace(COMPUTING, design=design, quantum=100), 0.85),
        clocked_cycles(repetitions, computing, replace(COMPUTING, design=design), 0.50),
        clocked_cycles(repetitions, copying, replace(COPYING, design=design, quantum=100), None),
        clocked_cycles(repetitions, copying, replace(COPYING, design=design), None),
        quiet_instructions(repetitions, design),
    ]
    table = Table(title=f"median of {repetitions}", title_justify="left")
    table.add_column("figure")
    table.add_column("measured", justify="right")
    table.add_column("bound", justify="right")
    table.add_column("")
    table.add_column("against")
    table.add_column("")
    for figure in figures:
        shape = ",.0f" if figure.value > 100 else ".2f"
        bound, verdict = "none", ""
        if figure.bound is not None:
            bound, verdict = format(figure.bound, shape), "[green]kept[/]" if figure.good else "[red]missed[/]"
        table.add_row(figure.name, format(figure.value, shape), bound, figure.unit, figure.baseline, verdict)
    make_console().print(table)
    hardware_good = hardware.report(design)
    return 0 if hardware_good and all(figure.good for figure in figures) else 1
