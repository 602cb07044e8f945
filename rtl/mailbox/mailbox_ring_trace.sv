// SPDX-License-Identifier: MIT
// What the trace shows of the rings: a lane for what begins, descriptors and segments, and one for what ends,
// completions and interrupt messages. In one lane no two of them meet in a cycle.

module mailbox_ring_trace #(
  parameter int unsigned RingCount = 4,
  parameter int unsigned Rings = 2,
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input  logic                  descriptor_read_i,
  input  logic [IndexWidth-1:0] descriptor_ring_i,
  input  logic           [15:0] descriptor_number_i,
  input  logic                  segment_start_i,
  input  logic [IndexWidth-1:0] segment_ring_i,
  input  logic           [31:0] segment_length_i,
  input  logic                  answered_i,
  input  logic [IndexWidth-1:0] answered_ring_i,
  input  logic           [15:0] answered_number_i,
  input  logic            [7:0] answered_status_i,
  output logic            [2:0] answered_agent_o,
  input  logic                  message_done_i,
  input  logic            [2:0] message_agent_i,

  output logic                  fetch_valid_o,
  output logic            [7:0] fetch_kind_o,
  output logic            [7:0] fetch_channel_o,
  output logic           [31:0] fetch_value_o,
  output logic                  completion_valid_o,
  output logic            [7:0] completion_kind_o,
  output logic            [7:0] completion_channel_o,
  output logic           [31:0] completion_value_o
);

  localparam logic [7:0] KindDescriptorRead = 8'd16;
  localparam logic [7:0] KindSegmentStart = 8'd17;
  localparam logic [7:0] KindCompletion = 8'd18;
  localparam logic [7:0] KindMessageInterrupt = 8'd19;

  // Agent and ring from the number of a ring, as the trace shows them.
  function automatic logic [7:0] channel_of(logic [IndexWidth-1:0] index);
    channel_of = '0;
    for (int unsigned i = 0; i < RingCount; i++) begin
      if (index == IndexWidth'(i)) begin
        channel_of = {3'(i / Rings), 3'd0, 2'(i % Rings)};
      end
    end
  endfunction

  always_comb begin
    fetch_valid_o = 1'b0;
    fetch_kind_o = '0;
    fetch_channel_o = '0;
    fetch_value_o = '0;
    if (descriptor_read_i) begin
      fetch_valid_o = 1'b1;
      fetch_kind_o = KindDescriptorRead;
      fetch_channel_o = channel_of(descriptor_ring_i);
      fetch_value_o = {16'd0, descriptor_number_i};
    end else if (segment_start_i) begin
      fetch_valid_o = 1'b1;
      fetch_kind_o = KindSegmentStart;
      fetch_channel_o = channel_of(segment_ring_i);
      fetch_value_o = segment_length_i;
    end
  end

  always_comb begin
    completion_valid_o = 1'b0;
    completion_kind_o = '0;
    completion_channel_o = '0;
    completion_value_o = '0;
    answered_agent_o = '0;
    if (answered_i) begin
      completion_valid_o = 1'b1;
      completion_kind_o = KindCompletion;
      completion_channel_o = channel_of(answered_ring_i);
      answered_agent_o = completion_channel_o[7:5];
      completion_value_o = {answered_status_i, 8'd0, answered_number_i};
    end else if (message_done_i) begin
      completion_valid_o = 1'b1;
      completion_kind_o = KindMessageInterrupt;
      completion_channel_o = {message_agent_i, 5'd0};
    end
  end

endmodule
