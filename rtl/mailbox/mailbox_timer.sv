// SPDX-License-Identifier: MIT
// Timer of one agent: a 64-bit compare value against the common cycle counter.
//
// Armed by a write of the low half, which takes the high half that was written before: the pair changes in one step,
// so that no value between old and new can match. A match happens in the cycle in which an enabled, armed timer sees
// the counter at or above its compare value; `pending_o` rises after it. In periodic mode the compare value moves on
// by the period, counted from where it was and not from now, so that ticks do not drift, and stays armed.
//
// Arming anew drops what the old compare value had caused, a match in the same cycle included; nothing is lost by
// that, since a new value that has passed already matches in the next cycle. A match wins over clear_pending_i. The
// reset of the agent, clear_i, wins over everything.

module mailbox_timer (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        clear_i,
  input  logic [63:0] cycle_i,
  input  logic        enable_i,
  input  logic        periodic_i,
  input  logic [31:0] period_i,
  input  logic        compare_low_write_i,
  input  logic [31:0] compare_low_data_i,
  input  logic        compare_high_write_i,
  input  logic [31:0] compare_high_data_i,
  input  logic        clear_pending_i,
  output logic [63:0] compare_o,
  output logic        armed_o,
  output logic        pending_o,
  output logic        match_o,
  // Cycles in which this timer is sure to stand still: all ones if it is not running, else the distance to its match.
  output logic [63:0] quiet_o
);

  logic [63:0] compare_q;
  logic [31:0] compare_high_q;
  logic armed_q;
  logic pending_q;

  logic running;
  logic match;
  logic [31:0] step;

  assign running = enable_i && armed_q;
  assign step = periodic_i ? period_i : '0;
  assign compare_o = compare_q;
  assign armed_o = armed_q;
  assign pending_o = pending_q;
  assign match_o = match;

  always_comb begin
    match = 1'b0;
    quiet_o = '1;
    if (running) begin
      match = cycle_i >= compare_q;
      quiet_o = match ? '0 : compare_q - cycle_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      compare_q <= '0;
      armed_q <= 1'b0;
      pending_q <= 1'b0;
      compare_high_q <= '0;
    end else if (clear_i || compare_low_write_i || compare_high_write_i || match || clear_pending_i) begin
      compare_q <= clear_i ? '0 : compare_low_write_i ? {compare_high_q, compare_low_data_i} :
          compare_q + (match ? {32'd0, step} : '0);
      armed_q <= !clear_i && (compare_low_write_i || (armed_q && !(match && step == '0)));
      pending_q <= !clear_i && !compare_low_write_i && (match || (pending_q && !clear_pending_i));
      compare_high_q <= clear_i ? '0 : compare_high_write_i ? compare_high_data_i : compare_high_q;
    end
  end

endmodule
