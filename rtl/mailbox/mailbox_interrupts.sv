// SPDX-License-Identifier: MIT
// Interrupts of one agent: which sources are enabled, what drives the wires, and when a message is asked for.
//
// A message belongs to an edge: to each source that becomes pending, and to the write with which a handler ends while
// something is pending still. Edges that come before the message is on its way are covered by it. One that comes later
// is not, since the handler may have looked already: another message follows.

module mailbox_interrupts #(
  parameter int unsigned Sources = 11
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               clear_i,

  input  logic [Sources-1:0] causes_i,
  input  logic [Sources-1:0] test_i,
  input  logic               enable_set_write_i,
  input  logic [Sources-1:0] enable_set_data_i,
  input  logic               enable_clear_write_i,
  input  logic [Sources-1:0] enable_clear_data_i,
  output logic [Sources-1:0] status_o,
  output logic [Sources-1:0] enable_o,
  output logic [Sources-1:0] pending_o,
  // A source's wire is not what it was in the cycle before.
  output logic               moving_o,

  // Message interrupt: its control register, and the sender of messages. Nothing new is asked for while hold_i.
  input  logic               hold_i,
  input  logic               message_control_write_i,
  input  logic               message_enable_data_i,
  output logic               message_enable_o,
  output logic               message_pending_o,
  output logic               message_failed_o,
  output logic               message_request_o,
  input  logic               message_offered_i,
  input  logic               message_done_i,
  input  logic               message_error_i,
  // The message is on the memory port.
  output logic               message_busy_o
);

  logic [Sources-1:0] enable_q;
  logic [Sources-1:0] pending;
  logic [Sources-1:0] pending_q;

  assign status_o = causes_i | test_i;
  assign pending = status_o & enable_q;
  assign pending_o = pending;
  assign enable_o = enable_q;
  assign moving_o = pending != pending_q;

  // ---- messages ----
  logic message_enable_q;
  logic wanted_q;
  logic busy_q;
  logic failed_q;
  logic active;
  logic cause;
  logic drop;

  // Nothing here moves in any other cycle.
  assign active = moving_o || clear_i || enable_set_write_i || enable_clear_write_i || message_control_write_i;
  assign cause = (message_enable_q && (pending & ~pending_q) != '0) ||
                 (message_control_write_i && message_enable_data_i && pending != '0);
  assign drop = message_control_write_i && !message_enable_data_i;

  assign message_enable_o = message_enable_q;
  assign message_pending_o = wanted_q || busy_q;
  assign message_failed_o = failed_q;
  assign message_request_o = wanted_q && !busy_q && !hold_i;
  assign message_busy_o = busy_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      enable_q <= '0;
      pending_q <= '0;
      message_enable_q <= 1'b0;
      wanted_q <= 1'b0;
      busy_q <= 1'b0;
      failed_q <= 1'b0;
    end else if (active || message_offered_i || message_done_i) begin
      enable_q <= clear_i ? '0 :
          (enable_q | (enable_set_write_i ? enable_set_data_i : '0)) & ~(enable_clear_write_i ? enable_clear_data_i : '0);
      pending_q <= pending;
      message_enable_q <= (clear_i || message_control_write_i) ? !clear_i && message_enable_data_i : message_enable_q;
      wanted_q <= (wanted_q || cause) && !clear_i && !drop && !message_offered_i;
      busy_q <= (message_offered_i || message_done_i) ? message_offered_i : busy_q;
      failed_q <= (clear_i || message_done_i) ? !clear_i && message_error_i : failed_q;
    end
  end

endmodule
