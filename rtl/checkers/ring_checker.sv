// SPDX-License-Identifier: MIT
// Checks on one ring, bound into mailbox_ring: the indices are those that a ring can have, nothing of it begins once it
// is being aborted or has failed, and an event has its cause.

module ring_checker (
  input logic        clk_i,
  input logic        rst_ni,
  // What is computed of the ring, sizes above all, is computed in this cycle.
  input logic        awake_i,
  input logic        clear_i,
  input logic        enable_i,
  input logic        in_work_i,
  input logic        aborting_i,
  input logic        abort_end_i,
  input logic        drop_i,
  input logic        barrier_i,
  input logic [15:0] submission_tail_i,
  input logic [15:0] submission_head_i,
  input logic [15:0] fetch_i,
  input logic [15:0] submission_size_i,
  input logic [15:0] completion_tail_i,
  input logic [15:0] completion_head_i,
  input logic [15:0] reserved_i,
  input logic [15:0] completion_size_i,
  input logic [15:0] high_water_mark_i,
  input logic        fetch_take_i,
  input logic        message_take_i,
  input logic        completed_i,
  input logic [15:0] completed_descriptors_i,
  input logic        completion_event_i,
  input logic        announce_i
);

  // Three slots: descriptor, payload, completion.
  localparam logic [15:0] MessagesInWorkMaximum = 16'd3;

  logic drop_q;
  logic completion_event_q;
  logic announce_q;
  logic cleared_q;
  logic [3:0] idle_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      drop_q <= 1'b0;
      completion_event_q <= 1'b0;
      announce_q <= 1'b0;
      cleared_q <= 1'b0;
      idle_q <= '0;
    end else if (awake_i || clear_i || announce_i || drop_q || announce_q || cleared_q ||
                 completion_event_i != completion_event_q) begin
      // Once a ring is disabled its indices stay, and its size may be changed under them.
      indices_legal: assert (!enable_i || !awake_i || (submission_tail_i - submission_head_i <= submission_size_i &&
                                           fetch_i - submission_head_i <= submission_tail_i - submission_head_i))
        else $error("submission indices: head %0d, read %0d, tail %0d", submission_head_i, fetch_i, submission_tail_i);
      slots_legal: assert (!enable_i || !awake_i || (completion_tail_i - completion_head_i <= completion_size_i &&
                                         reserved_i - completion_head_i <= completion_size_i))
        else $error("a message without a slot for its completion");
      in_work_bounded: assert (!enable_i || reserved_i - completion_tail_i <= MessagesInWorkMaximum)
        else $error("more messages in work than there are slots");
      high_water_right: assert (!enable_i || !awake_i || (high_water_mark_i <= submission_size_i &&
                                              high_water_mark_i >= submission_tail_i - submission_head_i))
        else $error("high-water mark %0d", high_water_mark_i);
      work_counted: assert (!enable_i || aborting_i || reserved_i == completion_tail_i || in_work_i)
        else $error("a message was lost");
      if (fetch_take_i) begin
        take_legal: assert (!drop_i && fetch_i != submission_tail_i)
          else $error("a descriptor is read that nobody submitted, or of a ring that is being aborted");
        message_legal: assert (!message_take_i || (enable_i && !barrier_i))
          else $error("a message begins on a ring that is disabled or behind a barrier");
      end
      if (completed_i) begin
        completion_owed: assert (reserved_i != completion_tail_i && completed_descriptors_i != '0 &&
                                 completed_descriptors_i <= fetch_i - submission_head_i)
          else $error("a completion without a message");
      end
      abort_empty: assert (!abort_end_i || !in_work_i) else $error("an abort ends while something is in work");
      abort_bounded: assert (idle_q < 4'd8) else $error("an abort does not end");
      announced_with_cause: assert (!completion_event_i || completion_event_q || announce_q)
        else $error("the completion event rises without a cause");
      announce_kept: assert (!announce_q || completion_event_i || cleared_q)
        else $error("an announcement was lost");
      drop_q <= drop_i;
      completion_event_q <= completion_event_i;
      announce_q <= announce_i;
      cleared_q <= clear_i;
      idle_q <= (aborting_i && !in_work_i && !abort_end_i) ? idle_q + 4'd1 : '0;
    end
  end

endmodule
