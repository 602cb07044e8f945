# SPDX-License-Identifier: MIT
"""A design that has nothing of the reference mailbox: plain port names, no DMA, no probes, no quiet cycles."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from small_designs import bind, build

from harness.paths import BARE_LOOP

SOURCE = """
module scratch (
  input logic clk, input logic reset,
  input logic [11:0] awaddr, input logic awvalid, output logic awready,
  input logic [31:0] wdata, input logic [3:0] wstrb, input logic wvalid, output logic wready,
  output logic [1:0] bresp, output logic bvalid, input logic bready,
  input logic [11:0] araddr, input logic arvalid, output logic arready,
  output logic [31:0] rdata, output logic [1:0] rresp, output logic rvalid, input logic rready,
  output logic attention
);
  logic [31:0] value;
  assign {awready, wready} = {2{awvalid && wvalid && !bvalid}};
  assign arready = arvalid && !rvalid;
  assign {bresp, rresp} = '0;
  assign attention = value[0];
  always_ff @(posedge clk) begin
    if (reset) begin
      {bvalid, rvalid, value, rdata} <= '0;
    end else begin
      bvalid <= awready || (bvalid && !bready);
      rvalid <= arready || (rvalid && !rready);
      if (awready) value <= wdata;
      if (arready) rdata <= araddr == 0 ? value : 32'd0;
    end
  end
  running: assert property (@(posedge clk) reset || !(bvalid && awready));
endmodule
"""

DESCRIPTION = """
[design]
name = "scratch"
top = "scratch"
sources = ["scratch.sv"]
[clock]
port = "clk"
[reset]
port = "reset"
active = "high"
[register_port]
kind = "axi4-lite"
suffix = ""
omit = ["awprot", "arprot"]
data_width = 32
address_width = 12
window = 4096
[[interrupt]]
name = "attention"
port = "attention"
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The design's folder and the folder to build it in."""
    folder = tmp_path_factory.mktemp("scratch")
    (folder / "scratch.sv").write_text(SOURCE)
    (folder / "design.toml").write_text(DESCRIPTION)
    return folder, folder / "built"


def test_a_foreign_design_is_bound_by_its_description_alone(folders: tuple[Path, Path]) -> None:
    folder, output = folders
    command = [str(BARE_LOOP), str(build(folder, output)), "1000"]
    loop = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(loop.stdout)["cycles"] == 1000


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("data_width = 32", "data_width = 48", "data_width must be 32 or 64"),
        ("[clock]", "[clocks]", "has no 'clock'"),
        ('suffix = ""', 'suffix = "_x"', "suffix '_x' is unknown"),
        ('"scratch.sv"', '"scrotch.sv"', "scrotch.sv"),
    ],
)
def test_a_mistake_in_the_description_is_named(
    folders: tuple[Path, Path], tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    (tmp_path / "scratch.sv").write_text(SOURCE)
    (tmp_path / "design.toml").write_text(DESCRIPTION.replace(old, new))
    result = bind(tmp_path, tmp_path / "built")
    assert result.returncode != 0
    assert complaint in result.stderr
