// SPDX-License-Identifier: MIT
// Points that runs should reach in the life of a ring, bound into mailbox_ring.

module ring_cover (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        request_i,
  input logic  [3:0] refusal_i,
  input logic        clear_i,
  input logic        abort_i,
  input logic        hold_i,
  input logic        enable_i,
  input logic        start_i,
  input logic        control_write_i,
  input logic        busy_i,
  input logic        in_work_i,
  input logic        aborting_i,
  input logic        abort_end_i,
  input logic        barrier_i,
  input logic        ready_i,
  input logic        exhausted_i,
  input logic        tail_write_i,
  input logic [15:0] submission_tail_i,
  input logic [15:0] submission_head_i,
  input logic [15:0] submission_size_i,
  input logic [15:0] fetch_i,
  input logic        fetch_take_i,
  input logic [15:0] completion_tail_i,
  input logic [15:0] completion_head_i,
  input logic [15:0] completion_size_i,
  input logic [15:0] reserved_i,
  input logic        completed_i,
  input logic        phase_i,
  input logic        announce_i,
  input logic [15:0] moderation_count_i,
  input logic [31:0] moderation_time_i,
  input logic        counts_i,
  input logic        event_write_i,
  input logic  [5:0] event_data_i,
  input logic  [5:0] event_set_i,
  input logic        fetch_failed_i,
  input logic        completion_failed_i,
  input logic        count_clear_i
);

  import mailbox_registers_pkg::*;

  logic full;
  assign full = reserved_i - completion_head_i == completion_size_i;

  // ---- refusals ----
  refused_address: cover property (@(posedge clk_i) request_i && refusal_i == REFUSAL_CODE_ADDRESS);
  refused_owner: cover property (@(posedge clk_i) request_i && refusal_i == REFUSAL_CODE_OWNER);
  refused_locked: cover property (@(posedge clk_i) request_i && refusal_i == REFUSAL_CODE_LOCKED);
  refused_busy: cover property (@(posedge clk_i) request_i && refusal_i == REFUSAL_CODE_BUSY);
  refused_drain: cover property (@(posedge clk_i) request_i && refusal_i == REFUSAL_CODE_BUSY && !enable_i &&
                                 in_work_i);
  refused_index: cover property (@(posedge clk_i) request_i && refusal_i == REFUSAL_CODE_INDEX);
  refused_disabled: cover property (@(posedge clk_i) request_i && refusal_i == REFUSAL_CODE_DISABLED);

  // ---- indices ----
  ring_full: cover property (@(posedge clk_i) enable_i && submission_tail_i - submission_head_i == submission_size_i);
  slots_wrap: cover property (@(posedge clk_i) fetch_take_i && fetch_i != '0 &&
                              (fetch_i & (submission_size_i - 16'd1)) == '0);
  fetch_wraps: cover property (@(posedge clk_i) fetch_take_i && fetch_i == '1);
  tail_wraps: cover property (@(posedge clk_i) completed_i && completion_tail_i == '1);
  phase_first: cover property (@(posedge clk_i) completed_i && phase_i);
  phase_second: cover property (@(posedge clk_i) completed_i && !phase_i);
  smallest: cover property (@(posedge clk_i) completed_i && submission_size_i == 16'd1 && completion_size_i == 16'd1);
  largest: cover property (@(posedge clk_i) completed_i && submission_size_i == 16'd4096);
  completions_full: cover property (@(posedge clk_i) enable_i && full && !exhausted_i);
  barrier_holds: cover property (@(posedge clk_i) enable_i && barrier_i && !exhausted_i);
  hold_holds: cover property (@(posedge clk_i) enable_i && hold_i && !exhausted_i);
  tail_meets_completion: cover property (@(posedge clk_i) tail_write_i && completed_i);
  clear_meets_completion: cover property (@(posedge clk_i) count_clear_i && completed_i);

  // ---- enable, abort ----
  starts: cover property (@(posedge clk_i) start_i);
  disabled_while_busy: cover property (@(posedge clk_i) control_write_i && enable_i && in_work_i);
  drains: cover property (@(posedge clk_i) !enable_i && in_work_i && !aborting_i);
  aborted_idle: cover property (@(posedge clk_i) aborting_i && !in_work_i && !abort_i);
  aborted_busy: cover property (@(posedge clk_i) aborting_i && in_work_i && !abort_i);
  aborted_by_reset: cover property (@(posedge clk_i) abort_end_i && abort_i);
  completes_while_aborting: cover property (@(posedge clk_i) aborting_i && completed_i);
  cleared_enabled: cover property (@(posedge clk_i) clear_i && !busy_i);
  waits_ready: cover property (@(posedge clk_i) ready_i && !fetch_take_i);

  // ---- events ----
  fetch_fails: cover property (@(posedge clk_i) fetch_failed_i);
  fetch_fails_aborting: cover property (@(posedge clk_i) fetch_failed_i && aborting_i);
  completion_fails: cover property (@(posedge clk_i) completion_failed_i);
  completion_fails_aborting: cover property (@(posedge clk_i) completion_failed_i && aborting_i);
  announced_by_count: cover property (@(posedge clk_i) announce_i && counts_i && moderation_count_i > 16'd1);
  announced_by_time: cover property (@(posedge clk_i) announce_i && !counts_i && moderation_time_i != '0);
  announced_disabled: cover property (@(posedge clk_i) announce_i && !enable_i);
  for (genvar i = 0; i < 6; i++) begin : gen_event
    event_set: cover property (@(posedge clk_i) event_set_i[i]);
    event_cleared: cover property (@(posedge clk_i) event_write_i && event_data_i[i]);
  end
  completion_meets_clear: cover property (@(posedge clk_i) event_write_i && event_data_i[0] && event_set_i[0]);

  logic unused_reset;
  assign unused_reset = rst_ni;

endmodule
