// SPDX-License-Identifier: MIT
// Functional points of one agent, bound into mailbox_agent: message interrupts, timer, resets, quiesce, locks, and each
// reason for which its window refuses.

module agent_cover #(
  parameter int unsigned Sources = 11
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic               access_i,
  input logic         [3:0] access_code_i,
  input logic               request_i,
  input logic [Sources-1:0] irq_source_i,
  input logic [Sources-1:0] test_i,
  input logic               message_control_write_i,
  input logic               message_enable_data_i,
  input logic               message_enable_i,
  input logic               message_request_i,
  input logic               message_pending_i,
  input logic               message_failed_i,
  input logic               message_offered_i,
  input logic               message_done_i,
  input logic               message_error_i,
  input logic               message_busy_i,
  input logic               hold_i,
  input logic               timer_match_i,
  input logic               timer_pending_i,
  input logic               timer_write_i,
  input logic               timer_clear_i,
  input logic               timer_periodic_i,
  input logic        [63:0] cycle_i,
  input logic        [63:0] compare_i,
  input logic               resetting_i,
  input logic               reset_done_i,
  input logic               rings_busy_i,
  input logic               peer_reset_write_i,
  input logic         [7:0] peer_reset_i,
  input logic         [7:0] peer_resets_i,
  input logic               quiesce_request_i,
  input logic               quiesced_i,
  input logic               refused_i,
  input logic               count_clear_i,
  input logic         [2:0] lock_i
);

  logic [Sources-1:0] irq_source_q;
  logic [Sources-1:0] risen;

  assign risen = irq_source_i & ~irq_source_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      irq_source_q <= '0;
    end else begin
      irq_source_q <= irq_source_i;
    end
  end

  for (genvar s = 0; s < Sources; s++) begin : g_source
    rises: cover property (@(posedge clk_i) rst_ni && irq_source_i[s] && !irq_source_q[s]);
    falls: cover property (@(posedge clk_i) rst_ni && !irq_source_i[s] && irq_source_q[s]);
    rises_untested: cover property (@(posedge clk_i) rst_ni && irq_source_i[s] && !irq_source_q[s] && !test_i[s]);
  end

  // Codes of OPERATION.md; 0 is an accepted access.
  for (genvar c = 0; c < 12; c++) begin : g_code
    answered: cover property (@(posedge clk_i) rst_ni && access_i && access_code_i == 4'(c));
  end
  refused_here: cover property (@(posedge clk_i) rst_ni && request_i && access_code_i != '0);
  refused_while_recorded: cover property (@(posedge clk_i) rst_ni && access_i && access_code_i != '0 && refused_i);
  counters_cleared: cover property (@(posedge clk_i) rst_ni && count_clear_i);

  message_by_edge: cover property (@(posedge clk_i) rst_ni && message_enable_i && risen != '0);
  message_by_write: cover property (@(posedge clk_i) rst_ni && message_control_write_i && message_enable_data_i &&
    irq_source_i != '0 && risen == '0);
  message_by_write_of_nothing: cover property (@(posedge clk_i) rst_ni && message_control_write_i &&
    message_enable_data_i && irq_source_i == '0);
  message_dropped: cover property (@(posedge clk_i) rst_ni && message_control_write_i && !message_enable_data_i &&
    message_pending_i && !message_busy_i && !message_offered_i);
  message_too_late_to_drop: cover property (@(posedge clk_i) rst_ni && message_control_write_i &&
    !message_enable_data_i && (message_busy_i || message_offered_i));
  message_dropped_with_its_cause: cover property (@(posedge clk_i) rst_ni && message_control_write_i &&
    !message_enable_data_i && message_enable_i && risen != '0);
  message_cause_when_offered: cover property (@(posedge clk_i) rst_ni && message_offered_i && risen != '0);
  message_cause_while_sent: cover property (@(posedge clk_i) rst_ni && message_busy_i && message_enable_i && risen != '0);
  message_cause_when_answered: cover property (@(posedge clk_i) rst_ni && message_done_i && message_enable_i && risen != '0);
  message_causes_count_once: cover property (@(posedge clk_i) rst_ni && message_request_i && risen != '0);
  message_held: cover property (@(posedge clk_i) rst_ni && message_pending_i && !message_busy_i && hold_i);
  message_answered_with_error: cover property (@(posedge clk_i) rst_ni && message_done_i && message_error_i);
  message_good_after_error:
    cover property (@(posedge clk_i) rst_ni && message_done_i && !message_error_i && message_failed_i);

  timer_matches: cover property (@(posedge clk_i) rst_ni && timer_match_i && cycle_i == compare_i);
  timer_matches_late: cover property (@(posedge clk_i) rst_ni && timer_match_i && cycle_i > compare_i);
  timer_periodic: cover property (@(posedge clk_i) rst_ni && timer_match_i && timer_periodic_i);
  timer_match_collides_with_clear: cover property (@(posedge clk_i) rst_ni && timer_match_i && timer_clear_i);
  timer_match_collides_with_arming: cover property (@(posedge clk_i) rst_ni && timer_match_i && timer_write_i);
  timer_armed_while_pending: cover property (@(posedge clk_i) rst_ni && timer_pending_i && timer_write_i);
  timer_matches_while_pending: cover property (@(posedge clk_i) rst_ni && timer_match_i && timer_pending_i);

  reset_collides_with_match: cover property (@(posedge clk_i) rst_ni && reset_done_i && timer_match_i);
  reset_waits_for_rings: cover property (@(posedge clk_i) rst_ni && resetting_i && rings_busy_i);
  reset_waits_for_message: cover property (@(posedge clk_i) rst_ni && resetting_i && message_busy_i);
  reset_refuses_write: cover property (@(posedge clk_i) rst_ni && resetting_i && access_i &&
    access_code_i == mailbox_registers_pkg::REFUSAL_CODE_RESETTING);
  reset_lets_read: cover property (@(posedge clk_i) rst_ni && resetting_i && request_i && access_code_i == '0);
  reset_of_locked: cover property (@(posedge clk_i) rst_ni && reset_done_i && lock_i != '0);
  reset_while_quiesced: cover property (@(posedge clk_i) rst_ni && reset_done_i && hold_i && quiesced_i);
  reset_of_both: cover property (@(posedge clk_i) rst_ni && reset_done_i && peer_resets_i != '0);
  peer_reset_again: cover property (@(posedge clk_i) rst_ni && (peer_resets_i & peer_reset_i) != '0);
  peer_reset_collides_with_clear:
    cover property (@(posedge clk_i) rst_ni && peer_resets_i != '0 && peer_reset_write_i);
  quiesced_by_wire: cover property (@(posedge clk_i) rst_ni && quiesce_request_i && quiesced_i);
  quiesced_by_command: cover property (@(posedge clk_i) rst_ni && !quiesce_request_i && quiesced_i);
  quiesce_waits: cover property (@(posedge clk_i) rst_ni && hold_i && !resetting_i && rings_busy_i);

endmodule
