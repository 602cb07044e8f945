// SPDX-License-Identifier: MIT
// Checks on one agent, bound into mailbox_frame: the interrupt wire is what its definition says, sources come from
// their causes and stay until cleared, FIFO accesses happen by accesses of this agent only, and a transfer ends by
// exactly one of done and error, with its doorbell in the cycle of done.

module frame_checker #(
  parameter int unsigned Sources = 6
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic               request_i,
  input logic               write_i,
  input logic               push_i,
  input logic               send_full_i,
  input logic               pop_i,
  input logic               receive_empty_i,
  input logic        [31:0] flags_i,
  input logic        [31:0] mask_i,
  input logic               overflow_i,
  input logic               underflow_i,
  input logic               error_i,
  input logic               dma_busy_i,
  input logic               dma_done_i,
  input logic               dma_error_i,
  input logic               dma_status_write_i,
  input logic               dma_start_write_i,
  input logic               dma_end_i,
  input logic        [31:0] dma_ring_i,
  input logic               timer_match_i,
  input logic               timer_pending_i,
  input logic               timer_arm_i,
  input logic               timer_clear_i,
  input logic [Sources-1:0] raw_i,
  input logic [Sources-1:0] enable_i,
  input logic               irq_i
);

  // What raises each source; the order is that of INTERRUPT_STATUS in the register map.
  function automatic logic [Sources-1:0] causes(logic [31:0] flags, logic [31:0] mask, logic empty, logic fifo_error,
                                                logic done, logic error, logic timer);
    return {timer, error, done, fifo_error, !empty, (flags & ~mask) != '0};
  endfunction

  logic irq_q;
  logic [Sources-1:0] raw_q;
  logic request_q;
  logic refused_q;
  logic dma_busy_q;
  logic dma_done_q;
  logic dma_error_q;
  logic dma_status_write_q;
  logic dma_start_write_q;
  logic dma_end_q;
  logic timer_match_q;
  logic timer_pending_q;
  logic timer_arm_q;
  logic timer_clear_q;
  logic overflow_q;
  logic underflow_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      irq_q <= 1'b0;
      raw_q <= '0;
      request_q <= 1'b0;
      refused_q <= 1'b0;
      dma_busy_q <= 1'b0;
      dma_done_q <= 1'b0;
      dma_error_q <= 1'b0;
      dma_status_write_q <= 1'b0;
      dma_start_write_q <= 1'b0;
      dma_end_q <= 1'b0;
      timer_match_q <= 1'b0;
      timer_pending_q <= 1'b0;
      timer_arm_q <= 1'b0;
      timer_clear_q <= 1'b0;
      overflow_q <= 1'b0;
      underflow_q <= 1'b0;
    end else if (request_i || request_q || dma_busy_i || dma_busy_q || timer_match_i || timer_match_q ||
                 raw_i != raw_q || irq_i != irq_q || push_i || pop_i) begin
      // Everything below depends on what the condition above watches: without a change there is nothing to check.
      sources_right: assert (raw_i == causes(flags_i, mask_i, receive_empty_i, overflow_i || underflow_i, dma_done_i,
                                             dma_error_i, timer_pending_i))
        else $error("sources %b do not follow from their causes", raw_i);
      irq_right: assert (irq_i == ((raw_i & enable_i) != '0))
        else $error("irq is %b, sources %b, enabled %b", irq_i, raw_i, enable_i);
      push_right: assert (!push_i || (request_i && write_i && !send_full_i))
        else $error("push into a full FIFO, or unasked");
      pop_right: assert (!pop_i || (request_i && !write_i && !receive_empty_i))
        else $error("pop from an empty FIFO, or unasked");
      error_sticky: assert (!(overflow_i && !overflow_q) || refused_q) else $error("overflow without a refused access");
      error_sticky_pop: assert (!(underflow_i && !underflow_q) || refused_q)
        else $error("underflow without a refused access");
      dma_end_right: assert (!(dma_busy_q && !dma_busy_i) || (dma_end_q && (dma_done_i ^ dma_error_i)))
        else $error("a transfer ended with done %b, error %b", dma_done_i, dma_error_i);
      dma_done_kept: assert (!(dma_done_q && !dma_done_i) || dma_status_write_q || dma_start_write_q)
        else $error("done fell by itself");
      dma_error_kept: assert (!(dma_error_q && !dma_error_i) || dma_status_write_q || dma_start_write_q)
        else $error("error fell by itself");
      dma_ring_at_end: assert (dma_ring_i == '0 || (dma_end_i && dma_busy_i))
        else $error("a ring without an ended transfer");
      timer_kept: assert (!(timer_pending_q && !timer_pending_i) || timer_arm_q || timer_clear_q)
        else $error("a timer interrupt was lost");
      timer_match_wins: assert (!timer_match_q || timer_pending_i || timer_arm_q) else $error("a match was lost");

      irq_q <= irq_i;
      raw_q <= raw_i;
      request_q <= request_i;
      refused_q <= request_i && error_i;
      dma_busy_q <= dma_busy_i;
      dma_done_q <= dma_done_i;
      dma_error_q <= dma_error_i;
      dma_status_write_q <= dma_status_write_i;
      dma_start_write_q <= dma_start_write_i;
      dma_end_q <= dma_end_i;
      timer_match_q <= timer_match_i;
      timer_pending_q <= timer_pending_i;
      timer_arm_q <= timer_arm_i;
      timer_clear_q <= timer_clear_i;
      overflow_q <= overflow_i;
      underflow_q <= underflow_i;
    end
  end

endmodule
