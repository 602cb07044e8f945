# SPDX-License-Identifier: MIT
"""The decoders that rtl/registers/generate.py makes, run under Verilator."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from register_maps import generate
from small_designs import NO_EFFORT

BENCH = """
module bench;
  logic clk = 0, reset_n = 0, clear = 0, request = 0, allow = 1, write = 0;
  logic [11:0] address = 0;
  logic [31:0] data = 0, read, pop_read;
  logic error, time_read, hit_data, event_write, pop_strobe, ring_write, sender_error;
  logic [3:0] low;
  logic [7:0] high;
  logic [31:0] flags;
  always #5 clk = !clk;

  box_control control (
    .clk_i(clk), .rst_ni(reset_n), .clear_i(clear), .request_i(request), .allow_i(allow), .write_i(write),
    .address_i(address), .write_data_i(data), .read_data_o(read), .error_o(error), .time_value_i(32'h12345678),
    .time_read_o(time_read), .setup_low_o(low), .setup_high_o(high), .event_hit_i(1'b1), .event_hit_data_o(hit_data),
    .event_code_i(2'd2), .event_write_o(event_write)
  );
  box_sender sender (
    .clk_i(clk), .rst_ni(reset_n), .clear_i(clear), .request_i(request), .allow_i(allow), .write_i(write),
    .address_i(address), .write_data_i(data), .read_data_o(pop_read), .error_o(sender_error),
    .ring_flags_data_o(flags), .ring_write_o(ring_write), .pop_word_i(32'hCAFE), .pop_read_o(pop_strobe)
  );

  task automatic access(input logic is_write, input logic [11:0] where, input logic [31:0] what);
    @(negedge clk);
    {request, write, address, data} = {1'b1, is_write, where, what};
    #1;
  endtask
  task automatic check(input logic good, input string what);
    if (!good) begin
      $display("WRONG %s", what);
      $fatal;
    end
  endtask
  task automatic idle();
    @(negedge clk);
    {request, clear, allow} = 3'b001;
    #1;
  endtask

  initial begin
    #12 reset_n = 1;
    access(0, 12'h0, 0); check(read == 32'hA5 && !error, "constant");
    access(0, 12'h4, 0); check(read == 32'h12345678 && time_read, "input and its strobe");
    check(pop_read == 32'hCAFE && pop_strobe, "external, read only");
    allow = 0; #1; check(read == 0 && !time_read && !pop_strobe && !error, "read that is not allowed");
    allow = 1;
    access(0, 12'h8, 0); check(read == 32'h709 && sender_error, "reset values; no such register");
    access(1, 12'h8, 32'hFFFF_FFFF); idle(); check(low == 4'hF && high == 8'hFF, "stored");
    access(1, 12'h8, 0); allow = 0; idle(); check(low == 4'hF, "write that is not allowed");
    access(1, 12'h8, 0); clear = 1; idle(); check(low == 4'h9 && high == 8'h7, "clear wins over a write");
    access(1, 12'h0, 1); check(error && ring_write && flags == 1, "write to a read-only register; command");
    access(1, 12'h4, 1); check(error && sender_error && !pop_strobe, "write to what can only be read");
    access(1, 12'hC, 1); check(event_write && hit_data && !error, "external write");
    allow = 0; #1; check(!event_write && !error, "external write that is not allowed");
    allow = 1; write = 0; #1; check(read == 32'h21 && !event_write, "external read");
    access(0, 12'h10, 0); check(error && read == 0, "unmapped");
    allow = 0; #1; check(error, "unmapped, and not allowed");
    idle(); check(!error && read == 0 && !time_read && !event_write && !ring_write, "no request");
    $display("DONE");
    $finish;
  end
endmodule
"""


@pytest.mark.parametrize("fault", [None, ("if (clear_i)", "if (1'b0)"), ("request_i && allow_i", "request_i")])
def test_the_decoders_do_what_the_map_says(tmp_path: Path, fault: tuple[str, str] | None) -> None:
    """With a fault planted in the decoder, the bench must fail: it can."""
    assert generate(tmp_path).returncode == 0
    (tmp_path / "bench.sv").write_text(BENCH)
    decoders = tmp_path / "out" / "box_registers.sv"
    if fault is not None:
        assert fault[0] in decoders.read_text()
        decoders.write_text(decoders.read_text().replace(*fault))
    sources = [str(tmp_path / "out" / "box_registers_pkg.sv"), str(decoders), str(tmp_path / "bench.sv")]
    efforts = " ".join(f"{name}={effort}" for name, effort in NO_EFFORT.items())
    build = ["verilator", "--binary", "--timing", "-Wno-fatal", "-Wno-lint", "--top-module", "bench"]
    built = subprocess.run(
        [*build, "-MAKEFLAGS", efforts, "--Mdir", str(tmp_path / "built"), *sources],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    run = subprocess.run([str(tmp_path / "built" / "Vbench")], capture_output=True, text=True, check=False)
    assert ("DONE" in run.stdout) == (fault is None), run.stdout
    assert ("WRONG" in run.stdout) == (fault is not None), run.stdout
