// SPDX-License-Identifier: MIT
// Timer: arming does not tear, and a match is never lost.
//
// The cycle counter is any value that does not go back (it jumps when quiet cycles are skipped), and software may
// write whatever it likes whenever it likes.

module timer_proof (
  input logic        clk_i,
  input logic [63:0] cycle_i,
  input logic        enable_i,
  input logic        periodic_i,
  input logic [31:0] period_i,
  input logic        compare_low_write_i,
  input logic [31:0] compare_low_data_i,
  input logic        compare_high_write_i,
  input logic [31:0] compare_high_data_i,
  input logic        clear_i,
  input logic        clear_pending_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic [63:0] compare;
  logic [63:0] quiet;
  logic armed;
  logic pending;
  logic matching;

  mailbox_timer u_timer (
    .clk_i,
    .rst_ni(started_q),
    .cycle_i,
    .enable_i,
    .periodic_i,
    .period_i,
    .compare_low_write_i,
    .compare_low_data_i,
    .compare_high_write_i,
    .compare_high_data_i,
    .clear_i,
    .clear_pending_i,
    .compare_o(compare),
    .armed_o(armed),
    .pending_o(pending),
    .match_o(matching),
    .quiet_o(quiet)
  );

  // Seen inside the timer.
  (* hierconn *) logic [31:0] \u_timer.compare_high_q ;

  // What the specification says, by the cycle before.
  logic match;
  logic past_q;
  logic matched_q;
  logic armed_now_q;
  logic kept_q;
  logic periodic_q;
  logic [63:0] written_q;
  logic [31:0] high_q;
  logic [63:0] compare_q;
  logic [31:0] period_q;
  logic was_pending_q;
  logic was_armed_q;
  logic cleared_q;
  logic reset_q;
  logic [63:0] cycle_q;
  logic [63:0] quiet_q;

  assign match = enable_i && armed && cycle_i >= compare;

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      past_q <= 1'b0;
      high_q <= '0;
    end else begin
      past_q <= 1'b1;
      high_q <= clear_i ? '0 : (compare_high_write_i ? compare_high_data_i : high_q);
    end
  end

  always_ff @(posedge clk_i) begin
    matched_q <= match;
    armed_now_q <= compare_low_write_i;
    written_q <= {high_q, compare_low_data_i};
    compare_q <= compare;
    period_q <= period_i;
    periodic_q <= periodic_i;
    was_pending_q <= pending;
    was_armed_q <= armed;
    cleared_q <= clear_pending_i;
    reset_q <= clear_i;
    cycle_q <= cycle_i;
    quiet_q <= quiet;
    kept_q <= !compare_low_write_i && !match;
  end

  always_comb begin
    if (past_q) begin
      assume (cycle_i > cycle_q);
    end
    if (started_q) begin
      high_kept: assert (\u_timer.compare_high_q == high_q);
      match_told: assert (matching == match);
      quiet_true: assert ((quiet == 0) == match);
      quiet_all_ones_or_distance: assert (match || quiet == '1 || (enable_i && armed && quiet == compare - cycle_i));
    end
    if (started_q && past_q && reset_q) begin
      reset_all: assert (compare == '0 && !armed && !pending && high_q == '0);
    end
    if (started_q && past_q && !reset_q) begin
      arm_whole: assert (!armed_now_q || (compare == written_q && armed && !pending));
      match_kept: assert (!matched_q || armed_now_q || pending);
      pending_stays: assert (!was_pending_q || pending || cleared_q || armed_now_q);
      pending_has_cause: assert (!pending || matched_q || was_pending_q);
      compare_stays: assert (!kept_q || (compare == compare_q && armed == was_armed_q));
      tick_no_drift: assert (!matched_q || armed_now_q || !periodic_q || compare == compare_q + {32'd0, period_q});
      once_disarms: assert (!matched_q || armed_now_q || (periodic_q && period_q != '0) || !armed);
      periodic_stays_armed: assert (!matched_q || armed_now_q || !periodic_q || period_q == '0 || armed);
      match_late: cover (matched_q && cycle_q > compare_q);
      match_and_clear: cover (matched_q && cleared_q && pending);
      match_and_arm: cover (matched_q && armed_now_q);
      two_ticks: cover (matched_q && periodic_q && match);
    end
  end

endmodule
