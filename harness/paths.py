# SPDX-License-Identifier: MIT
"""Where the project keeps what; all of it relative to the project's root."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
# Designs that were built with other options, for example to measure coverage, are taken from where this says.
DESIGNS = Path(os.environ.get("BELFRY_DESIGNS", BUILD / "designs"))
EVENT_TABLE = ROOT / "traces" / "events.toml"
REQUIREMENTS = ROOT / "requirements.txt"
PLUGIN = BUILD / "sim" / "belfry-plugin.so"
BARE_LOOP = BUILD / "sim" / "bare_loop"
BLOCK_MEASURE = BUILD / "sim" / "block" / "block_measure"
RUNS = BUILD / "runs"
AXI_RULES = ROOT / "sim" / "bus" / "axi_rules.h"


def design_folder(design: str) -> Path:
    """Folder of a built design."""
    return DESIGNS / design


def firmware_folder(design: str) -> Path:
    """Folder of the firmware that was built for a design."""
    return BUILD / "firmware" / design


def relative(path: Path) -> str:
    """The path as a reader at the project's root would type it; absolute if it lies outside."""
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)
