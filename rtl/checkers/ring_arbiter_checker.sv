// SPDX-License-Identifier: MIT
// Checks on the choice among rings, bound into mailbox_ring_arbiter: what is chosen is ready; high priority passes over
// low at most eight times in a row; and no ready ring is passed over more often than its turn and its priority explain.

module ring_arbiter_checker #(
  parameter int unsigned RingCount = 4,
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input logic                  clk_i,
  input logic                  rst_ni,
  input logic  [RingCount-1:0] ready_i,
  input logic  [RingCount-1:0] high_priority_i,
  input logic [IndexWidth-1:0] index_i,
  input logic            [3:0] passes_i,
  input logic                  take_i
);

  localparam int unsigned PassesMaximum = 8;

  // Choices of the same priority that passed over a ring that was ready all the time.
  logic [7:0] passed_q [RingCount];
  // Choices of high priority while any ring of low priority was ready, since one of those was served.
  logic [7:0] high_passes_q;
  logic [RingCount-1:0] high_priority_q;

  logic low_ready;
  logic chosen_high;

  assign low_ready = (ready_i & ~high_priority_i) != '0;
  assign chosen_high = high_priority_i[index_i];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      high_passes_q <= '0;
      high_priority_q <= '0;
      for (int unsigned i = 0; i < RingCount; i++) begin
        passed_q[i] <= '0;
      end
    end else if (take_i) begin
      chosen_ready: assert (ready_i[index_i]) else $error("a ring was chosen that is not ready");
      high_first: assert (chosen_high || (ready_i & high_priority_i) == '0 || 32'(high_passes_q) == PassesMaximum)
        else $error("low priority was chosen before high");
      passes_bounded: assert (!(chosen_high && low_ready) || 32'(high_passes_q) < PassesMaximum)
        else $error("high priority passed over low more than eight times");
      passes_counted: assert (8'(passes_i) == high_passes_q) else $error("the count of passes is wrong");
      for (int unsigned i = 0; i < RingCount; i++) begin
        // With a new priority the turn begins anew.
        turn_kept: assert (32'(passed_q[i]) < RingCount)
          else $error("ring %0d was passed over %0d times in turn", i, passed_q[i]);
        if (!ready_i[i] || index_i == IndexWidth'(i) || high_priority_i[i] != high_priority_q[i]) begin
          passed_q[i] <= '0;
        end else begin
          passed_q[i] <= (chosen_high == high_priority_i[i]) ? passed_q[i] + 8'd1 : passed_q[i];
        end
      end
      high_priority_q <= high_priority_i;
      high_passes_q <= !chosen_high ? '0 : high_passes_q + 8'(low_ready);
    end
  end

  // ---- what runs should reach ----
  low_after_eight: cover property (@(posedge clk_i) take_i && !chosen_high && (ready_i & high_priority_i) != '0);
  high_over_low: cover property (@(posedge clk_i) take_i && chosen_high && low_ready);
  several_high: cover property (@(posedge clk_i) take_i && chosen_high && $countones(ready_i & high_priority_i) > 1);
  several_low: cover property (@(posedge clk_i) take_i && !chosen_high && $countones(ready_i) > 1);

endmodule
