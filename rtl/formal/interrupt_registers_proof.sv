// SPDX-License-Identifier: MIT
// Interrupts of one agent from its register port to its wires: a wire is (cause or test) and enable, as the writes of the
// registers set them, and every read of a register shows what the wires do in that very cycle.
//
// Everything is free: causes, accesses, resets, messages, time. The agent is the real one, decoder included.

module interrupt_registers_proof #(
  parameter int unsigned Sources = 11
) (
  input logic        clk_i,
  input logic        request_i,
  input logic        write_i,
  input logic [11:0] address_i,
  input logic [31:0] write_data_i,
  input logic        access_i,
  input logic  [3:0] access_code_i,
  input logic [15:0] access_offset_i,
  input logic  [7:0] requester_i,
  input logic [63:0] cycle_i,
  input logic  [6:0] causes_i,
  input logic        quiesce_request_i,
  input logic        rings_busy_i,
  input logic        peer_done_i,
  input logic        message_offered_i,
  input logic        message_done_i,
  input logic        message_error_i,
  input logic        completed_i,
  input logic [31:0] completed_bytes_i,
  input logic        read_stall_i,
  input logic        write_stall_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic [31:0] read_data;
  logic [3:0] refusal;
  logic reset_done;
  logic resetting;
  logic hold;
  logic memory_busy;
  logic lock_owner;
  logic lock_ring;
  logic count_clear;
  logic message_request;
  logic [63:0] message_address;
  logic [31:0] message_data;
  logic timer_match;
  logic [63:0] timer_quiet;
  logic moving;
  logic [Sources-1:0] wires;

  mailbox_agent #(
    .Agent(0),
    .Agents(2),
    .Sources(Sources)
  ) u_agent (
    .clk_i,
    .rst_ni(started_q),
    .request_i,
    .write_i,
    .address_i,
    .write_data_i,
    .read_data_o(read_data),
    .refusal_o(refusal),
    .access_i,
    .access_code_i,
    .access_offset_i,
    .requester_i,
    .cycle_i,
    .doorbell_i(causes_i[0]),
    .doorbell_acknowledge_i(causes_i[1]),
    .fifo_receive_i(causes_i[2]),
    .fifo_space_i(causes_i[3]),
    .fifo_error_i(causes_i[4]),
    .ring_completion_i(causes_i[5]),
    .ring_error_i(causes_i[6]),
    .quiesce_request_i,
    .rings_busy_i,
    .resets_i({peer_done_i, reset_done}),
    .reset_done_o(reset_done),
    .resetting_o(resetting),
    .hold_o(hold),
    .memory_busy_o(memory_busy),
    .lock_owner_o(lock_owner),
    .lock_ring_o(lock_ring),
    .count_clear_o(count_clear),
    .message_request_o(message_request),
    .message_address_o(message_address),
    .message_data_o(message_data),
    .message_offered_i,
    .message_done_i,
    .message_error_i,
    .completed_i,
    .completed_bytes_i,
    .read_stall_i,
    .write_stall_i,
    .timer_match_o(timer_match),
    .timer_quiet_o(timer_quiet),
    .moving_o(moving),
    .irq_source_o(wires)
  );

  (* hierconn *) logic [Sources-1:0] \u_agent.u_interrupts.enable_q ;
  (* hierconn *) logic [Sources-1:0] \u_agent.test ;
  (* hierconn *) logic \u_agent.timer_pending ;
  (* hierconn *) logic [7:0] \u_agent.peer_reset ;
  (* hierconn *) logic [31:0] \u_agent.refused ;
  (* hierconn *) logic \u_agent.quiesced ;

  // The registers, by their writes alone.
  logic accepted_write;
  logic read;
  logic [Sources-1:0] enable_q;
  logic [Sources-1:0] test_q;
  logic [Sources-1:0] status;

  assign accepted_write = request_i && write_i;
  assign read = request_i && !write_i;
  assign status = test_q | {\u_agent.quiesced , \u_agent.refused [mailbox_registers_pkg::REFUSAL_VALID_LOW],
                            \u_agent.peer_reset  != '0, \u_agent.timer_pending , causes_i};

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      enable_q <= '0;
      test_q <= '0;
    end else if (reset_done) begin
      enable_q <= '0;
      test_q <= '0;
    end else if (accepted_write) begin
      if (address_i == mailbox_registers_pkg::INTERRUPT_ENABLE_SET_OFFSET) begin
        enable_q <= enable_q | write_data_i[Sources-1:0];
      end
      if (address_i == mailbox_registers_pkg::INTERRUPT_ENABLE_CLEAR_OFFSET) begin
        enable_q <= enable_q & ~write_data_i[Sources-1:0];
      end
      if (address_i == mailbox_registers_pkg::INTERRUPT_TEST_OFFSET) begin
        test_q <= write_data_i[Sources-1:0];
      end
    end
  end

  always_comb begin
    if (started_q) begin
      enable_is_what_was_written: assert (\u_agent.u_interrupts.enable_q  == enable_q);
      test_is_what_was_written: assert (\u_agent.test  == test_q);
      wire_is_definition: assert (wires == (status & enable_q));
      pending_shows_wires: assert (!read || address_i != mailbox_registers_pkg::INTERRUPT_PENDING_OFFSET ||
                                   (read_data == 32'(wires) && refusal == '0));
      status_shows_causes: assert (!read || address_i != mailbox_registers_pkg::INTERRUPT_STATUS_OFFSET ||
                                   (read_data == 32'(status) && refusal == '0));
      enable_shows_writes: assert (!read || address_i != mailbox_registers_pkg::INTERRUPT_ENABLE_OFFSET ||
                                   (read_data == 32'(enable_q) && refusal == '0));
      test_shows_writes: assert (!read || address_i != mailbox_registers_pkg::INTERRUPT_TEST_OFFSET ||
                                 (read_data == 32'(test_q) && refusal == '0));
      peer_reset_shows_causes: assert (!read || address_i != mailbox_registers_pkg::PEER_RESET_OFFSET ||
                                       read_data[7:0] == \u_agent.peer_reset );
      wire_rises_by_test: cover (wires[7] && !\u_agent.timer_pending );
      wire_of_each_kind: cover (wires[10] && wires[0] && read &&
                                address_i == mailbox_registers_pkg::INTERRUPT_PENDING_OFFSET);
      reset_takes_wires: cover (reset_done && wires != '0);
    end
  end

endmodule
