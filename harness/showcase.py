# SPDX-License-Identifier: MIT
"""What `make run` shows: wake-ups by cycle, zero copy by byte, and how fast all that was simulated."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table

from harness import launcher, report, timeline
from harness.console import breakdown_table, ledger_table, make_console, print_offences, print_run, wave_text
from harness.errors import HarnessError
from harness.options import RunOptions
from harness.paths import relative
from harness.run import Run
from harness.throughput import best_of, transfers

WAVE_MARGIN = 40
LONG_COPY = 4096


def main(design: str) -> int:
    """Runs the showcase; the status of the first run that does not pass, or 0."""
    console = make_console()
    runs: list[Run] = []
    for options in (
        RunOptions("wakeup", design=design, harts=1),
        RunOptions("wakeup", design=design, harts=2),
        RunOptions("zero_copy", design=design, harts=2),
    ):
        run = launcher.start(options)
        runs.append(run)
        if not run.passed:
            print_run(console, run)
            return run.status
        _show(console, run)
        report.write(run)
        timeline.write(run)
    wave = launcher.start(_with_wave(runs[1]))
    if wave.hash != runs[1].hash:
        raise HarnessError(
            "the run with a wave differs from the run without", "a wave changes nothing but its own file"
        )
    _show_speed(console, runs)
    _show_files(console, runs, wave)
    return 0


def _show(console: Console, run: Run) -> None:
    """The tables of one run."""
    harts = f"{run.options.harts} hart" + ("" if run.options.harts == 1 else "s")
    console.print(Rule(f"{escape(run.program_name)}, {harts}", align="left", style="dim"))
    if run.breakdown.wake_ups and run.program_name == "wakeup":
        title = f"{len(run.breakdown.wake_ups):,} wake-ups: from the doorbell store to the woken thread"
        console.print(breakdown_table(run.breakdown, title))
    if run.ledger.sent:
        console.print(ledger_table(run.ledger, "zero-copy ledger: bytes by who moved them"))
        print_offences(console, run.ledger)
        copy = best_of(transfers(run), LONG_COPY)
        if copy is not None:
            console.print(
                f"DMA: {copy.bytes_a_cycle:.2f} bytes a cycle ({copy.size:,} bytes, {copy.end - copy.start:,} cycles)"
            )


def _with_wave(run: Run) -> RunOptions:
    """The same run with a wave around its last wake-up, when everything is warm."""
    wake_up = run.breakdown.wake_ups[-1]
    return replace(run.options, wave=(max(0, wake_up.cycles[0] - WAVE_MARGIN), wake_up.cycles[-1] + WAVE_MARGIN))


def _show_speed(console: Console, runs: list[Run]) -> None:
    """How fast each run was on this host, and its hash."""
    console.print(Rule("simulation", align="left", style="dim"))
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("run")
    for name in ("SoC cycles", "instructions", "host seconds", "cycles/s", "instructions/s"):
        table.add_column(name, justify="right")
    table.add_column("event hash")
    for run in runs:
        seconds = run.counters["host_ns"] / 1e9
        retired = sum(hart["retired"] for hart in run.harts)
        table.add_row(
            f"{run.program_name} h{run.options.harts}", f"{run.cycles:,}", f"{retired:,}", f"{seconds:.2f}",
            f"{run.cycles / seconds:,.0f}", f"{retired / seconds:,.0f}", run.hash[:16],
        )  # fmt: skip
    console.print(table)


def _show_files(console: Console, runs: list[Run], wave: Run) -> None:
    """Where to look further."""
    console.print(Rule("look further", align="left", style="dim"))
    for run in runs:
        console.print(f"report    {escape(relative(run.folder / 'report.html'))}", soft_wrap=True)
        console.print(f"timeline  {escape(relative(run.folder / 'timeline.json'))}  (ui.perfetto.dev)", soft_wrap=True)
    console.print(f"wave      {escape(wave_text(wave))}", soft_wrap=True)
    console.print(f"repeat    {escape(runs[1].command)}", soft_wrap=True)
