# SPDX-License-Identifier: MIT
"""What the binding makes of wide ports, the trace port, requesters, controls, parameters and variants."""

from __future__ import annotations

from pathlib import Path

import pytest
from design_abi import LoadedDesign
from small_designs import bind, build

SOURCE = """
module wide #(parameter int Step = 1) (
  input logic clk, input logic reset_n,
  input logic [11:0] awaddr, input logic [7:0] awuser, input logic awvalid, output logic awready,
  input logic [31:0] wdata, input logic [3:0] wstrb, input logic wvalid, output logic wready,
  output logic [1:0] bresp, output logic bvalid, input logic bready,
  input logic [11:0] araddr, input logic [7:0] aruser, input logic arvalid, output logic arready,
  output logic [31:0] rdata, output logic [1:0] rresp, output logic rvalid, input logic rready,
  input logic hold, output logic [127:0] state,
  output logic [2:0] trace_valid_o, output logic [23:0] trace_kind_o, output logic [23:0] trace_channel_o,
  output logic [95:0] trace_value_o
);
  logic [31:0] count;
  assign {awready, wready, bvalid, bresp} = '0;
  assign {arready, rvalid, rdata, rresp} = '0;
  // Word n holds n in its upper half, and the low bits of the counter in word 3.
  assign state = {16'h3333, count[15:0], 32'h2222_0000, 32'h1111_0000, 16'h0000, awuser, aruser};
  assign trace_valid_o = {count == 32'd40, 1'b0, count == 32'd20};
  assign trace_kind_o = 24'h33_22_11;
  assign trace_channel_o = 24'h66_55_44;
  assign trace_value_o = {32'hCCCC_0003, 32'hBBBB_0002, 32'hAAAA_0001};
  always_ff @(posedge clk or negedge reset_n) begin
    if (!reset_n) count <= '0;
    else count <= hold ? count : count + Step;
  end
endmodule
"""
BASE = """
[design]
name = "wide"
top = "wide"
sources = ["wide.sv"]
[clock]
port = "clk"
[reset]
port = "reset_n"
[register_port]
kind = "axi4-lite"
suffix = ""
omit = ["awprot", "arprot"]
data_width = 32
address_width = 12
user_width = 8
window = 4096
[[interrupt]]
name = "top"
port = "state"
bit = 125
[[probe]]
name = "users"
port = "state"
width = 16
[[probe]]
name = "crossing"
port = "state"
low = 60
width = 64
[[control]]
name = "hold"
port = "hold"
[trace]
lanes = 3
prefix = "trace_"
suffix = "direction"
kinds = { first = 17, third = 51 }
"""
VARIANT = """
[design]
name = "wide_by_four"
base = ".."
[parameters]
Step = 4
[[probe]]
name = "users"
port = "state"
width = 16
"""


def load(folder: Path, name: str) -> LoadedDesign:
    return LoadedDesign(build(folder, folder / f"built_{name}"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The design, and in it a variant of it."""
    folder = tmp_path_factory.mktemp("wide")
    (folder / "wide.sv").write_text(SOURCE)
    (folder / "design.toml").write_text(BASE)
    (folder / "variant").mkdir()
    (folder / "variant" / "design.toml").write_text(VARIANT)
    return folder


@pytest.fixture(scope="module")
def base(folder: Path) -> LoadedDesign:
    return load(folder, "base")


def test_the_shape_has_names_for_controls_and_kinds(base: LoadedDesign) -> None:
    shape = base.table.shape
    assert base.table.abi == 2
    assert (shape.control_count, shape.control_names[0]) == (1, b"hold")
    assert (shape.trace_lane_count, shape.trace_kind_count) == (3, 2)
    kinds = [shape.trace_kind_names[i] for i in range(2)]
    assert [(kind.kind, kind.name) for kind in kinds] == [(17, b"first"), (51, b"third")]


def test_slices_of_wide_ports_and_the_requester(base: LoadedDesign) -> None:
    base.inputs.registers.awuser, base.inputs.registers.aruser = 0xAB, 0xCD
    outputs = base.settle()
    count = outputs.probes[1] >> 36 & 0xFFFF
    state = 0x3333 << 112 | count << 96 | 0x2222 << 80 | 0x1111 << 48 | 0xABCD
    assert outputs.probes[0] == 0xABCD
    assert outputs.probes[1] == state >> 60 & (1 << 64) - 1
    assert outputs.interrupts == state >> 125 & 1


def test_a_control_is_driven(base: LoadedDesign) -> None:
    base.inputs.controls = 1
    before = base.settle().probes[1]
    assert base.cycle().probes[1] == before
    base.inputs.controls = 0
    assert base.cycle().probes[1] != before


def test_a_variant_has_its_parameters_and_the_rest_of_its_base(folder: Path) -> None:
    """The counter goes up by 4, and the lanes that its values 20 and 40 make valid stop a run."""
    design = load(folder / "variant", "variant")
    assert design.table.shape.name == b"wide_by_four"
    assert (design.table.shape.probe_count, design.table.shape.control_count) == (1, 1)
    design.settle()
    assert design.run(100) == 5
    lane = design.outputs.trace[0]
    assert (lane.valid, lane.kind, lane.channel, lane.value) == (True, 0x11, 0x44, 0xAAAA0001)
    assert [design.outputs.trace[i].valid for i in range(3)] == [True, False, False]
    assert design.run(100) == 5
    assert [design.outputs.trace[i].valid for i in range(3)] == [False, False, True]
    assert (design.outputs.trace[2].kind, design.outputs.trace[2].value) == (0x33, 0xCCCC0003)
    assert design.run(100) == 100


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("lanes = 3", "lanes = 9", "lanes is 9; 1 to 8 are possible"),
        ("third = 51", "third = 17", "kinds must be different numbers"),
        ("user_width = 8", "user_width = 64", "user_width must be 1 to 32"),
        ('port = "hold"', "", "[[control]] has no 'port'"),
    ],
)
def test_a_mistake_is_named(folder: Path, tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in BASE
    (tmp_path / "wide.sv").write_text(SOURCE)
    (tmp_path / "design.toml").write_text(BASE.replace(old, new))
    result = bind(tmp_path, tmp_path / "built")
    assert result.returncode == 2
    assert complaint in result.stderr
