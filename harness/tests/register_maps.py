# SPDX-License-Identifier: MIT
"""A small register map with everything that rtl/registers/generate.py knows, and a way to run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from harness.paths import ROOT

MAP = """
enum why { fine = 2'd0 { desc = "Fine."; }; full = 2'd2 { desc = "Full."; }; };
regfile box_control {
  name = "Control"; default regwidth = 32;
  reg { desc = "Constant."; field { sw = r; hw = na; } magic[7:0] = 8'hA5; } IDENTITY @ 0x0;
  reg { desc = "Input."; field { sw = r; hw = w; swacc; } value[31:0]; } TIME @ 0x4;
  reg { desc = "Storage."; field { sw = rw; hw = r; } low[3:0] = 4'h9; field { sw = rw; hw = r; } high[15:8] = 8'h7; }
    SETUP @ 0x8;
  external reg { desc = "Event."; field { sw = rw; hw = r; onwrite = woclr; } hit[0:0];
    field { sw = r; hw = w; encode = why; } code[5:4]; } EVENT @ 0xC;
};
regfile box_sender {
  name = "Sender"; default regwidth = 32;
  external reg { desc = "Command."; field { sw = w; hw = r; } flags[31:0]; } RING @ 0x0;
  external reg { desc = "Pop."; field { sw = r; hw = w; } word[31:0]; } POP @ 0x4;
};
regfile box_window {
  name = "Window";
  box_control control @ 0x0;
  box_sender sender[4][2] @ 0x100 += 0x10;
};
addrmap box_registers { box_window agent[4] @ 0x0 += 0x1000; };
"""
DESIGN = """
[design]
name = "box"
registers = "box.rdl"
[register_arrays]
agent = ["agents"]
sender = ["agents", "windows"]
[capabilities]
agents = 3
windows = 1
"""


def generate(folder: Path, text: str = MAP, design: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs rtl/registers/generate.py on a map; its outputs are in folder/out."""
    (folder / "box.rdl").write_text(text)
    command = [sys.executable, "-m", "rtl.registers.generate", str(folder / "box.rdl"), "-o", str(folder / "out")]
    if design is not None:
        (folder / "design.toml").write_text(design)
        command += ["--design", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
