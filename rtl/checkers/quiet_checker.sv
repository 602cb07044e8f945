// SPDX-License-Identifier: MIT
// Checks on the promise of quiet cycles, bound into mailbox: in a cycle that was promised to be quiet no output changes
// that an observer could tell, nothing is traced, and a promise is not taken back before it has passed, unless an input
// moves. That a skip is not longer than the promise is for the one who skips to check: it is made in the same cycle
// that the next edge ends.

module quiet_checker #(
  parameter int unsigned Sources = 22,
  parameter int unsigned FlagsWidth = 64
) (
  input logic                  clk_i,
  input logic                  rst_ni,
  input logic           [63:0] quiet_cycles_i,
  input logic           [63:0] skip_cycles_i,
  input logic    [Sources-1:0] irq_source_i,
  input logic [FlagsWidth-1:0] doorbell_i,
  input logic            [5:0] trace_valid_i,
  input logic                  bus_valid_i,
  // An access is in progress, or asked for.
  input logic                  access_i,
  // Changes interrupt sources at once.
  input logic                  quiesce_request_i
);

  logic quiet_q;
  // What is left of the promise, before the cycles that were skipped are taken off.
  logic [63:0] promise_q;
  logic [Sources-1:0] irq_source_q;
  logic [FlagsWidth-1:0] doorbell_q;
  logic quiesce_request_q;
  logic input_moves;

  assign input_moves = access_i || quiesce_request_i != quiesce_request_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      quiet_q <= 1'b0;
      promise_q <= '0;
      irq_source_q <= '0;
      doorbell_q <= '0;
      quiesce_request_q <= 1'b0;
    end else begin
      if (promise_q > skip_cycles_i && quiet_cycles_i < promise_q - skip_cycles_i) begin
        promise_kept: assert (input_moves)
          else $error("of %0d quiet cycles %0d are skipped and %0d left", promise_q, skip_cycles_i, quiet_cycles_i);
      end
      // A trace lane tells of its own cycle; what it tells of moves something in the next one.
      if (trace_valid_i != '0) begin
        quiet_untraced: assert (quiet_cycles_i == '0) else $error("something is traced in a quiet cycle");
      end
      if (irq_source_i != irq_source_q || doorbell_i != doorbell_q || bus_valid_i) begin
        quiet_kept: assert (!quiet_q || input_moves)
          else $error("something happened in a cycle that was promised to be quiet");
        irq_source_q <= irq_source_i;
        doorbell_q <= doorbell_i;
      end
      quiet_q <= quiet_cycles_i != '0;
      promise_q <= (quiet_cycles_i == '0) ? '0 : quiet_cycles_i - 64'd1;
      quiesce_request_q <= quiesce_request_i;
    end
  end

endmodule
