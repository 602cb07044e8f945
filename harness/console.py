# SPDX-License-Identifier: MIT
"""What the terminal shows: tables with colour on a terminal, the same text without it elsewhere."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from harness.breakdown import HARDWARE_STAGES, Breakdown
from harness.compare import Difference
from harness.ledger import Ledger
from harness.paths import relative
from harness.program import Location
from harness.run import Run
from harness.statistics import histogram

BAR_WIDTH = 28
FAILURES_SHOWN = 10
PLAIN_WIDTH = 140


def make_console(stderr: bool = False) -> Console:
    """A console for standard output or standard error; fixed in width and without colour if that is no terminal."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, highlight=False, width=None if stream.isatty() else PLAIN_WIDTH)


def bar(value: float, largest: float, width: int = BAR_WIDTH) -> str:
    """A bar of at most `width` characters, to an eighth of one."""
    if largest <= 0 or value <= 0:
        return ""
    eighths = max(1, round(value / largest * width * 8))
    return "█" * (eighths // 8) + ("" if eighths % 8 == 0 else "▏▎▍▌▋▊▉"[eighths % 8 - 1])


def number(value: float) -> str:
    """A number with groups of three digits."""
    return f"{value:,.0f}" if isinstance(value, int) or value >= 100 else f"{value:,.2f}"


def print_run(console: Console, run: Run) -> None:
    """Console output of the guest, verdict, failing checks, counters and files."""
    if run.console.strip():
        console.print(Panel(escape(run.console.rstrip()), title="console", title_align="left", border_style="dim"))
    style = "bold green" if run.passed else "bold red"
    console.print(
        f"[{style}]{run.verdict.upper()}[/] {escape(run.program_name)} on {escape(run.options.design)}", end=""
    )
    console.print(f"  {escape(run.reason)}" if run.reason else "")
    for failure in run.failures[:FAILURES_SHOWN]:
        console.print(f"  [red]cycle {failure.cycle:,}[/]: {escape(failure.what)}")
        console.print(
            f"    rule: {escape(failure.rule)}" + (f"\n    at {escape(failure.place)}" if failure.place else "")
        )
    if len(run.failures) > FAILURES_SHOWN:
        console.print(f"  and {len(run.failures) - FAILURES_SHOWN:,} more: python -m harness trace RUN --kind check")
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for hart, state in enumerate(run.harts):
        code: Location | str = run.program.location(state["pc"]) if run.has_events else hex(state["pc"])
        detail = ", ".join(f"{key} {state[key]:,}" for key in ("retired", "stall", "idle", "time"))
        table.add_row(f"hart {hart}", escape(f"{detail}, last at {code}"))
    for key, value in run.counters.items():
        if key != "host_ns":
            table.add_row(key.replace("_", " "), f"{value:,}")
    if "host_ns" in run.counters:
        table.add_row("host time", f"{run.counters['host_ns'] / 1e9:.3f} s")
    table.add_row("hash", run.hash or "no events")
    table.add_row("repeat with", escape(run.command))
    table.add_row("files", escape(relative(run.folder)))
    if run.options.wave is not None:
        table.add_row("wave", escape(wave_text(run)))
    console.print(table)


def wave_text(run: Run) -> str:
    """Where the wave is, or why there is none."""
    path = run.folder / "wave.vcd"
    if path.exists():
        return relative(path)
    start = run.options.wave[0] if run.options.wave else 0
    if run.cycles <= start:
        return f"none: the run ended at cycle {run.cycles:,}, before {start:,}"
    return "none: it could not be written; see qemu.log"


def breakdown_table(breakdown: Breakdown, title: str) -> Table:
    """The stages of the wake-ups, each with a bar for its median."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("stage, ends with")
    for name in ("minimum", "median", "maximum"):
        table.add_column(name, justify="right")
    table.add_column("median, cycles", min_width=BAR_WIDTH)
    rows = breakdown.table()
    largest = max((row.median for _, row in rows[:-1]), default=0)
    for index, (stage, row) in enumerate(rows):
        is_total = stage == "end to end"
        style = "blue" if index < HARDWARE_STAGES else "dark_orange"
        picture = (
            "[blue]hardware[/], [dark_orange]software[/]" if is_total else f"[{style}]{bar(row.median, largest)}[/]"
        )
        if is_total:
            table.add_section()
        cells = (stage, number(row.minimum), number(row.median), number(row.maximum), picture)
        table.add_row(*cells, style="bold" if is_total else "")
    return table


def histogram_table(breakdown: Breakdown, title: str) -> Table:
    """Histogram of the whole wake-ups."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    table.add_column("cycles", justify="right")
    table.add_column("wake-ups", justify="right")
    table.add_column("")
    bins = histogram(breakdown.totals, 16)
    largest = max((item.count for item in bins), default=0)
    for item in bins:
        label = str(item.low) if item.low == item.high else f"{item.low} to {item.high}"
        table.add_row(label, number(item.count), f"[cyan]{bar(item.count, largest)}[/]")
    return table


def ledger_table(ledger: Ledger, title: str) -> Table:
    """The ledger by length of payload."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in (
        "bytes", "buffers", "stored by producer", "touched in transit", "DMA read", "DMA written",
        "loaded by consumer",
    ):  # fmt: skip
        table.add_column(name, justify="right")
    for length, payloads in ledger.by_length():
        touched = sum(payload.transit_cpu for payload in payloads)
        table.add_row(
            number(length),
            number(len(payloads)),
            number(sum(payload.produced for payload in payloads)),
            f"[{'red' if touched else 'green'}]{touched:,}[/]",
            number(sum(payload.dma_read for payload in payloads)),
            number(sum(payload.dma_written for payload in payloads)),
            number(sum(payload.consumed for payload in payloads)),
        )
    return table


def print_offences(console: Console, ledger: Ledger) -> None:
    """Every access to a payload in transit, by function and line."""
    for offence in ledger.offences():
        console.print(f"[red]violation[/] {escape(str(offence))}")


def print_difference(console: Console, difference: Difference | None, first: Run, second: Run) -> None:
    """Where two runs part."""
    if difference is None:
        console.print(f"[green]identical[/]: {len(first.events):,} events, hash {first.hash}")
        return
    console.print(f"[red]the runs differ[/] from event {difference.position:,} on")
    for line in difference.common:
        console.print("  " + escape(line), soft_wrap=True)
    for style, run, lines in (("red", first, difference.first), ("green", second, difference.second)):
        console.print(f"[{style}]{escape(relative(run.folder))}[/]")
        for line in lines or ["(ends here)"]:
            console.print(f"[{style}]> {escape(line)}[/]", soft_wrap=True)
