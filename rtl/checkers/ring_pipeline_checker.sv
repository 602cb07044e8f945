// SPDX-License-Identifier: MIT
// Checks on what serves the rings, bound into mailbox_ring_pipeline: each message that begins has one completion or is
// dropped with its ring; a completion comes after the answers to its payload, and events only with the answer to the
// completion; the payload of two messages never overlaps; nothing of a ring begins after its abort.

module ring_pipeline_checker #(
  parameter int unsigned RingCount = 4,
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input logic                  clk_i,
  input logic                  rst_ni,
  input logic  [RingCount-1:0] aborting_i,
  input logic  [RingCount-1:0] drop_i,
  input logic                  choice_take_i,
  input logic                  fetch_grant_i,
  input logic [IndexWidth-1:0] fetch_ring_i,
  input logic                  take_i,
  input logic                  held_first_i,
  input logic                  held_last_i,
  input logic                  held_fence_i,
  input logic [IndexWidth-1:0] held_ring_i,
  input logic                  descriptor_read_i,
  input logic                  segment_start_i,
  input logic                  move_i,
  input logic                  move_abort_i,
  input logic                  move_active_i,
  input logic                  payload_r_pending_i,
  input logic                  payload_b_pending_i,
  input logic                  ar_grant_i,
  input logic                  aw_grant_i,
  input logic                  w_granted_i,
  input logic            [7:0] w_strobe_i,
  input logic                  complete_i,
  input logic [IndexWidth-1:0] engine_ring_i,
  input logic                  engine_occupied_i,
  input logic                  engine_drop_i,
  input logic                  chain_fetch_failed_i,
  input logic                  completion_occupied_i,
  input logic [IndexWidth-1:0] completion_ring_i,
  input logic                  completion_grant_i,
  input logic                  completion_pending_i,
  input logic                  answered_i,
  input logic                  completion_b_valid_i,
  input logic  [RingCount-1:0] completed_i,
  input logic  [RingCount-1:0] completion_failed_i,
  input logic           [15:0] descriptors_i
);

  logic blank_q;
  // Messages that were taken and neither completed nor dropped: at most one.
  logic open_q;
  logic owed_q;
  // The message in work has a descriptor that could not be read.
  logic failed_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      blank_q <= 1'b0;
      open_q <= 1'b0;
      owed_q <= 1'b0;
      failed_q <= 1'b0;
    end else if (fetch_grant_i || take_i || engine_occupied_i || completion_occupied_i || open_q || owed_q ||
                 choice_take_i || answered_i) begin
      no_fetch_after_abort: assert (!fetch_grant_i || !drop_i[fetch_ring_i])
        else $error("a descriptor is read for a ring that is being aborted");
      no_payload_after_abort: assert (!move_abort_i || !(ar_grant_i || aw_grant_i))
        else $error("a payload burst begins after an abort");
      no_strobe_after_abort: assert (!(blank_q && w_granted_i) || w_strobe_i == '0)
        else $error("a payload beat with strobes after an abort");
      no_completion_after_abort: assert (!completion_grant_i || !drop_i[completion_ring_i])
        else $error("a completion begins after an abort");
      if (take_i) begin
        fence_kept: assert (!(held_first_i && held_fence_i && completion_occupied_i &&
                              completion_ring_i == held_ring_i))
          else $error("a message with a fence begins before the completion of an earlier one was answered");
        one_message: assert (held_first_i ? !open_q || complete_i : open_q && engine_ring_i == held_ring_i)
          else $error("a message begins before the one in work was completed or dropped");
        chain_fetched: assert (held_last_i || fetch_grant_i)
          else $error("the next descriptor of a message was not asked for when the one before was taken");
      end
      // The next descriptor is asked for when this one is taken, at the earliest: its beats come later.
      one_trace: assert (!(descriptor_read_i && segment_start_i)) else $error("two events for one lane of the trace");
      if (move_i) begin
        payload_apart: assert (!payload_r_pending_i && !payload_b_pending_i && !move_active_i)
          else $error("a segment begins before the answers to the one before");
      end
      if (complete_i) begin
        payload_answered: assert (!payload_r_pending_i && !payload_b_pending_i && !move_active_i)
          else $error("a completion before the answers to its payload");
        completed_once: assert (open_q && !(completion_occupied_i && !answered_i))
          else $error("a completion without a message, or over another one");
        descriptors_counted: assert (descriptors_i != '0 && descriptors_i <= 16'd4096)
          else $error("a message of %0d descriptors", descriptors_i);
      end
      answer_asked: assert (!completion_b_valid_i || (owed_q && completion_pending_i))
        else $error("the answer to a completion that was not written");
      event_after_answer: assert ((completed_i == '0 && completion_failed_i == '0) ||
                                  (completion_b_valid_i && completion_pending_i))
        else $error("a message counts before its completion was answered");
      dropped_with_cause: assert (!engine_drop_i || failed_q || drop_i[engine_ring_i])
        else $error("a message was dropped without a cause");
      not_lost: assert (!open_q || engine_occupied_i) else $error("a message in work was lost");
      blank_q <= move_abort_i && aborting_i[engine_ring_i];
      open_q <= (take_i && held_first_i) || (open_q && !complete_i && !engine_drop_i);
      failed_q <= chain_fetch_failed_i || (failed_q && !engine_drop_i);
      owed_q <= completion_grant_i || (owed_q && !answered_i);
    end
  end

endmodule
