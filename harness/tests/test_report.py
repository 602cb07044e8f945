# SPDX-License-Identifier: MIT
"""The HTML report and the timeline: complete, self-contained, and harmless whatever the guest prints."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from event_writer import TEXT_BASE, WINDOW, EventWriter, write_run

from harness import report, timeline
from harness.run import Run

GAPS = [1, 2, 1, 1, 1, 9, 12, 14, 30, 25]


class Balance(HTMLParser):
    """Notes elements that are closed but not open, or left open, and everything that is fetched."""

    VOID = ("meta", "link", "br", "img", "input")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problems: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(tag)


def rich_run(folder: Path, **summary: Any) -> Run:
    """A run with everything that a report can show."""
    writer, cycle = EventWriter(), 100
    writer.add(1, "phase_begin", 0, 0, TEXT_BASE)
    for number in range(5):
        cycle = writer.wake_up(cycle, [GAPS[0] + number, *GAPS[1:]], number) + 10
    writer.add(cycle, "phase_end", 0, 0, TEXT_BASE)
    for stage in (1, 2, 3, 0):
        writer.add(cycle, "payload_stage", 0, stage, 0x80100000, 64)
    writer.add(cycle, "dma_read_burst", 1, 8, 0x80100000, 64)
    writer.add(cycle + 4, "dma_read_done", 1, 0, 0x80100000, 64)
    writer.add(cycle + 5, "hart_idle", 1, 0, 5, TEXT_BASE)
    writer.add(cycle + 9, "check_bus_error", 0, 2, WINDOW, TEXT_BASE)
    return Run(write_run(folder, writer, "fail", **summary))


def test_the_report_is_whole_and_needs_nothing_else(tmp_path: Path) -> None:
    run = rich_run(tmp_path)
    text = report.write(run).read_text()
    balance = Balance()
    balance.feed(text)
    assert balance.problems == []
    assert balance.open == []
    assert all((run.folder / link).exists() for link in balance.links)
    assert not re.search(r"https?://|<script", text)


def test_the_report_shows_what_matters(tmp_path: Path) -> None:
    run = rich_run(tmp_path)
    text = report.render(run)
    for part in (
        "SLVERR for agent[0].control.IDENTITY", run.command, run.hash, "first instruction of the thread", "5 wake-ups",
        "Zero-copy ledger", "warm up", "<rect", "check_bus_error", f"--wave {run.cycles - 200}:{run.cycles + 50}",
    ):  # fmt: skip
        assert part in text, part
    assert text.index("Failing checks") < text.index("From doorbell to thread")


def test_wake_ups_that_are_all_alike_need_no_chart(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.wake_up(writer.wake_up(100, GAPS, 0) + 5, GAPS, 1)
    text = report.render(Run(write_run(tmp_path, writer)))
    assert f"Each of them took exactly {sum(GAPS)} cycles." in text
    assert "<rect" not in text


def test_what_the_guest_prints_is_escaped(tmp_path: Path) -> None:
    text = report.render(rich_run(tmp_path, console="<script>alert(1)</script>\n", reason="<b>bold</b>"))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "<b>bold" not in text


def test_a_broken_wake_up_is_shown_as_such(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.wake_up(100, GAPS, 0)
    del writer.records[5]
    text = report.render(Run(write_run(tmp_path, writer)))
    assert "wake-up 0: &#39;controller pending&#39; is missing" in text


def test_a_run_without_events_still_has_a_report(tmp_path: Path) -> None:
    folder = write_run(tmp_path, EventWriter(), "error", status=3)
    (folder / "events.bin").unlink()
    (folder / "summary.json").unlink()
    (folder / "qemu.log").write_text("belfry: cannot map the RAM\n")
    assert "belfry: cannot map the RAM" in report.render(Run(folder))


@pytest.mark.parametrize("values", [[5], [5, 5, 5], list(range(1000))])
def test_charts_stay_inside_of_their_frame(values: list[int]) -> None:
    drawing = report.chart(values)
    assert drawing["edges"][0] == min(values)
    assert drawing["edges"][-1] == max(values)
    for bar in drawing["bars"]:
        assert 0 <= bar.x <= bar.x + bar.width <= drawing["width"]
        assert 0 <= bar.y <= bar.y + bar.height <= drawing["room"] + 0.001


def test_the_timeline_has_every_track_and_balanced_slices(tmp_path: Path) -> None:
    run = rich_run(tmp_path)
    content = json.loads(timeline.write(run).read_text())
    items = content["traceEvents"]
    assert content["otherData"]["hash"] == run.hash
    names = {item["args"]["name"] for item in items if item["name"] == "thread_name"}
    assert {"threads", "phases", "bus and idle", "marks", "DMA reads", "interrupt agent1", "failed checks"} <= names
    slices = [item for item in items if item["ph"] == "X"]
    assert all(item["dur"] >= 0 for item in slices)
    (phase,) = [item for item in slices if item["name"] == "warm up"]
    assert phase["args"]["cycle"] == 1
    high = [item for item in slices if item["name"] == "high"]
    assert [item["args"]["cycles"] for item in high] == [sum(GAPS[3:7])] * 5
    assert sum(item["ph"] == "s" for item in items) == sum(item["ph"] == "f" for item in items) == 5
    assert sum(item["ph"] == "b" for item in items) == sum(item["ph"] == "e" for item in items) == 1
    assert any(item["name"] == "WFI" for item in slices)  # still open at the end of the run, and drawn nevertheless
    assert sum(item["ph"] == "C" for item in items) == 10
