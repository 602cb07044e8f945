# SPDX-License-Identifier: MIT
"""What `make run` shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import launcher, showcase


def test_the_showcase_shows_wake_ups_ledger_speed_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "RUNS", tmp_path)
    assert showcase.main("mailbox") == 0
    text = capsys.readouterr().out
    for part in ("1,000 wake-ups", "end to end", "zero-copy ledger", "bytes a cycle", "instructions/s", "event hash"):
        assert part in text, part
    assert "violation" not in text
    for name in ("report.html", "timeline.json"):
        assert len(list(tmp_path.glob(f"*/{name}"))) == 3
    (wave,) = tmp_path.glob("*/wave.vcd")
    assert wave.stat().st_size > 1000
