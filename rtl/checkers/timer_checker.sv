// SPDX-License-Identifier: MIT
// Checks on a timer, bound into mailbox_timer: a match is never lost and never invented, the compare value moves by a
// write, a match or a reset only, and by exactly the period on a match. What changed by itself shows when something
// happens next.

module timer_checker (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        clear_i,
  input logic [63:0] cycle_i,
  input logic        enable_i,
  input logic        periodic_i,
  input logic [31:0] period_i,
  input logic        compare_low_write_i,
  input logic        clear_pending_i,
  input logic [63:0] compare_i,
  input logic        armed_i,
  input logic        pending_i,
  input logic        match_i
);

  logic active_q;
  logic clear_q;
  logic due_q;
  logic written_q;
  logic clear_pending_q;
  logic armed_q;
  logic pending_q;
  logic [31:0] step_q;
  logic [63:0] compare_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      clear_q <= 1'b0;
      due_q <= 1'b0;
      written_q <= 1'b0;
      clear_pending_q <= 1'b0;
      armed_q <= 1'b0;
      pending_q <= 1'b0;
      step_q <= '0;
      compare_q <= '0;
    end else if ((enable_i && armed_i) || match_i || compare_low_write_i || clear_pending_i || clear_i || active_q) begin
      match_right: assert (match_i == (enable_i && armed_i && cycle_i >= compare_i))
        else $error("match is %b at %0d for %0d", match_i, cycle_i, compare_i);
      if (clear_q) begin
        timer_reset: assert (!armed_i && !pending_i && compare_i == '0) else $error("the timer outlived a reset");
      end else if (written_q) begin
        arming_takes_back: assert (armed_i && !pending_i) else $error("armed is %b, pending %b", armed_i, pending_i);
      end else begin
        match_kept: assert (!due_q || pending_i) else $error("a match was lost");
        pending_kept: assert (pending_i == (due_q || (pending_q && !clear_pending_q)))
          else $error("pending is %b", pending_i);
        compare_moves: assert (compare_i == compare_q + (due_q ? {32'd0, step_q} : '0))
          else $error("the compare value moved from %0d to %0d", compare_q, compare_i);
        armed_kept: assert (armed_i == (armed_q && !(due_q && step_q == '0))) else $error("armed is %b", armed_i);
      end

      active_q <= (enable_i && armed_i) || match_i || compare_low_write_i || clear_pending_i || clear_i;
      clear_q <= clear_i;
      due_q <= match_i;
      written_q <= compare_low_write_i;
      clear_pending_q <= clear_pending_i;
      armed_q <= armed_i;
      pending_q <= pending_i;
      step_q <= periodic_i ? period_i : '0;
      compare_q <= compare_i;
    end
  end

endmodule
