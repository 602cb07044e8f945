// SPDX-License-Identifier: MIT
// Checks on one agent, bound into mailbox_agent: its wires are what their definition says, and so is each source; a
// message is sent only if it is asked for and once; locked registers do not change; a soft reset ends when the memory
// port owes nothing more, and leaves reset values.

module agent_checker #(
  parameter int unsigned Sources = 11
) (
  input logic               clk_i,
  input logic               rst_ni,

  // An access to the control frame; a wire that is not what it was in the cycle before.
  input logic               request_i,
  input logic               wires_moving_i,

  // Causes in the order of INTERRUPT_STATUS, the lowest first.
  input logic               doorbell_i,
  input logic               doorbell_acknowledge_i,
  input logic               fifo_receive_i,
  input logic               fifo_space_i,
  input logic               fifo_error_i,
  input logic               ring_completion_i,
  input logic               ring_error_i,
  input logic               timer_pending_i,
  input logic         [7:0] peer_reset_i,
  input logic               refused_i,
  input logic               quiesced_i,
  input logic [Sources-1:0] test_i,
  input logic [Sources-1:0] status_i,
  input logic [Sources-1:0] enable_i,
  input logic [Sources-1:0] irq_source_i,

  input logic               message_enable_i,
  input logic               message_pending_i,
  input logic               message_request_i,
  input logic               message_offered_i,
  input logic               message_done_i,
  input logic               message_busy_i,
  input logic        [95:0] message_set_up_i,
  input logic         [2:0] lock_i,

  input logic               resetting_i,
  input logic               hold_i,
  input logic               memory_busy_i,
  input logic               rings_busy_i,
  input logic               reset_done_i
);

  logic [95:0] message_set_up_q;
  logic [2:0] lock_q;
  logic request_q;
  logic reset_done_q;
  logic resetting_q;

  // The causes are put together where they are looked at only.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      message_set_up_q <= '0;
      lock_q <= '0;
      request_q <= 1'b0;
      reset_done_q <= 1'b0;
      resetting_q <= 1'b0;
    end else if (request_i || request_q || wires_moving_i || message_request_i || message_busy_i || message_offered_i ||
                 message_done_i || resetting_i || resetting_q || reset_done_q) begin
      status_right: assert (status_i == ({quiesced_i, refused_i, peer_reset_i != '0, timer_pending_i, ring_error_i,
                                          ring_completion_i, fifo_error_i, fifo_space_i, fifo_receive_i,
                                          doorbell_acknowledge_i, doorbell_i} | test_i))
        else $error("status %b is not what its causes say", status_i);
      wires_right: assert (irq_source_i == (status_i & enable_i))
        else $error("wires %b, status %b, enabled %b", irq_source_i, status_i, enable_i);

      message_asked_for: assert (!message_offered_i || message_request_i) else $error("a message that nobody asked for");
      message_once: assert (!message_offered_i || !message_busy_i) else $error("a message during another");
      message_answer: assert (!message_done_i || message_busy_i) else $error("an answer without a message");
      message_held: assert (!message_request_i || !hold_i) else $error("a message while it must be quiet");
      message_shown: assert (message_pending_i || !(message_request_i || message_busy_i))
        else $error("a message that is not shown as pending");

      message_locked: assert (!lock_q[0] || message_set_up_i == message_set_up_q || reset_done_q)
        else $error("a locked message register changed");
      lock_kept: assert ((lock_q & ~lock_i) == '0) else $error("a lock fell");

      reset_ends: assert (reset_done_i == (resetting_i && !memory_busy_i)) else $error("the reset ends at the wrong time");
      reset_waits: assert (!reset_done_i || !(rings_busy_i || message_busy_i))
        else $error("the reset did not wait for the memory port");
      reset_values: assert (!reset_done_q || (!resetting_i && enable_i == '0 && test_i == '0 && !message_enable_i &&
                                              !message_pending_i && message_set_up_i == '0 && !timer_pending_i &&
                                              !refused_i && !doorbell_i && !doorbell_acknowledge_i))
        else $error("something outlived the reset");

      message_set_up_q <= message_set_up_i;
      lock_q <= lock_i;
      request_q <= request_i;
      reset_done_q <= reset_done_i;
      resetting_q <= resetting_i;
    end
  end

endmodule
