# SPDX-License-Identifier: MIT
"""Fixtures of the harness's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_qemu import FakeMachine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """A machine whose QEMU passes at once, unless the test says otherwise."""
    fake = FakeMachine(tmp_path, monkeypatch)
    fake.behave("finish('pass', 0)")
    return fake
