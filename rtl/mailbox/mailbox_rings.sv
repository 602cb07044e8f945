// SPDX-License-Identifier: MIT
// The rings of all agents and what serves them: the bank of rings, the messages in work, the memory.

module mailbox_rings #(
  parameter int unsigned Agents = 2,
  parameter int unsigned Rings = 2,
  parameter int unsigned DoorbellWindows = 2,
  parameter int unsigned LengthMaximum = 1048576,
  parameter int unsigned Crc = 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // Registers: of agent_i's ring address_i[11:8].
  input  logic                 request_i,
  input  logic                 write_i,
  input  logic           [2:0] agent_i,
  input  logic          [11:0] address_i,
  input  logic          [31:0] write_data_i,
  input  logic           [7:0] requester_i,
  output logic          [31:0] read_data_o,
  output logic           [3:0] refusal_o,

  // One bit an agent.
  input  logic    [Agents-1:0] lock_ring_i,
  input  logic    [Agents-1:0] lock_owner_i,
  input  logic    [Agents-1:0] clear_i,
  input  logic    [Agents-1:0] count_clear_i,
  input  logic    [Agents-1:0] hold_i,
  input  logic    [Agents-1:0] abort_i,
  output logic    [Agents-1:0] memory_busy_o,
  output logic    [Agents-1:0] completion_o,
  output logic    [Agents-1:0] error_o,

  input  logic          [63:0] cycle_i,

  // A completed message rings a doorbell flag, in the cycle of the completion's answer.
  output logic                 notify_valid_o,
  output logic           [2:0] notify_agent_o,
  output logic           [2:0] notify_peer_o,
  output logic           [1:0] notify_window_o,
  output logic           [4:0] notify_flag_o,

  input  logic    [Agents-1:0] message_request_i,
  input  logic [Agents*64-1:0] message_address_i,
  input  logic [Agents*32-1:0] message_data_i,
  output logic    [Agents-1:0] message_offered_o,
  output logic    [Agents-1:0] message_done_o,
  output logic                 message_error_o,

  output logic    [Agents-1:0] completed_o,
  output logic          [31:0] completed_bytes_o,
  output logic                 read_stall_o,
  output logic                 write_stall_o,

  output logic          [63:0] quiet_cycles_o,
  output logic                 busy_o,

  output logic                 trace_fetch_valid_o,
  output logic           [7:0] trace_fetch_kind_o,
  output logic           [7:0] trace_fetch_channel_o,
  output logic          [31:0] trace_fetch_value_o,
  output logic                 trace_completion_valid_o,
  output logic           [7:0] trace_completion_kind_o,
  output logic           [7:0] trace_completion_channel_o,
  output logic          [31:0] trace_completion_value_o,

  output logic           [1:0] mem_awid_o,
  output logic          [63:0] mem_awaddr_o,
  output logic           [7:0] mem_awlen_o,
  output logic           [2:0] mem_awsize_o,
  output logic           [1:0] mem_awburst_o,
  output logic                 mem_awvalid_o,
  input  logic                 mem_awready_i,
  output logic          [63:0] mem_wdata_o,
  output logic           [7:0] mem_wstrb_o,
  output logic                 mem_wlast_o,
  output logic                 mem_wvalid_o,
  input  logic                 mem_wready_i,
  input  logic           [1:0] mem_bid_i,
  input  logic           [1:0] mem_bresp_i,
  input  logic                 mem_bvalid_i,
  output logic                 mem_bready_o,
  output logic           [1:0] mem_arid_o,
  output logic          [63:0] mem_araddr_o,
  output logic           [7:0] mem_arlen_o,
  output logic           [2:0] mem_arsize_o,
  output logic           [1:0] mem_arburst_o,
  output logic                 mem_arvalid_o,
  input  logic                 mem_arready_i,
  input  logic           [1:0] mem_rid_i,
  input  logic          [63:0] mem_rdata_i,
  input  logic           [1:0] mem_rresp_i,
  input  logic                 mem_rlast_i,
  input  logic                 mem_rvalid_i,
  output logic                 mem_rready_o
);

  localparam int unsigned RingCount = Agents * Rings;
  localparam int unsigned IndexWidth = $clog2(RingCount);
  localparam int unsigned LengthWidth = $clog2(LengthMaximum + 1);

  localparam logic [7:0] StatusOk = 8'd0;

  // ---- the rings ----
  logic [Agents-1:0] ring_busy;
  logic [63:0] moderation_quiet;
  logic choice_valid;
  logic [IndexWidth-1:0] choice;
  logic [RingCount-1:0] aborting;
  logic [RingCount-1:0] drop;
  logic [RingCount-1:0] exhausted;
  logic [RingCount-1:0] in_work;
  logic fetch_request;
  logic [IndexWidth-1:0] fetch_ring;
  logic [63:0] fetch_address;
  logic [15:0] fetch_number;
  logic fetch_grant;
  logic fetch_first;
  logic [IndexWidth-1:0] held_ring;
  logic [15:0] held_number;
  logic [63:0] held_address;
  logic descriptor_read;
  logic fetch_failed;
  logic fetch_barrier;
  logic completion_request;
  logic [IndexWidth-1:0] completion_ring;
  logic [63:0] completion_address;
  logic [15:0] completion_number;
  logic completion_phase;
  logic answered;
  logic completed;
  logic completion_failed;
  logic [63:0] completion_failed_address;
  logic [15:0] answered_number;
  logic [7:0] answered_status;
  logic [15:0] answered_descriptors;
  logic answered_interrupt;
  logic answered_barrier;
  logic answered_notify;

  mailbox_ring_bank #(
    .Agents(Agents),
    .Rings(Rings)
  ) u_bank (
    .clk_i,
    .rst_ni,
    .cycle_i,
    .request_i,
    .write_i,
    .agent_i,
    .address_i,
    .write_data_i,
    .requester_i,
    .read_data_o,
    .refusal_o,
    .lock_ring_i,
    .lock_owner_i,
    .clear_i,
    .count_clear_i,
    .hold_i,
    .abort_i,
    .busy_o(ring_busy),
    .completion_o,
    .error_o,
    .completed_o,
    .quiet_o(moderation_quiet),
    .choice_valid_o(choice_valid),
    .choice_o(choice),
    .aborting_o(aborting),
    .drop_o(drop),
    .exhausted_o(exhausted),
    .in_work_i(in_work),
    .fetch_request_i(fetch_request),
    .fetch_ring_i(fetch_ring),
    .fetch_address_o(fetch_address),
    .fetch_number_o(fetch_number),
    .fetch_grant_i(fetch_grant),
    .fetch_first_i(fetch_first),
    .held_ring_i(held_ring),
    .barrier_i(fetch_barrier),
    .fetch_failed_i(fetch_failed),
    .fetch_failed_address_i(held_address),
    .completion_request_i(completion_request),
    .completion_ring_i(completion_ring),
    .completion_address_o(completion_address),
    .completion_number_o(completion_number),
    .completion_phase_o(completion_phase),
    .completed_i(completed),
    .completed_bad_i(answered_status != StatusOk),
    .completed_interrupt_i(answered_interrupt),
    .completed_barrier_i(answered_barrier),
    .completed_descriptors_i(answered_descriptors),
    .completion_failed_i(completion_failed),
    .completion_failed_address_i(completion_failed_address)
  );

  // ---- the messages in work ----
  logic fetch_pending;
  logic fetch_r_valid;
  logic move;
  logic [63:0] move_source;
  logic [63:0] move_destination;
  logic [LengthWidth-1:0] move_length;
  logic move_abort;
  logic move_finish;
  logic [7:0] move_status;
  logic [LengthWidth-1:0] move_bytes;
  logic [IndexWidth-1:0] move_ring;
  logic crc_clear;
  logic crc_enable;
  logic [31:0] crc;
  logic completion_grant;
  logic [127:0] completion_data;
  logic completion_pending;
  logic completion_b_valid;

  mailbox_ring_pipeline #(
    .Agents(Agents),
    .Rings(Rings),
    .DoorbellWindows(DoorbellWindows),
    .LengthMaximum(LengthMaximum),
    .Crc(Crc)
  ) u_pipeline (
    .clk_i,
    .rst_ni,
    .cycle_i(cycle_i[31:0]),
    .choice_valid_i(choice_valid),
    .choice_i(choice),
    .aborting_i(aborting),
    .drop_i(drop),
    .exhausted_i(exhausted),
    .in_work_o(in_work),
    .fetch_request_o(fetch_request),
    .fetch_ring_o(fetch_ring),
    .fetch_address_i(fetch_address),
    .fetch_number_i(fetch_number),
    .fetch_grant_i(fetch_grant),
    .fetch_first_o(fetch_first),
    .fetch_pending_o(fetch_pending),
    .fetch_r_data_i(mem_rdata_i),
    .fetch_r_error_i(mem_rresp_i[1]),
    .fetch_r_valid_i(fetch_r_valid),
    .held_ring_o(held_ring),
    .held_number_o(held_number),
    .held_address_o(held_address),
    .descriptor_read_o(descriptor_read),
    .fetch_failed_o(fetch_failed),
    .fetch_barrier_o(fetch_barrier),
    .move_o(move),
    .move_source_o(move_source),
    .move_destination_o(move_destination),
    .move_length_o(move_length),
    .move_abort_o(move_abort),
    .move_finish_i(move_finish),
    .move_status_i(move_status),
    .move_bytes_i(move_bytes),
    .crc_clear_o(crc_clear),
    .crc_enable_o(crc_enable),
    .crc_i(crc),
    .move_ring_o(move_ring),
    .completion_request_o(completion_request),
    .completion_ring_o(completion_ring),
    .completion_address_i(completion_address),
    .completion_number_i(completion_number),
    .completion_phase_i(completion_phase),
    .completion_grant_i(completion_grant),
    .completion_data_o(completion_data),
    .completion_pending_o(completion_pending),
    .completion_b_error_i(mem_bresp_i[1]),
    .completion_b_valid_i(completion_b_valid),
    .answered_o(answered),
    .completed_o(completed),
    .completion_failed_o(completion_failed),
    .completion_failed_address_o(completion_failed_address),
    .answered_number_o(answered_number),
    .answered_status_o(answered_status),
    .answered_bytes_o(completed_bytes_o),
    .answered_descriptors_o(answered_descriptors),
    .answered_interrupt_o(answered_interrupt),
    .answered_barrier_o(answered_barrier),
    .answered_notify_o(answered_notify),
    .answered_flag_o(notify_flag_o),
    .answered_window_o(notify_window_o),
    .answered_peer_o(notify_peer_o)
  );

  // ---- the memory ----
  logic segment_start;
  logic [31:0] segment_length;
  logic [Agents-1:0] message_busy;
  logic [2:0] message_agent;

  mailbox_ring_memory #(
    .Agents(Agents),
    .LengthMaximum(LengthMaximum),
    .Crc(Crc)
  ) u_memory (
    .clk_i,
    .rst_ni,
    .fetch_request_i(fetch_request),
    .fetch_address_i(fetch_address[63:3]),
    .fetch_grant_o(fetch_grant),
    .fetch_pending_i(fetch_pending),
    .fetch_r_valid_o(fetch_r_valid),
    .move_i(move),
    .move_source_i(move_source),
    .move_destination_i(move_destination),
    .move_length_i(move_length),
    .move_abort_i(move_abort),
    .move_finish_o(move_finish),
    .move_status_o(move_status),
    .move_bytes_o(move_bytes),
    .segment_start_o(segment_start),
    .segment_length_o(segment_length),
    .crc_clear_i(crc_clear),
    .crc_enable_i(crc_enable),
    .crc_o(crc),
    .completion_request_i(completion_request),
    .completion_address_i(completion_address[63:3]),
    .completion_grant_o(completion_grant),
    .completion_data_i(completion_data),
    .completion_pending_i(completion_pending),
    .completion_b_valid_o(completion_b_valid),
    .message_request_i,
    .message_address_i,
    .message_data_i,
    .message_offered_o,
    .message_done_o,
    .message_error_o,
    .message_busy_o(message_busy),
    .message_agent_o(message_agent),
    .read_stall_o,
    .write_stall_o,
    .mem_awid_o,
    .mem_awaddr_o,
    .mem_awlen_o,
    .mem_awsize_o,
    .mem_awburst_o,
    .mem_awvalid_o,
    .mem_awready_i,
    .mem_wdata_o,
    .mem_wstrb_o,
    .mem_wlast_o,
    .mem_wvalid_o,
    .mem_wready_i,
    .mem_bid_i,
    .mem_bresp_i,
    .mem_bvalid_i,
    .mem_bready_o,
    .mem_arid_o,
    .mem_araddr_o,
    .mem_arlen_o,
    .mem_arsize_o,
    .mem_arburst_o,
    .mem_arvalid_o,
    .mem_arready_i,
    .mem_rid_i,
    .mem_rdata_i,
    .mem_rresp_i,
    .mem_rlast_i,
    .mem_rvalid_i,
    .mem_rready_o
  );

  // ---- what the agents hear of ----
  assign notify_valid_o = completed && answered_notify && answered_status == StatusOk;
  assign memory_busy_o = ring_busy | message_busy;
  assign busy_o = memory_busy_o != '0;
  assign quiet_cycles_o = (busy_o || choice_valid || message_request_i != '0) ? '0 : moderation_quiet;

  // ---- trace ----
  mailbox_ring_trace #(
    .RingCount(RingCount),
    .Rings(Rings)
  ) u_trace (
    .descriptor_read_i(descriptor_read),
    .descriptor_ring_i(held_ring),
    .descriptor_number_i(held_number),
    .segment_start_i(segment_start),
    .segment_ring_i(move_ring),
    .segment_length_i(segment_length),
    .answered_i(answered),
    .answered_ring_i(completion_ring),
    .answered_number_i(answered_number),
    .answered_status_i(answered_status),
    .answered_agent_o(notify_agent_o),
    .message_done_i(message_done_o != '0),
    .message_agent_i(message_agent),
    .fetch_valid_o(trace_fetch_valid_o),
    .fetch_kind_o(trace_fetch_kind_o),
    .fetch_channel_o(trace_fetch_channel_o),
    .fetch_value_o(trace_fetch_value_o),
    .completion_valid_o(trace_completion_valid_o),
    .completion_kind_o(trace_completion_kind_o),
    .completion_channel_o(trace_completion_channel_o),
    .completion_value_o(trace_completion_value_o)
  );

endmodule
