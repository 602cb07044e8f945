# SPDX-License-Identifier: MIT
"""The report of a run: one HTML file that needs nothing else and no network."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from harness.breakdown import HARDWARE_STAGES, Breakdown
from harness.describe import Describer
from harness.errors import HarnessError
from harness.run import Phase, Run
from harness.statistics import Spread, histogram, spread

TEMPLATES = Path(__file__).resolve().parent / "templates"
LAST_EVENTS = 40
FILES = {
    "console.txt": "what the guest printed",
    "trace.txt": "every event as text",
    "timeline.json": "timeline for ui.perfetto.dev",
    "wave.vcd": "wave for GTKWave or Surfer",
    "summary.json": "counters",
    "diagnosis.txt": "state at the end of a run that did not end well",
    "qemu.log": "what QEMU and the engine said",
    "events.bin": "every event",
}
CHART_WIDTH, CHART_HEIGHT = 720, 190
AXIS = 26


@dataclass(frozen=True)
class ChartBar:
    """One bar of the histogram in units of the drawing, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str


def chart(values: list[int]) -> dict[str, Any]:
    """A histogram as a drawing: bars and the labels of both axes."""
    bins = histogram(values, 36)
    largest = max((item.count for item in bins), default=1)
    room = CHART_HEIGHT - AXIS
    step = CHART_WIDTH / max(1, len(bins))
    bars = [
        ChartBar(
            index * step + 1,
            room - item.count / largest * (room - 14),
            max(step - 2, 1),
            item.count / largest * (room - 14),
            f"{item.low} to {item.high} cycles: {item.count}" if item.low < item.high else f"{item.low}: {item.count}",
        )
        for index, item in enumerate(bins)
    ]
    edges = [bins[0].low, (bins[0].low + bins[-1].high) // 2, bins[-1].high] if bins else []
    return {
        "width": CHART_WIDTH,
        "height": CHART_HEIGHT,
        "room": room,
        "bars": bars,
        "edges": edges,
        "largest": largest,
    }


def colour(stage: int) -> str:
    """Blue for the stages of the hardware, orange for those of the software, darker from stage to stage."""
    if stage < HARDWARE_STAGES:
        return f"hsl(217 75% {68 - 7 * stage}%)"
    return f"hsl(28 80% {68 - 5 * (stage - HARDWARE_STAGES)}%)"


def stage_rows(breakdown: Breakdown) -> list[dict[str, Any]]:
    """Rows of the stage table. `share` is the part of the largest median, `part` that of all medians, in percent."""
    rows = breakdown.table()[:-1]
    largest = max((row.median for _, row in rows), default=0) or 1
    total = sum(row.median for _, row in rows) or 1
    return [
        {
            "name": name,
            "spread": row,
            "share": 100 * row.median / largest,
            "part": 100 * row.median / total,
            "colour": colour(index),
        }
        for index, (name, row) in enumerate(rows)
    ]


def phase_rows(phases: list[Phase]) -> list[tuple[str, int, Spread]]:
    """Phases by name and hart, in the order of their first end."""
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for phase in phases:
        groups[(phase.name, phase.hart)].append(phase.cycles)
    return [(name, hart, spread(cycles)) for (name, hart), cycles in groups.items()]


def tiles(run: Run, breakdown: Breakdown | None) -> list[tuple[str, str]]:
    """The few numbers at the top."""
    result = [("SoC cycles", f"{run.cycles:,}")]
    retired = sum(hart["retired"] for hart in run.harts)
    result.append(("instructions retired", f"{retired:,}"))
    if breakdown and breakdown.wake_ups:
        result.append(
            (f"median of {len(breakdown.wake_ups):,} wake-ups", f"{spread(breakdown.totals).median:,} cycles")
        )
    if run.has_events and run.ledger.sent:
        touched = sum(payload.transit_cpu for payload in run.ledger.sent)
        result.append((f"touched by harts in {len(run.ledger.sent):,} transits", f"{touched:,} bytes"))
    host = run.counters.get("host_ns", 0)
    if host:
        result.append(("cycles a second of host time", f"{run.cycles / host * 1e9:,.0f}"))
    return result


def context(run: Run) -> dict[str, Any]:
    """Everything that the template shows. What cannot be analysed is shown as the error that says why."""
    problems: list[HarnessError] = []
    breakdown: Breakdown | None = None
    phases: list[tuple[str, int, Spread]] = []
    events: list[str] = []
    if run.has_events:
        try:
            breakdown = run.breakdown
        except HarnessError as error:
            problems.append(error)
        try:
            phases = phase_rows(run.phases)
        except HarnessError as error:
            problems.append(error)
        describer = Describer(run)
        events = [describer.line(event) for event in run.events.events[-LAST_EVENTS:]]
    has_wake_ups = breakdown is not None and bool(breakdown.wake_ups)
    ledger = run.ledger if run.has_events and run.ledger.sent else None
    return {
        "run": run,
        "failures": run.failures,
        "problems": problems,
        "tiles": tiles(run, breakdown),
        "harts": [(state, str(run.program.location(state["pc"]))) for state in run.harts],
        "breakdown": breakdown if has_wake_ups else None,
        "stages": stage_rows(breakdown) if breakdown and has_wake_ups else [],
        "end_to_end": spread(breakdown.totals) if breakdown and has_wake_ups else None,
        "chart": chart(breakdown.totals) if breakdown and has_wake_ups else None,
        "ledger": ledger,
        "offences": ledger.offences() if ledger else [],
        "phases": phases,
        "diagnosis": run.state_at_end,
        "events": events,
        "files": [(name, what) for name, what in FILES.items() if (run.folder / name).exists()],
    }


def render(run: Run) -> str:
    """The report's HTML. Everything that comes from the run is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["grouped"] = lambda value: f"{value:,}"
    return environment.get_template("report.html.j2").render(context(run))


def write(run: Run, path: Path | None = None) -> Path:
    """Writes report.html into the run folder (or to `path`) and returns where it is."""
    target = path or run.folder / "report.html"
    target.write_text(render(run))
    return target
