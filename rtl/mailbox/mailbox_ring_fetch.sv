// SPDX-License-Identifier: MIT
// Reads descriptors, one at a time, and holds one until the engine takes it: the read-ahead that hides the latency of
// the memory between two messages.
//
// The next descriptor is that of the message in work, if it is a chain that goes on, else the first of the ring that
// the arbiter chooses. It may be asked for in the cycle in which the held one is taken: by then its `barrier` has held
// back its ring for a cycle already.
//
// A descriptor of a ring that is being aborted or has failed is read to its last beat, since the memory has been
// offered the burst, and dropped.

module mailbox_ring_fetch #(
  parameter int unsigned Agents = 2,
  parameter int unsigned Rings = 2,
  parameter int unsigned DoorbellWindows = 2,
  parameter bit          Crc = 1'b1,
  localparam int unsigned RingCount = Agents * Rings,
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  choice_valid_i,
  input  logic [IndexWidth-1:0] choice_i,
  // Rings whose messages are to be dropped.
  input  logic  [RingCount-1:0] drop_i,
  // Rings of which every submitted descriptor was asked for.
  input  logic  [RingCount-1:0] exhausted_i,

  // The port; what belongs to the ring ring_o comes back in the same cycle.
  output logic                  request_o,
  output logic [IndexWidth-1:0] ring_o,
  input  logic           [63:0] address_i,
  input  logic           [15:0] number_i,
  input  logic                  grant_i,
  // With grant_i: it is the first descriptor of a message.
  output logic                  first_o,
  input  logic           [63:0] r_data_i,
  input  logic                  r_error_i,
  input  logic                  r_valid_i,
  output logic                  pending_o,
  // The last beat, in this cycle.
  output logic                  read_o,
  output logic                  failed_o,
  output logic                  barrier_o,

  // What is being read or held.
  output logic                  occupied_o,
  output logic [IndexWidth-1:0] held_ring_o,
  output logic           [15:0] held_number_o,
  output logic           [63:0] held_address_o,
  output logic                  held_valid_o,
  output logic                  held_first_o,
  output logic                  held_last_o,
  output logic                  held_partial_o,
  output logic                  held_malformed_o,
  output logic           [63:0] held_source_o,
  output logic           [63:0] held_destination_o,
  output logic           [31:0] held_length_o,
  output logic           [15:0] held_tag_o,
  output logic                  held_interrupt_o,
  output logic                  held_fence_o,
  output logic                  held_barrier_o,
  output logic                  held_crc_o,
  output logic                  held_notify_o,
  output logic            [4:0] held_flag_o,
  output logic            [1:0] held_window_o,
  output logic            [2:0] held_peer_o,
  input  logic                  take_i
);

  localparam logic [1:0] StateIdle = 2'd0;
  localparam logic [1:0] StateRead = 2'd1;
  localparam logic [1:0] StateHeld = 2'd2;

  localparam int unsigned FlagInterrupt = 0;
  localparam int unsigned FlagFence = 1;
  localparam int unsigned FlagBarrier = 2;
  localparam int unsigned FlagChain = 3;
  localparam int unsigned FlagCrc = 4;
  localparam int unsigned FlagNotify = 5;

  logic [1:0] state_q;
  logic first_q;
  logic [IndexWidth-1:0] ring_q;
  logic [2:0] agent_q;
  logic [15:0] number_q;
  logic [63:0] address_q;
  logic [1:0] beat_q;
  logic error_q;

  logic [63:0] source_q;
  logic [63:0] destination_q;
  logic [31:0] length_q;
  logic [15:0] flags_q;
  logic [15:0] tag_q;
  logic [4:0] flag_q;
  logic [1:0] window_q;
  logic [2:0] peer_q;
  logic malformed_q;
  logic partial_q;

  function automatic logic [2:0] agent_of(logic [IndexWidth-1:0] ring);
    agent_of = '0;
    for (int unsigned i = 0; i < RingCount; i++) begin
      if (ring == IndexWidth'(i)) begin
        agent_of = 3'(i / Rings);
      end
    end
  endfunction

  function automatic logic notification_malformed(logic [31:5] word, logic [2:0] own);
    notification_malformed = word[7:5] != '0 || word[15:10] != '0 || word[31:19] != '0 ||
                             32'(word[18:16]) >= Agents || word[18:16] == own || 32'(word[9:8]) >= DoorbellWindows;
  endfunction

  // ---- what is next ----
  logic dropped;
  logic free;
  logic goes_on;

  assign dropped = occupied_o && drop_i[ring_q];

  always_comb begin
    free = 1'b0;
    goes_on = 1'b0;
    request_o = 1'b0;
    ring_o = '0;
    first_o = 1'b0;
    // At rest there is no descriptor, and no ring has one. The next descriptor of a message is asked for, and granted, in
    // the cycle in which the engine takes the one before: its segment has ended, so that nobody else wants to read.
    if (state_q != StateIdle || choice_valid_i) begin
      free = state_q == StateIdle || (state_q == StateHeld && take_i);
      goes_on = state_q == StateHeld && !held_last_o;
      request_o = free && (goes_on ? !dropped : choice_valid_i);
      ring_o = goes_on ? ring_q : choice_i;
      first_o = !goes_on;
    end
  end

  // ---- beats ----
  logic beat;
  logic last_beat;
  logic good;
  logic malformed;

  always_comb begin
    beat = 1'b0;
    last_beat = 1'b0;
    good = 1'b0;
    malformed = 1'b0;
    failed_o = 1'b0;
    barrier_o = 1'b0;
    if (state_q == StateRead && r_valid_i) begin
      beat = 1'b1;
      last_beat = beat_q == 2'd3;
      good = last_beat && !error_q && !r_error_i;
      malformed = flags_q[15:6] != '0 || (flags_q[FlagCrc] && !Crc) || r_data_i[63:32] != '0 ||
                  (flags_q[FlagNotify] ? notification_malformed(r_data_i[31:5], agent_q) : r_data_i[31:0] != '0);
      failed_o = last_beat && !good;
      barrier_o = good && flags_q[FlagBarrier] && (!flags_q[FlagChain] || exhausted_i[ring_q]);
    end
  end

  assign read_o = good;
  assign pending_o = state_q == StateRead;

  assign occupied_o = state_q != StateIdle;
  assign held_ring_o = ring_q;
  assign held_number_o = number_q;
  assign held_address_o = address_q;
  assign held_valid_o = state_q == StateHeld && !dropped;
  assign held_first_o = first_q;
  assign held_last_o = !flags_q[FlagChain] || partial_q;
  assign held_partial_o = partial_q;
  assign held_malformed_o = malformed_q;
  assign held_source_o = source_q;
  assign held_destination_o = destination_q;
  assign held_length_o = length_q;
  assign held_tag_o = tag_q;
  assign held_interrupt_o = flags_q[FlagInterrupt];
  assign held_fence_o = flags_q[FlagFence];
  assign held_barrier_o = flags_q[FlagBarrier];
  assign held_crc_o = flags_q[FlagCrc];
  assign held_notify_o = flags_q[FlagNotify];
  assign held_flag_o = flag_q;
  assign held_window_o = window_q;
  assign held_peer_o = peer_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StateIdle;
      first_q <= 1'b0;
      ring_q <= '0;
      agent_q <= '0;
      number_q <= '0;
      address_q <= '0;
      beat_q <= '0;
      error_q <= 1'b0;
      source_q <= '0;
      destination_q <= '0;
      length_q <= '0;
      flags_q <= '0;
      tag_q <= '0;
      flag_q <= '0;
      window_q <= '0;
      peer_q <= '0;
      malformed_q <= 1'b0;
      partial_q <= 1'b0;
    end else if (request_o || occupied_o) begin
      if (grant_i) begin
        state_q <= StateRead;
        first_q <= first_o;
        ring_q <= ring_o;
        agent_q <= agent_of(ring_o);
        number_q <= number_i;
        address_q <= address_i;
      end else if (last_beat) begin
        state_q <= good ? StateHeld : StateIdle;
      end else if (state_q == StateHeld && (take_i || dropped)) begin
        state_q <= StateIdle;
      end
      if (grant_i || beat) begin
        beat_q <= beat_q + 2'(beat);
        error_q <= !grant_i && (error_q || r_error_i);
      end
      if (beat && beat_q == 2'd0) begin
        source_q <= r_data_i;
      end
      if (beat && beat_q == 2'd1) begin
        destination_q <= r_data_i;
      end
      if (beat && beat_q == 2'd2) begin
        length_q <= r_data_i[31:0];
        flags_q <= r_data_i[47:32];
        tag_q <= r_data_i[63:48];
      end
      if (last_beat) begin
        flag_q <= r_data_i[4:0];
        window_q <= r_data_i[9:8];
        peer_q <= r_data_i[18:16];
        malformed_q <= malformed;
        partial_q <= flags_q[FlagChain] && exhausted_i[ring_q];
      end
    end
  end

endmodule
