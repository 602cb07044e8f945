// SPDX-License-Identifier: MIT
// Choice of the next ring: legal, high priority first, bounded passing-over, in turn.
//
// A ring, whichever the solver picks, is followed while it is ready without a break and its priority stays: how often
// others were chosen before it is bounded, whatever the others do. Priorities and readiness are free otherwise.

module arbiter_proof #(
  parameter int unsigned RingCount = 4,
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input logic                  clk_i,
  input logic [IndexWidth-1:0] ring_i,
  input logic  [RingCount-1:0] ready_i,
  input logic  [RingCount-1:0] high_priority_i,
  input logic                  take_i
);

  localparam logic [3:0] Passes = 4'd8;

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic valid;
  logic [IndexWidth-1:0] index;

  mailbox_ring_arbiter #(
    .RingCount(RingCount)
  ) u_arbiter (
    .clk_i,
    .rst_ni(started_q),
    .ready_i,
    .high_priority_i,
    .valid_o(valid),
    .index_o(index),
    .take_i
  );

  (* hierconn *) logic [3:0] \u_arbiter.passes_q ;
  (* hierconn *) logic [IndexWidth-1:0] \u_arbiter.last_high_q ;
  (* hierconn *) logic [IndexWidth-1:0] \u_arbiter.last_low_q ;

  logic [IndexWidth-1:0] ring_q;
  logic high_q;
  logic [RingCount-1:0] high;
  logic [RingCount-1:0] low;
  logic low_turn;
  logic chosen_low;
  logic waiting;
  logic waited_q;
  logic [IndexWidth-1:0] last;
  // Choices of its own priority that passed the followed ring over, and choices of high priority since the last of low.
  logic [IndexWidth:0] passed_q;
  logic [3:0] high_passes_q;
  // Distance of the ring served last to the followed one, in the order of turns.
  logic [IndexWidth-1:0] distance;
  logic [IndexWidth-1:0] chosen_distance;

  assign high = ready_i & high_priority_i;
  assign low = ready_i & ~high_priority_i;
  assign low_turn = low != '0 && high_passes_q == Passes;
  assign chosen_low = !high_priority_i[index];
  assign waiting = ready_i[ring_q] && high_priority_i[ring_q] == high_q;
  assign last = high_q ? \u_arbiter.last_high_q  : \u_arbiter.last_low_q ;
  assign distance = ring_q - last - IndexWidth'(1);
  assign chosen_distance = index - (chosen_low ? \u_arbiter.last_low_q  : \u_arbiter.last_high_q ) - IndexWidth'(1);

  always_ff @(posedge clk_i) begin
    if (!started_q) ring_q <= ring_i;
    if (!started_q) high_q <= high_priority_i[ring_i];
  end

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      waited_q <= 1'b0;
      passed_q <= '0;
      high_passes_q <= '0;
    end else begin
      waited_q <= waiting && !(take_i && index == ring_q);
      if (!waiting || (take_i && index == ring_q)) begin
        passed_q <= '0;
      end else begin
        passed_q <= passed_q + (IndexWidth + 1)'(take_i && chosen_low != high_q);
      end
      if (take_i) begin
        high_passes_q <= chosen_low ? '0 : high_passes_q + 4'(low != '0);
      end
    end
  end

  // For every other ready ring of the chosen one's priority: it is not nearer in turn.
  logic in_turn;
  always_comb begin
    in_turn = 1'b1;
    for (int unsigned i = 0; i < RingCount; i++) begin
      if (ready_i[i] && high_priority_i[i] == high_priority_i[index] &&
          IndexWidth'(IndexWidth'(i) - (chosen_low ? \u_arbiter.last_low_q  : \u_arbiter.last_high_q ) -
                      IndexWidth'(1)) < chosen_distance) begin
        in_turn = 1'b0;
      end
    end
  end

  always_comb begin
    assume (!take_i || valid);
    if (started_q) begin
      choice_is_ready: assert (valid == (ready_i != '0) && (!valid || ready_i[index]));
      high_first: assert (!valid || !chosen_low || high == '0 || low_turn);
      low_after_eight: assert (!valid || !low_turn || chosen_low);
      turn: assert (!valid || in_turn);
      passes_bounded: assert (high_passes_q <= Passes && \u_arbiter.passes_q  == high_passes_q);
      not_starved: assert ({1'b0, distance} + passed_q <= (IndexWidth + 1)'(RingCount - 1) || passed_q == '0);
      bounded: assert (passed_q <= (IndexWidth + 1)'(RingCount - 1));
      passed_thrice: cover (passed_q == (IndexWidth + 1)'(RingCount - 1) && take_i && index == ring_q);
      low_served_after_eight: cover (low_turn && take_i && chosen_low && high != '0);
      waited_long: cover (waited_q && !high_q && high_passes_q == Passes);
    end
  end

endmodule
