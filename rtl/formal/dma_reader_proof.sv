// SPDX-License-Identifier: MIT
// Read half of the copy engine: legal bursts, room in the buffer for all that comes, no burst after a stop, and idle
// only when every beat has come.
//
// Address, length and grants are free. Assumed of the memory: it sends the beats that it was asked for and no others;
// of the buffer: a word is taken only if one is there.

module dma_reader_proof #(
  parameter int unsigned BufferDepth = 32,
  localparam int unsigned LevelWidth = $clog2(BufferDepth) + 1
) (
  input logic        clk_i,
  input logic        load_i,
  input logic [60:0] address_i,
  input logic  [5:0] beats_i,
  input logic        stop_i,
  input logic        finish_i,
  input logic        ar_grant_i,
  input logic        ar_accepted_i,
  input logic        r_error_i,
  input logic        r_valid_i,
  input logic        pop_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic active_q;
  logic stop_q;
  logic stop;
  logic ar_request;
  logic [60:0] ar_address;
  logic [3:0] ar_length;
  logic push;
  logic [5:0] accepted;
  logic accepted_all;
  logic error;
  logic idle;

  assign stop = stop_i || stop_q;

  mailbox_dma_reader #(
    .BeatsWidth(6),
    .BufferDepth(BufferDepth)
  ) u_reader (
    .clk_i,
    .rst_ni(started_q),
    .load_i,
    .address_i,
    .beats_i,
    .active_i(active_q),
    .stop_i(stop),
    .ar_request_o(ar_request),
    .ar_address_o(ar_address),
    .ar_length_o(ar_length),
    .ar_grant_i,
    .ar_accepted_i,
    .r_error_i,
    .r_valid_i,
    .push_o(push),
    .pop_i,
    .accepted_o(accepted),
    .accepted_all_o(accepted_all),
    .error_o(error),
    .idle_o(idle)
  );

  (* hierconn *) logic [60:0] \u_reader.address_q ;
  (* hierconn *) logic [5:0] \u_reader.beats_left_q ;
  (* hierconn *) logic [5:0] \u_reader.accept_left_q ;
  (* hierconn *) logic [LevelWidth-1:0] \u_reader.free_q ;
  (* hierconn *) logic [LevelWidth-1:0] \u_reader.expected_q ;
  (* hierconn *) logic [4:0] \u_reader.offered_q ;

  // The run, by what was granted, accepted and answered.
  logic [60:0] next_address_q;
  logic [5:0] left_q;
  logic [5:0] accept_left_q;
  logic [5:0] accepted_q;
  logic [6:0] open_q;
  logic [6:0] level_q;
  logic offered_q;
  logic [4:0] offered_beats_q;
  logic [4:0] granted;
  logic [4:0] taken;
  logic [6:0] due;

  assign granted = ar_grant_i ? 5'(ar_length) + 5'd1 : 5'd0;
  assign taken = ar_accepted_i ? offered_beats_q : 5'd0;
  // Beats that the memory may send: of bursts that it has accepted.
  assign due = open_q - (offered_q ? 7'(offered_beats_q) : 7'd0);

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      active_q <= 1'b0;
      stop_q <= 1'b0;
      offered_q <= 1'b0;
      offered_beats_q <= '0;
      next_address_q <= '0;
      left_q <= '0;
      accept_left_q <= '0;
      accepted_q <= '0;
      open_q <= '0;
      level_q <= '0;
    end else if (load_i) begin
      active_q <= 1'b1;
      next_address_q <= address_i;
      left_q <= beats_i;
      accept_left_q <= beats_i;
      accepted_q <= '0;
      open_q <= '0;
      level_q <= '0;
    end else if (active_q) begin
      active_q <= !finish_i;
      stop_q <= !finish_i && (stop || error);
      offered_q <= ar_grant_i || (offered_q && !ar_accepted_i);
      offered_beats_q <= ar_grant_i ? granted : offered_beats_q;
      next_address_q <= next_address_q + 61'(granted);
      left_q <= left_q - 6'(granted);
      accept_left_q <= accept_left_q - 6'(taken);
      accepted_q <= accepted_q + 6'(taken);
      open_q <= open_q + 7'(granted) - 7'(r_valid_i);
      level_q <= level_q + 7'(push) - 7'(pop_i);
    end
  end

  always_comb begin
    assume (!load_i || (!active_q && beats_i != '0 && beats_i <= 6'd33));
    assume (!stop_i || active_q);
    // The port offers one burst at a time.
    assume (!ar_grant_i || (ar_request && (!offered_q || ar_accepted_i)));
    assume (!ar_accepted_i || offered_q);
    assume (!r_valid_i || (active_q && due != '0));
    assume (!pop_i || (active_q && level_q != '0));
    assume (!finish_i || (active_q && idle && !ar_grant_i));
    if (started_q) begin
      burst_within_128: assert (!ar_request || 5'(ar_address[3:0]) + 5'(ar_length) <= 5'd15);
      burst_within_4k: assert (!ar_request || 10'(ar_address[8:0]) + 10'(ar_length) <= 10'd511);
      burst_in_place: assert (!ar_request || ar_address == next_address_q);
      burst_in_run: assert (!ar_request || 6'(ar_length) < left_q);
      burst_ends_right: assert (!ar_request || 6'(ar_length) + 6'd1 == left_q ||
                                4'(ar_address[3:0] + ar_length) == 4'd15);
      nothing_after_stop: assert (!(stop && ar_request));
      nothing_when_idle: assert (active_q || !ar_request);
      room_for_all: assert (!ar_request || 8'(level_q) + 8'(open_q) + 8'(ar_length) + 8'd1 <= 8'(BufferDepth));
      no_overflow: assert (!push || level_q < 7'(BufferDepth));
      every_beat_kept: assert (push == (active_q && r_valid_i));
      accepted_right: assert (!active_q || (accepted == accepted_q && accepted_all == (accept_left_q == '0)));
      idle_right: assert (!active_q || idle == (open_q == '0));
      // What ties the counters together.
      offered: assert (!active_q || accept_left_q == left_q + (offered_q ? 6'(offered_beats_q) : 6'd0));
      offered_known: assert (!offered_q || (offered_beats_q != '0 && offered_beats_q <= 5'd16 &&
                                            \u_reader.offered_q  == offered_beats_q && open_q >= 7'(offered_beats_q)));
      positions: assert (!active_q || (\u_reader.address_q  == next_address_q && \u_reader.beats_left_q  == left_q &&
                                       \u_reader.accept_left_q  == accept_left_q));
      counters: assert (!active_q || (7'(\u_reader.expected_q ) == open_q &&
                                      8'(\u_reader.free_q ) + 8'(level_q) + 8'(open_q) == 8'(BufferDepth)));
      bounds: assert (left_q <= 6'd33 && level_q <= 7'(BufferDepth) && open_q <= 7'(BufferDepth));
      quiet: assert (active_q || (!stop_q && !offered_q));
      two_open: cover (active_q && open_q == 7'd17 && left_q != '0);
      full: cover (32'(level_q) == 4 && ar_request);
      stopped_open: cover (stop && !idle && r_valid_i);
      whole_run: cover (active_q && left_q == '0 && idle && accepted_q == 6'd3);
    end
  end

endmodule
