// SPDX-License-Identifier: MIT
// The completion that is on its way: takes a message from the engine, writes its completion, and tells when the memory
// has answered. Only then does anybody hear of it: who sees the event, the indices or the notification sees the data.
//
// A completion of a ring that is being aborted or has failed is dropped if it was not offered to the memory yet.

module mailbox_ring_completion #(
  parameter int unsigned RingCount = 4,
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic           [31:0] cycle_i,
  input  logic  [RingCount-1:0] drop_i,

  // The message; taken in the cycle of load_i.
  output logic                  free_o,
  input  logic                  load_i,
  input  logic [IndexWidth-1:0] ring_i,
  input  logic            [7:0] status_i,
  input  logic           [31:0] crc_i,
  input  logic           [31:0] bytes_i,
  input  logic           [15:0] descriptors_i,
  input  logic           [15:0] tag_i,
  input  logic                  interrupt_i,
  input  logic                  barrier_i,
  input  logic                  notify_i,
  input  logic            [4:0] flag_i,
  input  logic            [1:0] window_i,
  input  logic            [2:0] peer_i,

  // The port; what belongs to the ring ring_o comes back in the same cycle.
  output logic                  occupied_o,
  output logic [IndexWidth-1:0] ring_o,
  output logic                  request_o,
  input  logic           [63:0] address_i,
  input  logic           [15:0] number_i,
  input  logic                  phase_i,
  input  logic                  grant_i,
  output logic          [127:0] data_o,
  output logic                  pending_o,
  input  logic                  b_error_i,
  input  logic                  b_valid_i,

  // The answer, in this cycle.
  output logic                  answered_o,
  output logic                  completed_o,
  output logic                  failed_o,
  output logic           [63:0] address_o,
  output logic           [15:0] number_o,
  output logic            [7:0] status_o,
  output logic           [31:0] bytes_o,
  output logic           [15:0] descriptors_o,
  output logic                  interrupt_o,
  output logic                  barrier_o,
  output logic                  notify_o,
  output logic            [4:0] flag_o,
  output logic            [1:0] window_o,
  output logic            [2:0] peer_o
);

  logic occupied_q;
  logic offered_q;
  logic granted_q;
  logic [IndexWidth-1:0] ring_q;
  logic [7:0] status_q;
  logic [31:0] crc_q;
  logic [31:0] bytes_q;
  logic [15:0] descriptors_q;
  logic [15:0] tag_q;
  logic interrupt_q;
  logic barrier_q;
  logic notify_q;
  logic [4:0] flag_q;
  logic [1:0] window_q;
  logic [2:0] peer_q;
  logic [63:0] address_q;
  logic [15:0] number_q;
  logic phase_q;
  logic [31:0] time_q;

  logic dropped;

  always_comb begin
    dropped = 1'b0;
    request_o = 1'b0;
    answered_o = 1'b0;
    completed_o = 1'b0;
    failed_o = 1'b0;
    data_o = '0;
    if (offered_q) begin
      answered_o = b_valid_i;
      completed_o = b_valid_i && !b_error_i;
      failed_o = b_valid_i && b_error_i;
      data_o = {7'd0, phase_q, status_q, tag_q, time_q, bytes_q, crc_q};
    end else if (occupied_q) begin
      dropped = drop_i[ring_q];
      request_o = !dropped;
    end
  end

  assign free_o = !occupied_q || answered_o;
  assign pending_o = offered_q;

  assign occupied_o = occupied_q;
  assign ring_o = ring_q;
  assign address_o = address_q;
  assign number_o = number_q;
  assign status_o = status_q;
  assign bytes_o = bytes_q;
  assign descriptors_o = descriptors_q;
  assign interrupt_o = interrupt_q;
  assign barrier_o = barrier_q;
  assign notify_o = notify_q;
  assign flag_o = flag_q;
  assign window_o = window_q;
  assign peer_o = peer_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      occupied_q <= 1'b0;
      offered_q <= 1'b0;
      granted_q <= 1'b0;
      address_q <= '0;
      number_q <= '0;
      phase_q <= 1'b0;
      time_q <= '0;
    end else if (load_i || occupied_q) begin
      occupied_q <= load_i || !(answered_o || dropped);
      offered_q <= grant_i || (offered_q && !answered_o);
      granted_q <= grant_i;
      if (grant_i) begin
        address_q <= address_i;
        number_q <= number_i;
        phase_q <= phase_i;
      end
      // The cycle in which AWVALID is high for the first time.
      if (granted_q) begin
        time_q <= cycle_i;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ring_q <= '0;
      status_q <= '0;
      crc_q <= '0;
      bytes_q <= '0;
      descriptors_q <= '0;
      tag_q <= '0;
      interrupt_q <= 1'b0;
      barrier_q <= 1'b0;
      notify_q <= 1'b0;
      flag_q <= '0;
      window_q <= '0;
      peer_q <= '0;
    end else if (load_i) begin
      ring_q <= ring_i;
      status_q <= status_i;
      crc_q <= crc_i;
      bytes_q <= bytes_i;
      descriptors_q <= descriptors_i;
      tag_q <= tag_i;
      interrupt_q <= interrupt_i;
      barrier_q <= barrier_i;
      notify_q <= notify_i;
      flag_q <= flag_i;
      window_q <= window_i;
      peer_q <= peer_i;
    end
  end

endmodule
