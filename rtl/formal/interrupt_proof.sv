// SPDX-License-Identifier: MIT
// Interrupts of one agent: each wire is what its definition says, in every cycle, and every edge leads to a message.
//
// Causes and register writes are free. Assumed, as the agent and the memory port see to it: a message is offered only
// when asked for and answered only once it was offered; a reset comes when nothing is on its way; the strobes of
// different registers do not come together, nor in the cycle of a reset.

module interrupt_proof #(
  parameter int unsigned Sources = 11
) (
  input logic               clk_i,
  input logic               clear_i,
  input logic [Sources-1:0] causes_i,
  input logic         [2:0] register_i,
  input logic [Sources-1:0] write_data_i,
  input logic               hold_i,
  input logic               message_offered_i,
  input logic               message_done_i,
  input logic               message_error_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic [Sources-1:0] status_shown;
  logic [Sources-1:0] enable_shown;
  logic [Sources-1:0] wires;
  logic moving;
  logic message_enable_shown;
  logic message_pending_shown;
  logic message_failed_shown;
  logic message_request;
  logic message_busy;

  // ---- what the registers say ----
  logic set_write;
  logic clear_write;
  logic test_write;
  logic message_write;
  logic [Sources-1:0] enable_q;
  logic [Sources-1:0] test_q;
  logic [Sources-1:0] status;
  logic [Sources-1:0] wires_q;

  assign set_write = register_i == 3'd1 && !clear_i;
  assign clear_write = register_i == 3'd2 && !clear_i;
  assign test_write = register_i == 3'd3 && !clear_i;
  assign message_write = register_i == 3'd4 && !clear_i;
  assign status = test_q | causes_i;

  mailbox_interrupts #(
    .Sources(Sources)
  ) u_interrupts (
    .clk_i,
    .rst_ni(started_q),
    .clear_i,
    .causes_i,
    .test_i(test_q),
    .enable_set_write_i(set_write),
    .enable_set_data_i(write_data_i),
    .enable_clear_write_i(clear_write),
    .enable_clear_data_i(write_data_i),
    .status_o(status_shown),
    .enable_o(enable_shown),
    .pending_o(wires),
    .moving_o(moving),
    .hold_i,
    .message_control_write_i(message_write),
    .message_enable_data_i(write_data_i[0]),
    .message_enable_o(message_enable_shown),
    .message_pending_o(message_pending_shown),
    .message_failed_o(message_failed_shown),
    .message_request_o(message_request),
    .message_offered_i,
    .message_done_i,
    .message_error_i,
    .message_busy_o(message_busy)
  );

  (* hierconn *) logic \u_interrupts.wanted_q ;

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      enable_q <= '0;
      test_q <= '0;
      wires_q <= '0;
    end else begin
      wires_q <= wires;
      enable_q <= clear_i ? '0 : (enable_q | (set_write ? write_data_i[Sources-1:0] : '0)) &
                                    ~(clear_write ? write_data_i[Sources-1:0] : '0);
      test_q <= clear_i ? '0 : (test_write ? write_data_i[Sources-1:0] : test_q);
    end
  end

  // ---- messages ----
  logic message_enable_q;
  logic cause;
  logic drop;
  // An edge that no message on offer covers, and a message that was offered and not answered.
  logic owed_q;
  logic sent_q;
  logic failed_q;

  assign cause = (message_enable_q && (wires & ~wires_q) != '0) ||
                 (message_write && write_data_i[0] && wires != '0);
  assign drop = clear_i || (message_write && !write_data_i[0]);

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      message_enable_q <= 1'b0;
      owed_q <= 1'b0;
      sent_q <= 1'b0;
      failed_q <= 1'b0;
    end else begin
      message_enable_q <= !clear_i && (message_write ? write_data_i[0] : message_enable_q);
      owed_q <= (owed_q || cause) && !drop && !message_offered_i;
      sent_q <= message_offered_i || (sent_q && !message_done_i);
      failed_q <= !clear_i && (message_done_i ? message_error_i : failed_q);
    end
  end

  always_comb begin
    assume (!message_offered_i || message_request);
    assume (!message_done_i || sent_q);
    assume (!(clear_i && sent_q));
    if (started_q) begin
      wire_is_definition: assert (wires == (status & enable_q));
      status_shows_sources: assert (status_shown == status);
      enable_shows_writes: assert (enable_shown == enable_q);
      change_is_told: assert (moving == (wires != wires_q));
      message_shown: assert (message_pending_shown == (owed_q || sent_q));
      message_for_each_edge: assert (message_request == (owed_q && !sent_q && !hold_i));
      message_known: assert (\u_interrupts.wanted_q  == owed_q && message_busy == sent_q);
      message_result: assert (message_failed_shown == failed_q);
      message_enabled: assert (message_enable_shown == message_enable_q);
      test_wire: cover (wires[3] && test_q[3] && !causes_i[3]);
      all_wires: cover (wires == '1);
      edge_while_sent: cover (sent_q && owed_q && message_done_i);
      reset_with_wires: cover (clear_i && wires != '0);
      rearmed: cover (message_write && cause && !((wires & ~wires_q) != '0));
    end
  end

endmodule
