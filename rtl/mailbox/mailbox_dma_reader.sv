// SPDX-License-Identifier: MIT
// Read half of the copy engine: turns a run of 8-byte words into AXI4 bursts and hands their data on, in order.
//
// A burst never passes a multiple of 128 bytes: at most 16 beats, and since 4096 is such a multiple, never across a
// 4 KiB boundary (IHI 0022, A3.4.1). It is issued only when the buffer has room for all of its data besides what is
// on its way already, so that RREADY never falls and the memory can not be blocked by a full buffer.

module mailbox_dma_reader #(
  parameter int unsigned BeatsWidth = 18,
  parameter int unsigned BufferDepth = 64,
  localparam int unsigned LevelWidth = $clog2(BufferDepth) + 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  // load_i starts a run of beats_i words from word address address_i; active_i is high from the next cycle to its end.
  input  logic                  load_i,
  input  logic           [60:0] address_i,
  input  logic [BeatsWidth-1:0] beats_i,
  input  logic                  active_i,
  // High: no further burst. Those that the memory was offered already are finished.
  input  logic                  stop_i,

  // The memory port: grant puts the burst on offer, in the next cycle; accepted: the memory has taken that offer.
  output logic                  ar_request_o,
  output logic           [60:0] ar_address_o,
  output logic            [3:0] ar_length_o,
  input  logic                  ar_grant_i,
  input  logic                  ar_accepted_i,
  input  logic                  r_error_i,
  input  logic                  r_valid_i,

  // The buffer: a word goes in with push_o; pop_i says that one has left.
  output logic                  push_o,
  input  logic                  pop_i,

  // Words whose bursts the memory has accepted, and whether that is all of them.
  output logic [BeatsWidth-1:0] accepted_o,
  output logic                  accepted_all_o,
  // A beat came with an error response, in this cycle.
  output logic                  error_o,
  output logic                  idle_o
);

  localparam logic [4:0] BurstBeats = 5'd16;

  logic [60:0] address_q;
  logic [BeatsWidth-1:0] beats_left_q;
  logic [4:0] offered_q;
  logic [BeatsWidth-1:0] accepted_q;
  logic [BeatsWidth-1:0] accept_left_q;
  logic [LevelWidth-1:0] free_q;
  logic [LevelWidth-1:0] expected_q;

  logic [4:0] to_boundary;
  logic [4:0] burst;
  logic [4:0] burst_issued;
  logic [4:0] burst_accepted;
  logic response;

  always_comb begin
    to_boundary = BurstBeats;
    burst = '0;
    ar_request_o = 1'b0;
    if (active_i) begin
      to_boundary = BurstBeats - {1'b0, address_q[3:0]};
      burst = (beats_left_q < BeatsWidth'(to_boundary)) ? beats_left_q[4:0] : to_boundary;
      ar_request_o = !stop_i && beats_left_q != '0 && free_q >= LevelWidth'(burst);
    end
  end

  assign burst_issued = ar_grant_i ? burst : '0;
  assign burst_accepted = ar_accepted_i ? offered_q : '0;
  assign response = active_i && r_valid_i;
  assign push_o = response;
  assign error_o = response && r_error_i;

  assign ar_address_o = address_q;
  assign ar_length_o = 4'(burst - 5'd1);
  assign accepted_o = accepted_q;
  assign accepted_all_o = accept_left_q == '0;
  assign idle_o = expected_q == '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      address_q <= '0;
      beats_left_q <= '0;
      offered_q <= '0;
      accepted_q <= '0;
      accept_left_q <= '0;
      free_q <= '0;
      expected_q <= '0;
    end else if (load_i || active_i) begin
      offered_q <= ar_grant_i ? burst : offered_q;
      address_q <= load_i ? address_i : address_q + 61'(burst_issued);
      beats_left_q <= load_i ? beats_i : beats_left_q - BeatsWidth'(burst_issued);
      accepted_q <= load_i ? '0 : accepted_q + BeatsWidth'(burst_accepted);
      accept_left_q <= load_i ? beats_i : accept_left_q - BeatsWidth'(burst_accepted);
      free_q <= load_i ? LevelWidth'(BufferDepth) : free_q - LevelWidth'(burst_issued) + LevelWidth'(pop_i);
      expected_q <= load_i ? '0 : expected_q + LevelWidth'(burst_issued) - LevelWidth'(response);
    end
  end

endmodule
