// SPDX-License-Identifier: MIT
// One agent: its control frame, and what belongs to this agent alone. What agents share, and what lies between two of
// them (rings, doorbell windows, FIFO channels, the cycle counter), is outside.
//
// A request to the control frame comes with request_i; what was refused before it got here is none. access_i tells of
// every access to this agent's window, in whichever frame, with the code of its refusal or 0.

module mailbox_agent #(
  parameter int unsigned Agent = 0,
  parameter int unsigned Agents = 2,
  parameter int unsigned DoorbellWindows = 2,
  parameter int unsigned FifoChannels = 2,
  parameter int unsigned FifoDepth = 16,
  parameter int unsigned FifoWidth = 32,
  parameter int unsigned Rings = 2,
  parameter int unsigned Parity = 1,
  parameter int unsigned Crc = 1,
  parameter int unsigned LengthMaximum = 1048576,
  parameter int unsigned Sources = 11
) (
  input  logic               clk_i,
  input  logic               rst_ni,

  input  logic               request_i,
  input  logic               write_i,
  input  logic        [11:0] address_i,
  input  logic        [31:0] write_data_i,
  output logic        [31:0] read_data_o,
  output logic         [3:0] refusal_o,

  input  logic               access_i,
  input  logic         [3:0] access_code_i,
  input  logic        [15:0] access_offset_i,
  input  logic         [7:0] requester_i,

  input  logic        [63:0] cycle_i,

  // Interrupt sources that come from outside.
  input  logic               doorbell_i,
  input  logic               doorbell_acknowledge_i,
  input  logic               fifo_receive_i,
  input  logic               fifo_space_i,
  input  logic               fifo_error_i,
  input  logic               ring_completion_i,
  input  logic               ring_error_i,

  input  logic               quiesce_request_i,
  // A ring of this agent has something on the memory port, or will have.
  input  logic               rings_busy_i,
  // Soft resets that end in this cycle, of all agents.
  input  logic  [Agents-1:0] resets_i,
  output logic               reset_done_o,
  output logic               resetting_o,
  // Nothing new may begin on the memory port.
  output logic               hold_o,
  output logic               memory_busy_o,
  output logic               lock_owner_o,
  output logic               lock_ring_o,
  output logic               count_clear_o,

  output logic               message_request_o,
  output logic        [63:0] message_address_o,
  output logic        [31:0] message_data_o,
  input  logic               message_offered_i,
  input  logic               message_done_i,
  input  logic               message_error_i,

  input  logic               completed_i,
  input  logic        [31:0] completed_bytes_i,
  input  logic               read_stall_i,
  input  logic               write_stall_i,

  output logic               timer_match_o,
  output logic        [63:0] timer_quiet_o,
  // Something is about to change that no access, timer or ring causes in this cycle.
  output logic               moving_o,
  output logic [Sources-1:0] irq_source_o
);

  localparam int unsigned SourceDoorbell = mailbox_registers_pkg::INTERRUPT_STATUS_DOORBELL_LOW;
  localparam int unsigned SourceDoorbellAcknowledge = mailbox_registers_pkg::INTERRUPT_STATUS_DOORBELL_ACKNOWLEDGE_LOW;
  localparam int unsigned SourceFifoReceive = mailbox_registers_pkg::INTERRUPT_STATUS_FIFO_RECEIVE_LOW;
  localparam int unsigned SourceFifoSpace = mailbox_registers_pkg::INTERRUPT_STATUS_FIFO_SPACE_LOW;
  localparam int unsigned SourceFifoError = mailbox_registers_pkg::INTERRUPT_STATUS_FIFO_ERROR_LOW;
  localparam int unsigned SourceRingCompletion = mailbox_registers_pkg::INTERRUPT_STATUS_RING_COMPLETION_LOW;
  localparam int unsigned SourceRingError = mailbox_registers_pkg::INTERRUPT_STATUS_RING_ERROR_LOW;
  localparam int unsigned SourceTimer = mailbox_registers_pkg::INTERRUPT_STATUS_TIMER_LOW;
  localparam int unsigned SourcePeerReset = mailbox_registers_pkg::INTERRUPT_STATUS_PEER_RESET_LOW;
  localparam int unsigned SourceRefusal = mailbox_registers_pkg::INTERRUPT_STATUS_REFUSAL_LOW;
  localparam int unsigned SourceQuiesced = mailbox_registers_pkg::INTERRUPT_STATUS_QUIESCED_LOW;

  // ---- registers: strobes and data of the decoder ----
  logic decode_error;
  logic cycle_low_read;
  logic [31:0] compare_low_data, compare_high_data;
  logic compare_low_write, compare_high_write;
  logic [31:0] period;
  logic timer_enable;
  logic timer_periodic;
  logic timer_pending_data;
  logic timer_status_write;
  logic [Sources-1:0] enable_set_data, enable_clear_data;
  logic enable_set_write, enable_clear_write;
  logic [Sources-1:0] test;
  logic message_enable_data;
  logic message_control_write;
  logic soft_reset_data, quiesce_data, resume_data;
  logic control_write;
  logic [2:0] lock_data;
  logic lock_write;
  logic [7:0] peer_reset_data;
  logic peer_reset_write;
  logic refusal_valid_data;
  logic refusal_write;
  logic count_clear_data;
  logic count_clear_write;

  // ---- state that the registers show ----
  logic [31:0] cycle_high_q;
  logic [63:0] compare;
  logic timer_armed;
  logic timer_pending;
  logic [Sources-1:0] causes;
  logic [Sources-1:0] status;
  logic [Sources-1:0] enable;
  logic [Sources-1:0] pending;
  logic message_enable, message_pending, message_failed, message_busy;
  logic resetting;
  logic quiescing;
  logic quiesced;
  logic memory_busy;
  logic reset_done;
  logic [2:0] lock;
  logic [7:0] peer_reset;
  logic [31:0] refused;
  logic [191:0] counts;
  logic interrupts_moving;

  logic locked;

  always_comb begin
    locked = 1'b0;
    if (request_i && write_i) begin
      locked = lock[0] && (address_i == mailbox_registers_pkg::MESSAGE_INTERRUPT_ADDRESS_LOW_OFFSET ||
                           address_i == mailbox_registers_pkg::MESSAGE_INTERRUPT_ADDRESS_HIGH_OFFSET ||
                           address_i == mailbox_registers_pkg::MESSAGE_INTERRUPT_DATA_OFFSET);
    end
  end

  always_comb begin
    refusal_o = mailbox_registers_pkg::REFUSAL_CODE_NONE;
    if (request_i) begin
      refusal_o = decode_error ? mailbox_registers_pkg::REFUSAL_CODE_ADDRESS :
                  locked ? mailbox_registers_pkg::REFUSAL_CODE_LOCKED : mailbox_registers_pkg::REFUSAL_CODE_NONE;
    end
  end

  mailbox_control_registers u_registers (
    .clk_i,
    .rst_ni,
    .clear_i(reset_done),
    .request_i,
    .allow_i(!locked),
    .write_i,
    .address_i,
    .write_data_i,
    .read_data_o,
    .error_o(decode_error),
    .features_doorbell_i(1'b1),
    .features_fifo_i(1'b1),
    .features_ring_i(1'b1),
    .features_timer_i(1'b1),
    .features_wide_fifo_i(FifoWidth == 64),
    .features_message_interrupt_i(1'b1),
    .features_parity_i(Parity != 0),
    .features_crc_i(Crc != 0),
    .configuration_agents_i(4'(Agents)),
    .configuration_agent_i(4'(Agent)),
    .configuration_doorbell_windows_i(4'(DoorbellWindows)),
    .configuration_fifo_channels_i(4'(FifoChannels)),
    .configuration_fifo_depth_log2_i(4'($clog2(FifoDepth))),
    .configuration_rings_i(4'(Rings)),
    .configuration_interrupt_sources_i(8'(Sources)),
    .length_maximum_bytes_i(LengthMaximum),
    .cycle_low_value_i(cycle_i[31:0]),
    .cycle_low_read_o(cycle_low_read),
    .cycle_high_value_i(cycle_high_q),
    .timer_compare_low_value_i(compare[31:0]),
    .timer_compare_low_value_data_o(compare_low_data),
    .timer_compare_low_write_o(compare_low_write),
    .timer_compare_high_value_i(compare[63:32]),
    .timer_compare_high_value_data_o(compare_high_data),
    .timer_compare_high_write_o(compare_high_write),
    .timer_period_cycles_o(period),
    .timer_control_enable_o(timer_enable),
    .timer_control_periodic_o(timer_periodic),
    .timer_status_pending_i(timer_pending),
    .timer_status_pending_data_o(timer_pending_data),
    .timer_status_armed_i(timer_armed),
    .timer_status_write_o(timer_status_write),
    .interrupt_status_doorbell_i(status[SourceDoorbell]),
    .interrupt_status_doorbell_acknowledge_i(status[SourceDoorbellAcknowledge]),
    .interrupt_status_fifo_receive_i(status[SourceFifoReceive]),
    .interrupt_status_fifo_space_i(status[SourceFifoSpace]),
    .interrupt_status_fifo_error_i(status[SourceFifoError]),
    .interrupt_status_ring_completion_i(status[SourceRingCompletion]),
    .interrupt_status_ring_error_i(status[SourceRingError]),
    .interrupt_status_timer_i(status[SourceTimer]),
    .interrupt_status_peer_reset_i(status[SourcePeerReset]),
    .interrupt_status_refusal_i(status[SourceRefusal]),
    .interrupt_status_quiesced_i(status[SourceQuiesced]),
    .interrupt_enable_sources_i(enable),
    .interrupt_enable_set_sources_data_o(enable_set_data),
    .interrupt_enable_set_write_o(enable_set_write),
    .interrupt_enable_clear_sources_data_o(enable_clear_data),
    .interrupt_enable_clear_write_o(enable_clear_write),
    .interrupt_pending_sources_i(pending),
    .interrupt_test_sources_o(test),
    .message_interrupt_address_low_value_o(message_address_o[31:0]),
    .message_interrupt_address_high_value_o(message_address_o[63:32]),
    .message_interrupt_data_value_o(message_data_o),
    .message_interrupt_control_enable_i(message_enable),
    .message_interrupt_control_enable_data_o(message_enable_data),
    .message_interrupt_control_pending_i(message_pending),
    .message_interrupt_control_failed_i(message_failed),
    .message_interrupt_control_write_o(message_control_write),
    .control_soft_reset_data_o(soft_reset_data),
    .control_quiesce_data_o(quiesce_data),
    .control_resume_data_o(resume_data),
    .control_write_o(control_write),
    .status_resetting_i(resetting),
    .status_quiescing_i(quiescing),
    .status_quiesced_i(quiesced),
    .status_memory_busy_i(memory_busy),
    .lock_message_interrupt_i(lock[0]),
    .lock_message_interrupt_data_o(lock_data[0]),
    .lock_owner_i(lock[1]),
    .lock_owner_data_o(lock_data[1]),
    .lock_ring_i(lock[2]),
    .lock_ring_data_o(lock_data[2]),
    .lock_write_o(lock_write),
    .peer_reset_agents_i(peer_reset),
    .peer_reset_agents_data_o(peer_reset_data),
    .peer_reset_write_o(peer_reset_write),
    .refusal_valid_i(refused[mailbox_registers_pkg::REFUSAL_VALID_LOW]),
    .refusal_valid_data_o(refusal_valid_data),
    .refusal_write_i(refused[mailbox_registers_pkg::REFUSAL_WRITE_LOW]),
    .refusal_code_i(refused[mailbox_registers_pkg::REFUSAL_CODE_LOW +: 4]),
    .refusal_requester_i(refused[mailbox_registers_pkg::REFUSAL_REQUESTER_LOW +: 8]),
    .refusal_offset_i(refused[mailbox_registers_pkg::REFUSAL_OFFSET_LOW +: 16]),
    .refusal_write_o(refusal_write),
    .count_accesses_count_i(counts[0 +: 32]),
    .count_refusals_count_i(counts[32 +: 32]),
    .count_messages_count_i(counts[64 +: 32]),
    .count_bytes_count_i(counts[96 +: 32]),
    .count_read_stalls_count_i(counts[128 +: 32]),
    .count_write_stalls_count_i(counts[160 +: 32]),
    .count_clear_clear_data_o(count_clear_data),
    .count_clear_write_o(count_clear_write)
  );

  // The high half of the cycle counter as it was when the low half was read.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cycle_high_q <= '0;
    end else if (reset_done || cycle_low_read) begin
      cycle_high_q <= reset_done ? '0 : cycle_i[63:32];
    end
  end

  mailbox_timer u_timer (
    .clk_i,
    .rst_ni,
    .clear_i(reset_done),
    .cycle_i,
    .enable_i(timer_enable),
    .periodic_i(timer_periodic),
    .period_i(period),
    .compare_low_write_i(compare_low_write),
    .compare_low_data_i(compare_low_data),
    .compare_high_write_i(compare_high_write),
    .compare_high_data_i(compare_high_data),
    .clear_pending_i(timer_status_write && timer_pending_data),
    .compare_o(compare),
    .armed_o(timer_armed),
    .pending_o(timer_pending),
    .match_o(timer_match_o),
    .quiet_o(timer_quiet_o)
  );

  // ---- interrupts ----
  // Without `quiesced`, which follows an input of the block: what does is evaluated twice as often by Verilator.
  always_comb begin
    causes = '0;
    causes[SourceDoorbell] = doorbell_i;
    causes[SourceDoorbellAcknowledge] = doorbell_acknowledge_i;
    causes[SourceFifoReceive] = fifo_receive_i;
    causes[SourceFifoSpace] = fifo_space_i;
    causes[SourceFifoError] = fifo_error_i;
    causes[SourceRingCompletion] = ring_completion_i;
    causes[SourceRingError] = ring_error_i;
    causes[SourceTimer] = timer_pending;
    causes[SourcePeerReset] = peer_reset != '0;
    causes[SourceRefusal] = refused[mailbox_registers_pkg::REFUSAL_VALID_LOW];
  end

  assign irq_source_o = pending;

  mailbox_interrupts #(
    .Sources(Sources)
  ) u_interrupts (
    .clk_i,
    .rst_ni,
    .clear_i(reset_done),
    .causes_i(causes | (Sources'(quiesced) << SourceQuiesced)),
    .test_i(test),
    .enable_set_write_i(enable_set_write),
    .enable_set_data_i(enable_set_data),
    .enable_clear_write_i(enable_clear_write),
    .enable_clear_data_i(enable_clear_data),
    .status_o(status),
    .enable_o(enable),
    .pending_o(pending),
    .moving_o(interrupts_moving),
    .hold_i(hold_o),
    .message_control_write_i(message_control_write),
    .message_enable_data_i(message_enable_data),
    .message_enable_o(message_enable),
    .message_pending_o(message_pending),
    .message_failed_o(message_failed),
    .message_request_o,
    .message_offered_i,
    .message_done_i,
    .message_error_i,
    .message_busy_o(message_busy)
  );

  // ---- reset, power, protection ----
  assign memory_busy = rings_busy_i || message_busy;
  assign memory_busy_o = memory_busy;
  assign reset_done_o = reset_done;
  assign resetting_o = resetting;
  assign hold_o = quiescing || resetting;
  assign lock_owner_o = lock[1];
  assign lock_ring_o = lock[2];
  assign moving_o = interrupts_moving || resetting || message_request_o || message_busy;

  mailbox_agent_state #(
    .Agents(Agents),
    .Agent(Agent)
  ) u_state (
    .clk_i,
    .rst_ni,
    .request_i,
    .control_write_i(control_write),
    .soft_reset_data_i(soft_reset_data),
    .quiesce_data_i(quiesce_data),
    .resume_data_i(resume_data),
    .quiesce_request_i,
    .memory_busy_i(memory_busy),
    .resetting_o(resetting),
    .quiescing_o(quiescing),
    .quiesced_o(quiesced),
    .done_o(reset_done),
    .lock_write_i(lock_write),
    .lock_data_i(lock_data),
    .lock_o(lock),
    .resets_i,
    .peer_reset_write_i(peer_reset_write),
    .peer_reset_data_i(peer_reset_data),
    .peer_reset_o(peer_reset)
  );

  assign count_clear_o = count_clear_write && count_clear_data;

  mailbox_accounts u_accounts (
    .clk_i,
    .rst_ni,
    .clear_i(reset_done),
    .access_i,
    .write_i,
    .code_i(access_code_i),
    .requester_i,
    .offset_i(access_offset_i),
    .refusal_clear_i(refusal_write && refusal_valid_data),
    .refusal_o(refused),
    .completed_i,
    .completed_bytes_i,
    .read_stall_i,
    .write_stall_i,
    .count_clear_i(count_clear_o),
    .counts_o(counts)
  );

endmodule
