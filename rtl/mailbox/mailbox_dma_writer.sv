// SPDX-License-Identifier: MIT
// Write half of the copy engine: turns realigned words into AXI4 bursts with byte strobes, and counts what the memory
// has acknowledged.
//
// A burst ends at a multiple of 128 bytes (as in mailbox_dma_reader). It is issued as soon as the memory has accepted
// the reads of all of its data: that data will come, whatever happens, so an accepted burst can always be finished.
// Address and data are offered independently; WVALID never waits for AWREADY (IHI 0022, A3.3.1).
//
// After stop_i no burst is begun. Beats that the accepted ones still owe are sent with no strobe set: they write
// nothing. Such a burst does not count as done, whatever its response.

module mailbox_dma_writer #(
  parameter int unsigned BeatsWidth = 18,
  parameter int unsigned LengthWidth = 21,
  // Bursts that may wait for their response.
  parameter int unsigned BurstsMaximum = 8,
  localparam int unsigned BurstsWidth = $clog2(BurstsMaximum + 1)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  // load_i starts a run of length_i bytes to address_i, which are beats_i words; active_i is high from the next cycle
  // to its end. lookahead_i: an output word needs the input word behind it too.
  input  logic                   load_i,
  input  logic            [63:0] address_i,
  input  logic [LengthWidth-1:0] length_i,
  input  logic  [BeatsWidth-1:0] beats_i,
  input  logic                   lookahead_i,
  input  logic                   active_i,
  input  logic                   stop_i,

  input  logic  [BeatsWidth-1:0] accepted_i,
  input  logic                   accepted_all_i,
  input  logic            [63:0] data_i,
  input  logic                   data_valid_i,
  output logic                   data_take_o,

  // The memory port: grant puts a burst or a beat on offer, in the next cycle. owed: of a granted burst not all beats
  // were granted yet.
  output logic                   aw_request_o,
  output logic            [60:0] aw_address_o,
  output logic             [3:0] aw_length_o,
  input  logic                   aw_grant_i,
  output logic                   w_owed_o,
  output logic                   w_request_o,
  output logic            [63:0] w_data_o,
  output logic             [7:0] w_strobe_o,
  output logic                   w_last_o,
  input  logic                   w_grant_i,
  input  logic                   b_error_i,
  input  logic                   b_valid_i,

  // The last response has come, in this cycle, and none was bad. bytes_o: bytes from the start that are known to be in
  // memory, from the cycle after their response on.
  output logic                   done_o,
  output logic [LengthWidth-1:0] bytes_o,
  // A burst came back with an error response, in this cycle.
  output logic                   error_o,
  output logic                   idle_o
);

  localparam logic [4:0] BurstBeats = 5'd16;

  logic [2:0] first_offset_q;
  logic [2:0] last_offset_q;
  logic [LengthWidth-1:0] length_q;
  logic lookahead_q;

  // Address side.
  logic [60:0] address_q;
  logic [BeatsWidth-1:0] beats_left_q;
  logic [BeatsWidth-1:0] issued_q;
  logic [BurstsWidth-1:0] data_owed_q;
  logic [BurstsWidth-1:0] outstanding_q;

  // Data side.
  logic [3:0] w_index_q;
  logic [BeatsWidth-1:0] w_beats_left_q;
  logic w_first_q;
  logic w_blanked_q;

  // Response side.
  logic [60:0] b_address_q;
  logic [BeatsWidth-1:0] b_beats_left_q;
  logic [BurstsWidth-1:0] b_clean_q;
  logic [LengthWidth-1:0] bytes_q;
  logic b_first_q;
  logic b_failed_q;

  logic [4:0] aw_to_boundary;
  logic [4:0] aw_burst;
  logic [BeatsWidth-1:0] aw_needed;
  logic [4:0] aw_burst_issued;

  always_comb begin
    aw_to_boundary = BurstBeats;
    aw_burst = '0;
    aw_needed = '0;
    aw_request_o = 1'b0;
    if (active_i) begin
      aw_to_boundary = BurstBeats - {1'b0, address_q[3:0]};
      aw_burst = (beats_left_q < BeatsWidth'(aw_to_boundary)) ? beats_left_q[4:0] : aw_to_boundary;
      aw_needed = issued_q + BeatsWidth'(aw_burst) + BeatsWidth'(lookahead_q);
      aw_request_o = !stop_i && beats_left_q != '0 && (accepted_all_i || accepted_i >= aw_needed) &&
                     outstanding_q != BurstsWidth'(BurstsMaximum);
    end
  end

  logic w_last_beat;
  logic w_burst_loaded;

  always_comb begin
    w_request_o = 1'b0;
    w_last_beat = 1'b0;
    w_last_o = 1'b0;
    w_strobe_o = '0;
    if (active_i) begin
      w_request_o = w_owed_o && (stop_i || data_valid_i);
      w_last_beat = w_beats_left_q == BeatsWidth'(1);
      w_last_o = w_index_q == 4'd15 || w_last_beat;
      if (!stop_i) begin
        w_strobe_o = (w_first_q ? 8'hFF << first_offset_q : 8'hFF) &
                     (w_last_beat ? 8'hFF >> (3'd7 - last_offset_q) : 8'hFF);
      end
    end
  end

  assign aw_burst_issued = aw_grant_i ? aw_burst : '0;
  assign w_owed_o = data_owed_q != '0;
  assign w_data_o = data_i;
  assign w_burst_loaded = w_grant_i && w_last_o;
  assign data_take_o = w_grant_i && !stop_i;

  logic response;
  logic [4:0] b_to_boundary;
  logic [4:0] b_burst;
  logic b_last;
  logic b_good;
  logic [LengthWidth-1:0] bytes;

  always_comb begin
    response = 1'b0;
    b_to_boundary = BurstBeats;
    b_burst = '0;
    b_last = 1'b0;
    b_good = 1'b0;
    bytes = bytes_q;
    if (active_i && b_valid_i) begin
      response = 1'b1;
      b_to_boundary = BurstBeats - {1'b0, b_address_q[3:0]};
      b_last = b_beats_left_q <= BeatsWidth'(b_to_boundary);
      b_burst = b_last ? b_beats_left_q[4:0] : b_to_boundary;
      b_good = !b_error_i && !b_failed_q && b_clean_q != '0;
      if (b_last) begin
        bytes = length_q;
      end else begin
        bytes = bytes_q + LengthWidth'({b_burst, 3'b000}) - (b_first_q ? LengthWidth'(first_offset_q) : '0);
      end
    end
  end

  assign done_o = b_good && b_last;
  assign bytes_o = bytes_q;
  assign error_o = response && b_error_i;

  assign aw_address_o = address_q;
  assign aw_length_o = 4'(aw_burst - 5'd1);
  assign idle_o = outstanding_q == '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      first_offset_q <= '0;
      last_offset_q <= '0;
      length_q <= '0;
      lookahead_q <= 1'b0;
    end else if (load_i) begin
      first_offset_q <= address_i[2:0];
      last_offset_q <= address_i[2:0] + length_i[2:0] - 3'd1;
      length_q <= length_i;
      lookahead_q <= lookahead_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      address_q <= '0;
      beats_left_q <= '0;
      issued_q <= '0;
      data_owed_q <= '0;
      outstanding_q <= '0;
    end else if (load_i || active_i) begin
      address_q <= load_i ? address_i[63:3] : address_q + 61'(aw_burst_issued);
      beats_left_q <= load_i ? beats_i : beats_left_q - BeatsWidth'(aw_burst_issued);
      issued_q <= load_i ? '0 : issued_q + BeatsWidth'(aw_burst_issued);
      data_owed_q <= data_owed_q + BurstsWidth'(aw_grant_i) - BurstsWidth'(w_burst_loaded);
      outstanding_q <= outstanding_q + BurstsWidth'(aw_grant_i) - BurstsWidth'(response);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      w_index_q <= '0;
      w_beats_left_q <= '0;
      w_first_q <= 1'b0;
      w_blanked_q <= 1'b0;
    end else if (load_i || active_i) begin
      w_index_q <= load_i ? address_i[6:3] : w_index_q + 4'(w_grant_i);
      w_beats_left_q <= load_i ? beats_i : w_beats_left_q - BeatsWidth'(w_grant_i);
      w_first_q <= load_i || (w_first_q && !w_grant_i);
      w_blanked_q <= !load_i && (w_blanked_q || (w_grant_i && stop_i));
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      b_address_q <= '0;
      b_beats_left_q <= '0;
      b_clean_q <= '0;
      bytes_q <= '0;
      b_first_q <= 1'b0;
      b_failed_q <= 1'b0;
    end else if (load_i || active_i) begin
      b_address_q <= load_i ? address_i[63:3] : b_address_q + 61'(b_burst);
      b_beats_left_q <= load_i ? beats_i : b_beats_left_q - BeatsWidth'(b_burst);
      b_first_q <= load_i || (b_first_q && !response);
      b_failed_q <= !load_i && (b_failed_q || (response && !b_good));
      bytes_q <= load_i ? '0 : (b_good ? bytes : bytes_q);
      // Bursts whose beats were all sent with their data, and whose response has not come yet.
      b_clean_q <= load_i ? '0 : b_clean_q + BurstsWidth'(w_burst_loaded && !stop_i && !w_blanked_q) -
                   BurstsWidth'(response && b_clean_q != '0);
    end
  end

endmodule
