// SPDX-License-Identifier: MIT
// Moderation: announced in time, by count or by age; never without a cause; no completion is forgotten.
//
// The cycle counter never goes back. Count and time are free in every cycle: software may change them at any time, and
// what counts is the time in the cycle of the first completion.

module moderation_proof (
  input logic        clk_i,
  input logic        clear_i,
  input logic [63:0] cycle_i,
  input logic        count_i,
  input logic [15:0] threshold_i,
  input logic [31:0] time_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic announce;
  logic [63:0] quiet;

  mailbox_moderation u_moderation (
    .clk_i,
    .rst_ni(started_q),
    .clear_i,
    .cycle_i,
    .count_i,
    .threshold_i,
    .time_i,
    .announce_o(announce),
    .quiet_o(quiet)
  );

  (* hierconn *) logic [15:0] \u_moderation.counted_q ;
  (* hierconn *) logic [63:0] \u_moderation.deadline_q ;

  // n, t0 and the time at t0 as the specification has them.
  logic past_q;
  logic [15:0] waiting_q;
  logic [63:0] first_q;
  logic [31:0] time_q;
  logic [63:0] cycle_q;
  logic [63:0] quiet_q;
  logic announced_q;
  logic [16:0] waiting;
  logic [63:0] first;
  logic [31:0] time_then;
  logic due;
  logic deadline_met;

  assign waiting = {1'b0, waiting_q} + 17'(count_i);
  assign first = (waiting_q == '0) ? cycle_i : first_q;
  assign time_then = (waiting_q == '0) ? time_i : time_q;
  assign deadline_met = cycle_i >= first + {32'd0, time_then};
  assign due = waiting != '0 && (deadline_met || waiting >= ((threshold_i == '0) ? 17'd1 : {1'b0, threshold_i}));

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      past_q <= 1'b0;
      waiting_q <= '0;
    end else begin
      past_q <= 1'b1;
      waiting_q <= (clear_i || due) ? '0 : waiting[15:0];
    end
  end

  always_ff @(posedge clk_i) begin
    first_q <= first;
    time_q <= time_then;
    cycle_q <= cycle_i;
    quiet_q <= quiet;
    announced_q <= announce;
  end

  always_comb begin
    if (past_q) begin
      assume (cycle_i > cycle_q);
    end
    // The counter began at 0 and is 64 bits wide: it does not come near its end in the life of a chip.
    assume (!cycle_i[63]);
    if (started_q) begin
      announced_when_due: assert (!due || announce);
      announced_with_cause: assert (!announce || due);
      count_right: assert (\u_moderation.counted_q  == waiting_q);
      deadline_absolute: assert (waiting_q == '0 || \u_moderation.deadline_q  == first_q + {32'd0, time_q});
      first_is_past: assert (!past_q || waiting_q == '0 || first_q <= cycle_q);
      in_time: assert (!(past_q && waiting_q != '0) || cycle_q < first_q + {32'd0, time_q});
      count_does_not_wrap: assert (waiting[16] == 1'b0 || due);
      quiet_true: assert (quiet == '0 || !announce);
      quiet_until_deadline: assert (waiting_q == '0 || quiet == '0 || cycle_i + quiet == first_q + {32'd0, time_q});
      by_count: cover (announce && !deadline_met && waiting == 17'd3);
      by_age: cover (announce && deadline_met && waiting == 17'd2 && threshold_i == 16'd5 && time_then == 32'd3);
      cleared: cover (past_q && clear_i && waiting == 17'd2 && !due);
    end
  end

endmodule
