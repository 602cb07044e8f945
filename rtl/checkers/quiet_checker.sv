// SPDX-License-Identifier: MIT
// Checks on the promise of quiet cycles, bound into mailbox: in a cycle that was promised to be quiet no output changes
// that an observer could tell, and a promise is not taken back before it has passed, unless an access comes. That a skip
// is not longer than the promise is for the one who skips to check: it is made in the same cycle that the next edge ends.

module quiet_checker (
  input logic        clk_i,
  input logic        rst_ni,
  input logic [63:0] quiet_cycles_i,
  input logic [63:0] skip_cycles_i,
  input logic  [1:0] irq_i,
  input logic [63:0] doorbell_i,
  input logic [15:0] fifo_level_i,
  input logic  [4:0] dma_state_i,
  input logic        bus_valid_i,
  // An access is in progress, or asked for.
  input logic        access_i
);

  logic quiet_q;
  // What is left of the promise, before and after the cycles that were skipped.
  logic [63:0] promise_q;
  logic [63:0] promise;
  logic [1:0] irq_q;
  logic [63:0] doorbell_q;
  logic [15:0] fifo_level_q;
  logic [4:0] dma_state_q;

  assign promise = (promise_q > skip_cycles_i) ? promise_q - skip_cycles_i : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      quiet_q <= 1'b0;
      promise_q <= '0;
      irq_q <= '0;
      doorbell_q <= '0;
      fifo_level_q <= '0;
      dma_state_q <= '0;
    end else begin
      if (quiet_cycles_i < promise) begin
        promise_kept: assert (access_i)
          else $error("%0d more quiet cycles were promised, %0d are left", promise, quiet_cycles_i);
      end
      if (irq_i != irq_q || doorbell_i != doorbell_q || fifo_level_i != fifo_level_q || dma_state_i != dma_state_q ||
          bus_valid_i) begin
        quiet_kept: assert (!quiet_q) else $error("something happened in a cycle that was promised to be quiet");
        irq_q <= irq_i;
        doorbell_q <= doorbell_i;
        fifo_level_q <= fifo_level_i;
        dma_state_q <= dma_state_i;
      end
      quiet_q <= quiet_cycles_i != '0;
      promise_q <= (quiet_cycles_i == '0) ? '0 : quiet_cycles_i - 64'd1;
    end
  end

endmodule
