// SPDX-License-Identifier: MIT
// The messages in work: descriptor fetch, the message whose payload is moved, and the completion on its way.
//
// Three messages may be in work: one whose descriptor is read or held, one whose payload is moved, one whose
// completion is on its way. Each has a slot of its own, so that an abort finds all of a ring.

module mailbox_ring_pipeline #(
  parameter int unsigned Agents = 2,
  parameter int unsigned Rings = 2,
  parameter int unsigned DoorbellWindows = 2,
  parameter int unsigned LengthMaximum = 1048576,
  parameter int unsigned Crc = 1,
  localparam int unsigned RingCount = Agents * Rings,
  localparam int unsigned IndexWidth = $clog2(RingCount),
  localparam int unsigned LengthWidth = $clog2(LengthMaximum + 1)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic            [31:0] cycle_i,

  // ---- the rings ----
  input  logic                   choice_valid_i,
  input  logic  [IndexWidth-1:0] choice_i,
  input  logic   [RingCount-1:0] aborting_i,
  input  logic   [RingCount-1:0] drop_i,
  input  logic   [RingCount-1:0] exhausted_i,
  output logic   [RingCount-1:0] in_work_o,

  // ---- descriptors; the number is that of the next one of fetch_ring_o ----
  output logic                   fetch_request_o,
  output logic  [IndexWidth-1:0] fetch_ring_o,
  input  logic            [63:0] fetch_address_i,
  input  logic            [15:0] fetch_number_i,
  input  logic                   fetch_grant_i,
  output logic                   fetch_first_o,
  output logic                   fetch_pending_o,
  input  logic            [63:0] fetch_r_data_i,
  input  logic                   fetch_r_error_i,
  input  logic                   fetch_r_valid_i,
  // The last beat, in this cycle: of this ring; read, not read, read and holding back its ring.
  output logic  [IndexWidth-1:0] held_ring_o,
  output logic            [15:0] held_number_o,
  output logic            [63:0] held_address_o,
  output logic                   descriptor_read_o,
  output logic                   fetch_failed_o,
  output logic                   fetch_barrier_o,

  // ---- payload ----
  output logic                   move_o,
  output logic            [63:0] move_source_o,
  output logic            [63:0] move_destination_o,
  output logic [LengthWidth-1:0] move_length_o,
  output logic                   move_abort_o,
  input  logic                   move_finish_i,
  input  logic             [7:0] move_status_i,
  input  logic [LengthWidth-1:0] move_bytes_i,
  output logic                   crc_clear_o,
  output logic                   crc_enable_o,
  input  logic            [31:0] crc_i,
  output logic  [IndexWidth-1:0] move_ring_o,

  // ---- completions; place and phase are those of completion_ring_o ----
  output logic                   completion_request_o,
  output logic  [IndexWidth-1:0] completion_ring_o,
  input  logic            [63:0] completion_address_i,
  input  logic            [15:0] completion_number_i,
  input  logic                   completion_phase_i,
  input  logic                   completion_grant_i,
  output logic           [127:0] completion_data_o,
  output logic                   completion_pending_o,
  input  logic                   completion_b_error_i,
  input  logic                   completion_b_valid_i,

  // ---- the completion that was answered in this cycle ----
  output logic                   answered_o,
  output logic                   completed_o,
  output logic                   completion_failed_o,
  output logic            [63:0] completion_failed_address_o,
  output logic            [15:0] answered_number_o,
  output logic             [7:0] answered_status_o,
  output logic            [31:0] answered_bytes_o,
  output logic            [15:0] answered_descriptors_o,
  output logic                   answered_interrupt_o,
  output logic                   answered_barrier_o,
  output logic                   answered_notify_o,
  output logic             [4:0] answered_flag_o,
  output logic             [1:0] answered_window_o,
  output logic             [2:0] answered_peer_o
);

  localparam logic [7:0] StatusOk = 8'd0;

  // ---- descriptor ----
  logic fetch_occupied;
  logic held_valid;
  logic held_first;
  logic held_last;
  logic held_partial;
  logic held_malformed;
  logic [31:0] held_length;
  logic [15:0] held_tag;
  logic held_interrupt;
  logic held_fence;
  logic held_barrier;
  logic held_crc;
  logic held_notify;
  logic [4:0] held_flag;
  logic [1:0] held_window;
  logic [2:0] held_peer;
  logic take;

  mailbox_ring_fetch #(
    .Agents(Agents),
    .Rings(Rings),
    .DoorbellWindows(DoorbellWindows),
    .Crc(Crc != 0)
  ) u_fetch (
    .clk_i,
    .rst_ni,
    .choice_valid_i,
    .choice_i,
    .drop_i,
    .exhausted_i,
    .request_o(fetch_request_o),
    .ring_o(fetch_ring_o),
    .address_i(fetch_address_i),
    .number_i(fetch_number_i),
    .grant_i(fetch_grant_i),
    .first_o(fetch_first_o),
    .r_data_i(fetch_r_data_i),
    .r_error_i(fetch_r_error_i),
    .r_valid_i(fetch_r_valid_i),
    .pending_o(fetch_pending_o),
    .read_o(descriptor_read_o),
    .failed_o(fetch_failed_o),
    .barrier_o(fetch_barrier_o),
    .occupied_o(fetch_occupied),
    .held_ring_o,
    .held_number_o,
    .held_address_o,
    .held_valid_o(held_valid),
    .held_first_o(held_first),
    .held_last_o(held_last),
    .held_partial_o(held_partial),
    .held_malformed_o(held_malformed),
    .held_source_o(move_source_o),
    .held_destination_o(move_destination_o),
    .held_length_o(held_length),
    .held_tag_o(held_tag),
    .held_interrupt_o(held_interrupt),
    .held_fence_o(held_fence),
    .held_barrier_o(held_barrier),
    .held_crc_o(held_crc),
    .held_notify_o(held_notify),
    .held_flag_o(held_flag),
    .held_window_o(held_window),
    .held_peer_o(held_peer),
    .take_i(take)
  );

  // ---- message in work ----
  logic engine_occupied;
  logic complete;
  logic [7:0] status;
  logic [31:0] bytes;
  logic [15:0] descriptors;
  logic [15:0] tag;
  logic interrupt;
  logic barrier;
  logic notify;
  logic [4:0] flag;
  logic [1:0] window;
  logic [2:0] peer;
  logic completion_free;
  logic completion_occupied;

  mailbox_ring_engine #(
    .LengthMaximum(LengthMaximum),
    .RingCount(RingCount)
  ) u_engine (
    .clk_i,
    .rst_ni,
    .abort_i(aborting_i),
    .drop_i,
    .held_valid_i(held_valid),
    .held_ring_i(held_ring_o),
    .held_first_i(held_first),
    .held_last_i(held_last),
    .held_partial_i(held_partial),
    .held_malformed_i(held_malformed),
    .held_length_i(held_length),
    .held_tag_i(held_tag),
    .held_interrupt_i(held_interrupt),
    .held_fence_i(held_fence),
    .held_barrier_i(held_barrier),
    .held_crc_i(held_crc),
    .held_notify_i(held_notify),
    .held_flag_i(held_flag),
    .held_window_i(held_window),
    .held_peer_i(held_peer),
    .take_o(take),
    .fetch_failed_i(fetch_failed_o && !held_first),
    .move_o,
    .move_abort_o,
    .move_finish_i,
    .move_status_i,
    .move_bytes_i,
    .crc_clear_o,
    .crc_enable_o,
    .occupied_o(engine_occupied),
    .ring_o(move_ring_o),
    .completion_free_i(completion_free),
    .completion_occupied_i(completion_occupied),
    .completion_ring_i(completion_ring_o),
    .complete_o(complete),
    .status_o(status),
    .bytes_o(bytes),
    .descriptors_o(descriptors),
    .tag_o(tag),
    .interrupt_o(interrupt),
    .barrier_o(barrier),
    .notify_o(notify),
    .flag_o(flag),
    .window_o(window),
    .peer_o(peer)
  );

  assign move_length_o = held_length[LengthWidth-1:0];

  // ---- completion ----
  mailbox_ring_completion #(
    .RingCount(RingCount)
  ) u_completion (
    .clk_i,
    .rst_ni,
    .cycle_i,
    .drop_i,
    .free_o(completion_free),
    .load_i(complete),
    .ring_i(move_ring_o),
    .status_i(status),
    // Of a message that failed nobody knows which bytes it would be of.
    .crc_i((crc_enable_o && status == StatusOk) ? crc_i : '0),
    .bytes_i(bytes),
    .descriptors_i(descriptors),
    .tag_i(tag),
    .interrupt_i(interrupt),
    .barrier_i(barrier),
    .notify_i(notify),
    .flag_i(flag),
    .window_i(window),
    .peer_i(peer),
    .occupied_o(completion_occupied),
    .ring_o(completion_ring_o),
    .request_o(completion_request_o),
    .address_i(completion_address_i),
    .number_i(completion_number_i),
    .phase_i(completion_phase_i),
    .grant_i(completion_grant_i),
    .data_o(completion_data_o),
    .pending_o(completion_pending_o),
    .b_error_i(completion_b_error_i),
    .b_valid_i(completion_b_valid_i),
    .answered_o,
    .completed_o,
    .failed_o(completion_failed_o),
    .address_o(completion_failed_address_o),
    .number_o(answered_number_o),
    .status_o(answered_status_o),
    .bytes_o(answered_bytes_o),
    .descriptors_o(answered_descriptors_o),
    .interrupt_o(answered_interrupt_o),
    .barrier_o(answered_barrier_o),
    .notify_o(answered_notify_o),
    .flag_o(answered_flag_o),
    .window_o(answered_window_o),
    .peer_o(answered_peer_o)
  );

  // ---- rings of which something is in work ----
  always_comb begin
    in_work_o = '0;
    if (fetch_occupied) begin
      in_work_o[held_ring_o] = 1'b1;
    end
    if (engine_occupied) begin
      in_work_o[move_ring_o] = 1'b1;
    end
    if (completion_occupied) begin
      in_work_o[completion_ring_o] = 1'b1;
    end
  end

endmodule
