// SPDX-License-Identifier: MIT
// Every register frame but the rings': finds out which window and frame an access means and what refuses it, and holds the
// agents, the doorbell windows and the FIFO channels between them, and the trace of what they do.

module mailbox_frames #(
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
  input  logic                      clk_i,
  input  logic                      rst_ni,

  // The access of this cycle, answered in it.
  input  logic                      request_i,
  input  logic                      write_i,
  input  logic                      partial_i,
  input  logic               [18:0] address_i,
  input  logic                [7:0] requester_i,
  input  logic               [31:0] write_data_i,
  output logic               [31:0] read_data_o,
  output logic                      error_o,

  // A write that could be executed now, and whether it is to wait.
  input  logic                      held_i,
  input  logic                      held_partial_i,
  input  logic               [18:0] held_address_i,
  input  logic                [7:0] held_requester_i,
  output logic                      wait_o,

  input  logic               [63:0] cycle_i,
  input  logic                      quiesce_request_i,
  output logic         [Agents-1:0] memory_busy_o,

  // The rings: their registers, their state, and what the agents want of them.
  output logic                      ring_request_o,
  input  logic               [31:0] ring_read_data_i,
  input  logic                [3:0] ring_refusal_i,
  input  logic         [Agents-1:0] ring_completion_i,
  input  logic         [Agents-1:0] ring_error_i,
  input  logic         [Agents-1:0] rings_busy_i,
  output logic         [Agents-1:0] hold_o,
  output logic         [Agents-1:0] resetting_o,
  output logic         [Agents-1:0] reset_done_o,
  output logic         [Agents-1:0] lock_owner_o,
  output logic         [Agents-1:0] lock_ring_o,
  output logic         [Agents-1:0] count_clear_o,
  input  logic                      notify_valid_i,
  input  logic                [2:0] notify_agent_i,
  input  logic                [2:0] notify_peer_i,
  input  logic                [1:0] notify_window_i,
  input  logic                [4:0] notify_flag_i,
  output logic         [Agents-1:0] message_request_o,
  output logic      [Agents*64-1:0] message_address_o,
  output logic      [Agents*32-1:0] message_data_o,
  input  logic         [Agents-1:0] message_offered_i,
  input  logic         [Agents-1:0] message_done_i,
  input  logic                      message_error_i,
  input  logic         [Agents-1:0] completed_i,
  input  logic               [31:0] completed_bytes_i,
  input  logic                      read_stall_i,
  input  logic                      write_stall_i,

  output logic         [Agents-1:0] irq_o,
  output logic [Agents*Sources-1:0] irq_source_o,
  output logic      [Agents*32-1:0] flags_o,

  // Cycles in which no timer matches; something else is about to change.
  output logic               [63:0] quiet_cycles_o,
  output logic                      moving_o,

  // Trace lanes 0, and 5 to 3.
  output logic                      trace_access_valid_o,
  output logic                [7:0] trace_access_kind_o,
  output logic                [7:0] trace_access_channel_o,
  output logic               [31:0] trace_access_value_o,
  output logic                [2:0] trace_whole_valid_o,
  output logic               [23:0] trace_whole_kind_o,
  output logic               [95:0] trace_whole_value_o
);

  localparam int unsigned AgentWidth = $clog2(Agents);

  localparam logic [3:0] FrameControl = 4'd0;
  localparam logic [3:0] FrameDoorbellSender = 4'd1;
  localparam logic [3:0] FrameDoorbellReceiver = 4'd2;
  localparam logic [3:0] FrameFifoSender = 4'd3;
  localparam logic [3:0] FrameFifoReceiver = 4'd4;
  localparam logic [3:0] FrameRing = 4'd5;

  // ---- which window and frame an access means, and what refuses it before it gets there ----
  logic [Agents-1:0] selected;
  logic [Agents-1:0] held_selected;
  logic [2:0] agent;
  logic [15:0] offset;
  logic [3:0] frame;
  logic [3:0] refusal;
  logic [3:0] early_refusal;
  logic [Agents-1:0] control_request;
  logic doorbell_sender_request;
  logic doorbell_receiver_request;
  logic fifo_sender_request;
  logic fifo_receiver_request;
  logic push_held;

  assign agent = address_i[18:16];
  assign offset = {address_i[15:2], 2'b00};
  assign frame = offset[15:12];

  logic unused_address;
  assign unused_address = ^{address_i[1:0], held_address_i[1:0]};

  // Agent and frame are looked up once, and only for an access: a part that is not asked costs its condition.
  always_comb begin
    selected = '0;
    early_refusal = mailbox_registers_pkg::REFUSAL_CODE_NONE;
    control_request = '0;
    doorbell_sender_request = 1'b0;
    doorbell_receiver_request = 1'b0;
    fifo_sender_request = 1'b0;
    fifo_receiver_request = 1'b0;
    ring_request_o = 1'b0;
    if (request_i && 32'(agent) < Agents) begin
      selected[AgentWidth'(agent)] = 1'b1;
      if (partial_i) begin
        early_refusal = mailbox_registers_pkg::REFUSAL_CODE_PARTIAL_WRITE;
      end else if (write_i && (resetting_o & selected) != '0) begin
        early_refusal = mailbox_registers_pkg::REFUSAL_CODE_RESETTING;
      end else begin
        case (frame)
          FrameControl: control_request = selected;
          FrameDoorbellSender: doorbell_sender_request = 1'b1;
          FrameDoorbellReceiver: doorbell_receiver_request = 1'b1;
          FrameFifoSender: fifo_sender_request = 1'b1;
          FrameFifoReceiver: fifo_receiver_request = 1'b1;
          FrameRing: ring_request_o = 1'b1;
          default: early_refusal = mailbox_registers_pkg::REFUSAL_CODE_ADDRESS;
        endcase
      end
    end
  end

  always_comb begin
    held_selected = '0;
    push_held = 1'b0;
    if (held_i && 32'(held_address_i[18:16]) < Agents) begin
      held_selected[AgentWidth'(held_address_i[18:16])] = 1'b1;
      push_held = !held_partial_i && held_address_i[15:12] == FrameFifoSender && (held_selected & resetting_o) == '0;
    end
  end

  // ---- agents ----
  logic [Agents*32-1:0] control_read_data;
  logic [Agents*4-1:0] control_refusal;
  logic [Agents-1:0] doorbell;
  logic [Agents-1:0] doorbell_acknowledge;
  logic [Agents-1:0] fifo_receive;
  logic [Agents-1:0] fifo_space;
  logic [Agents-1:0] fifo_error;
  logic [Agents-1:0] timer_match;
  logic [Agents*64-1:0] timer_quiet;
  logic [Agents-1:0] agent_moving;

  for (genvar a = 0; a < Agents; a++) begin : g_agent
    assign irq_o[a] = irq_source_o[Sources * a +: Sources] != '0;

    mailbox_agent #(
      .Agent(a),
      .Agents(Agents),
      .DoorbellWindows(DoorbellWindows),
      .FifoChannels(FifoChannels),
      .FifoDepth(FifoDepth),
      .FifoWidth(FifoWidth),
      .Rings(Rings),
      .Parity(Parity),
      .Crc(Crc),
      .LengthMaximum(LengthMaximum),
      .Sources(Sources)
    ) u_agent (
      .clk_i,
      .rst_ni,
      .request_i(control_request[a]),
      .write_i,
      .address_i(offset[11:0]),
      .write_data_i,
      .read_data_o(control_read_data[32 * a +: 32]),
      .refusal_o(control_refusal[4 * a +: 4]),
      .access_i(selected[a]),
      .access_code_i(refusal),
      .access_offset_i(offset),
      .requester_i,
      .cycle_i,
      .doorbell_i(doorbell[a]),
      .doorbell_acknowledge_i(doorbell_acknowledge[a]),
      .fifo_receive_i(fifo_receive[a]),
      .fifo_space_i(fifo_space[a]),
      .fifo_error_i(fifo_error[a]),
      .ring_completion_i(ring_completion_i[a]),
      .ring_error_i(ring_error_i[a]),
      .quiesce_request_i,
      .rings_busy_i(rings_busy_i[a]),
      .resets_i(reset_done_o),
      .reset_done_o(reset_done_o[a]),
      .resetting_o(resetting_o[a]),
      .hold_o(hold_o[a]),
      .memory_busy_o(memory_busy_o[a]),
      .lock_owner_o(lock_owner_o[a]),
      .lock_ring_o(lock_ring_o[a]),
      .count_clear_o(count_clear_o[a]),
      .message_request_o(message_request_o[a]),
      .message_address_o(message_address_o[64 * a +: 64]),
      .message_data_o(message_data_o[32 * a +: 32]),
      .message_offered_i(message_offered_i[a]),
      .message_done_i(message_done_i[a]),
      .message_error_i,
      .completed_i(completed_i[a]),
      .completed_bytes_i,
      .read_stall_i,
      .write_stall_i,
      .timer_match_o(timer_match[a]),
      .timer_quiet_o(timer_quiet[64 * a +: 64]),
      .moving_o(agent_moving[a]),
      .irq_source_o(irq_source_o[Sources * a +: Sources])
    );
  end

  // ---- what lies between two agents ----
  logic [31:0] doorbell_read_data;
  logic [3:0] doorbell_refusal;
  logic [31:0] fifo_read_data;
  logic [3:0] fifo_refusal;
  logic fifos_moving;
  logic [15:0] flushed_words;

  // Parts answer 0 to what is not for them, so that their answers can be or-ed.
  always_comb begin
    read_data_o = '0;
    refusal = mailbox_registers_pkg::REFUSAL_CODE_NONE;
    error_o = 1'b0;
    if (request_i) begin
      if (selected == '0) begin
        error_o = 1'b1;
      end else begin
        read_data_o = doorbell_read_data | fifo_read_data | ring_read_data_i |
                      control_read_data[32 * 32'(AgentWidth'(agent)) +: 32];
        refusal = early_refusal | doorbell_refusal | fifo_refusal | ring_refusal_i |
                  control_refusal[4 * 32'(AgentWidth'(agent)) +: 4];
        error_o = refusal != mailbox_registers_pkg::REFUSAL_CODE_NONE;
      end
    end
  end

  mailbox_doorbells #(
    .Agents(Agents),
    .DoorbellWindows(DoorbellWindows)
  ) u_doorbells (
    .clk_i,
    .rst_ni,
    .sender_request_i(doorbell_sender_request),
    .receiver_request_i(doorbell_receiver_request),
    .write_i,
    .agent_i(agent),
    .address_i(offset[11:0]),
    .write_data_i,
    .requester_i,
    .read_data_o(doorbell_read_data),
    .refusal_o(doorbell_refusal),
    .clear_i(reset_done_o),
    .lock_owner_i(lock_owner_o),
    .notify_valid_i,
    .notify_agent_i,
    .notify_peer_i,
    .notify_window_i,
    .notify_flag_i,
    .interrupt_o(doorbell),
    .acknowledge_interrupt_o(doorbell_acknowledge),
    .flags_o
  );

  mailbox_fifos #(
    .Agents(Agents),
    .FifoChannels(FifoChannels),
    .FifoDepth(FifoDepth),
    .FifoWidth(FifoWidth),
    .Parity(Parity)
  ) u_fifos (
    .clk_i,
    .rst_ni,
    .sender_request_i(fifo_sender_request),
    .receiver_request_i(fifo_receiver_request),
    .write_i,
    .agent_i(agent),
    .address_i(offset[11:0]),
    .write_data_i,
    .requester_i,
    .read_data_o(fifo_read_data),
    .refusal_o(fifo_refusal),
    .held_i(push_held),
    .held_agent_i(held_address_i[18:16]),
    .held_address_i({held_address_i[11:2], 2'b00}),
    .held_requester_i,
    .wait_o,
    .clear_i(reset_done_o),
    .lock_owner_i(lock_owner_o),
    .count_clear_i(count_clear_o),
    .receive_o(fifo_receive),
    .space_o(fifo_space),
    .error_o(fifo_error),
    .moving_o(fifos_moving),
    .flushed_words_o(flushed_words)
  );

  // ---- trace, quiet ----
  mailbox_trace #(
    .Agents(Agents)
  ) u_trace (
    .clk_i,
    .rst_ni,
    .access_i(selected != '0),
    .write_i,
    .agent_i(agent),
    .offset_i(offset),
    .write_data_i,
    .requester_i,
    .code_i(refusal),
    .flushed_words_i(flushed_words),
    .irq_i(irq_o),
    .timer_match_i(timer_match),
    .reset_done_i(reset_done_o),
    .access_valid_o(trace_access_valid_o),
    .access_kind_o(trace_access_kind_o),
    .access_channel_o(trace_access_channel_o),
    .access_value_o(trace_access_value_o),
    .whole_valid_o(trace_whole_valid_o),
    .whole_kind_o(trace_whole_kind_o),
    .whole_value_o(trace_whole_value_o)
  );

  always_comb begin
    quiet_cycles_o = '1;
    for (int unsigned a = 0; a < Agents; a++) begin
      if (timer_quiet[64 * a +: 64] < quiet_cycles_o) begin
        quiet_cycles_o = timer_quiet[64 * a +: 64];
      end
    end
  end

  assign moving_o = agent_moving != '0 || fifos_moving;

endmodule
