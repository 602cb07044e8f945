// SPDX-License-Identifier: MIT
// Write half of the copy engine: legal bursts, WLAST where each burst ends, strobes of the destination's bytes alone,
// the counters of open bursts do not wrap, no burst after a stop, and the end only when every burst was answered.
//
// Address, length, data and grants are free. Assumed of the memory: a burst is answered after its last beat. A stop
// stays until the end of the segment, as the copy engine keeps it.

module dma_writer_proof (
  input logic        clk_i,
  input logic        load_i,
  input logic [15:0] address_i,
  input logic  [8:0] length_i,
  input logic        lookahead_i,
  input logic        stop_i,
  input logic  [5:0] accepted_i,
  input logic        accepted_all_i,
  input logic        data_valid_i,
  input logic        aw_grant_i,
  input logic        w_grant_i,
  input logic        b_error_i,
  input logic        b_valid_i
);

  localparam int unsigned BurstsMaximum = 2;

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic active_q;
  logic stop_q;
  logic stop;
  logic failed_q;
  logic [5:0] beats;
  logic data_take;
  logic aw_request;
  logic [60:0] aw_address;
  logic [3:0] aw_length;
  logic w_owed;
  logic w_request;
  logic [63:0] w_data;
  logic [7:0] w_strobe;
  logic w_last;
  logic done;
  logic [8:0] bytes;
  logic error;
  logic idle;

  assign beats = 6'((11'(length_i) + 11'(address_i[2:0]) + 11'd7) >> 3);
  assign stop = stop_i || stop_q;

  mailbox_dma_writer #(
    .BeatsWidth(6),
    .LengthWidth(9),
    .BurstsMaximum(BurstsMaximum)
  ) u_writer (
    .clk_i,
    .rst_ni(started_q),
    .load_i,
    .address_i({48'd0, address_i}),
    .length_i,
    .beats_i(beats),
    .lookahead_i,
    .active_i(active_q),
    .stop_i(stop),
    .accepted_i,
    .accepted_all_i,
    .data_i(64'd0),
    .data_valid_i,
    .data_take_o(data_take),
    .aw_request_o(aw_request),
    .aw_address_o(aw_address),
    .aw_length_o(aw_length),
    .aw_grant_i,
    .w_owed_o(w_owed),
    .w_request_o(w_request),
    .w_data_o(w_data),
    .w_strobe_o(w_strobe),
    .w_last_o(w_last),
    .w_grant_i,
    .b_error_i,
    .b_valid_i,
    .done_o(done),
    .bytes_o(bytes),
    .error_o(error),
    .idle_o(idle)
  );

  (* hierconn *) logic [60:0] \u_writer.address_q ;
  (* hierconn *) logic [60:0] \u_writer.b_address_q ;
  (* hierconn *) logic [5:0] \u_writer.beats_left_q ;
  (* hierconn *) logic [5:0] \u_writer.w_beats_left_q ;
  (* hierconn *) logic [5:0] \u_writer.b_beats_left_q ;
  (* hierconn *) logic [3:0] \u_writer.w_index_q ;
  (* hierconn *) logic [1:0] \u_writer.data_owed_q ;
  (* hierconn *) logic [1:0] \u_writer.outstanding_q ;
  (* hierconn *) logic \u_writer.w_first_q ;
  (* hierconn *) logic \u_writer.b_failed_q ;
  (* hierconn *) logic [2:0] \u_writer.first_offset_q ;
  (* hierconn *) logic [2:0] \u_writer.last_offset_q ;

  // ---- the run, by what was granted and answered ----
  logic [15:0] start_q;
  logic [8:0] length_q;
  logic [5:0] total_q;
  logic [5:0] issued_q;
  logic [5:0] sent_q;
  logic [5:0] answered_q;
  logic [4:0] next_answer;
  logic [5:0] answered_next;
  logic finish;

  assign finish = active_q && (stop_q ? idle : done);
  // A burst ends at 128 bytes or where the run ends.
  assign next_answer = 5'd16 - 5'(4'(start_q[6:3] + answered_q[3:0]));
  assign answered_next = (total_q - answered_q <= 6'(next_answer)) ? total_q : answered_q + 6'(next_answer);

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      active_q <= 1'b0;
      stop_q <= 1'b0;
      failed_q <= 1'b0;
      start_q <= '0;
      length_q <= '0;
      total_q <= '0;
      issued_q <= '0;
      sent_q <= '0;
      answered_q <= '0;
    end else if (load_i) begin
      active_q <= 1'b1;
      failed_q <= 1'b0;
      start_q <= address_i;
      length_q <= length_i;
      total_q <= beats;
      issued_q <= '0;
      sent_q <= '0;
      answered_q <= '0;
    end else if (active_q) begin
      active_q <= !finish;
      stop_q <= !finish && (stop || error);
      failed_q <= failed_q || error;
      issued_q <= issued_q + (aw_grant_i ? 6'(aw_length) + 6'd1 : 6'd0);
      sent_q <= sent_q + 6'(w_grant_i);
      answered_q <= b_valid_i ? answered_next : answered_q;
    end
  end

  // Bursts that cover the beats up to a position, and those that lie before it wholly.
  function automatic logic [3:0] begun(input logic [3:0] offset, input logic [5:0] position);
    begun = (position == '0) ? 4'd0 : 4'((8'(offset) + 8'(position) + 8'd15) >> 4);
  endfunction

  function automatic logic [3:0] ended(input logic [3:0] offset, input logic [5:0] position, input logic [5:0] total);
    ended = (position == total) ? begun(offset, total) : 4'((8'(offset) + 8'(position)) >> 4);
  endfunction

  logic [3:0] offset;
  logic [7:0] strobe_right;
  logic on_boundary;
  logic answer_on_boundary;

  assign offset = start_q[6:3];
  assign on_boundary = issued_q == '0 || issued_q == total_q || 4'(offset + issued_q[3:0]) == '0;
  assign answer_on_boundary = answered_q == '0 || answered_q == total_q || 4'(offset + answered_q[3:0]) == '0;

  always_comb begin
    for (int unsigned j = 0; j < 8; j++) begin
      strobe_right[j] = !stop && {sent_q, 3'(j)} >= 9'(start_q[2:0]) &&
                        11'({sent_q, 3'(j)}) < 11'(start_q[2:0]) + 11'(length_q);
    end
  end

  always_comb begin
    assume (!load_i || (!active_q && length_i != '0 && length_i <= 9'd256));
    assume (!stop_i || active_q);
    assume (!aw_grant_i || aw_request);
    assume (!w_grant_i || w_request);
    assume (!b_valid_i || (active_q && ended(offset, sent_q, total_q) > ended(offset, answered_q, total_q)));
    if (started_q) begin
      burst_within_128: assert (!aw_request || 5'(aw_address[3:0]) + 5'(aw_length) <= 5'd15);
      burst_within_4k: assert (!aw_request || 10'(aw_address[8:0]) + 10'(aw_length) <= 10'd511);
      burst_in_place: assert (!aw_request || aw_address == {48'd0, start_q[15:3]} + 61'(issued_q));
      burst_ends_right: assert (!aw_request || issued_q + 6'(aw_length) + 6'd1 == total_q ||
                                4'(aw_address[3:0] + aw_length) == 4'd15);
      burst_in_run: assert (!aw_request || issued_q + 6'(aw_length) + 6'd1 <= total_q);
      nothing_after_stop: assert (!(stop && aw_request));
      nothing_when_idle: assert (active_q || !(aw_request || w_request));
      data_of_begun_bursts: assert (!w_request || sent_q < issued_q);
      last_right: assert (!w_request || w_last == (sent_q + 6'd1 == total_q || 4'(offset + sent_q[3:0]) == 4'd15));
      strobe_exact: assert (!w_request || w_strobe == strobe_right);
      open_bounded: assert (\u_writer.outstanding_q  <= 2'(BurstsMaximum) &&
                            \u_writer.data_owed_q  <= \u_writer.outstanding_q );
      done_when_answered: assert (!done || (b_valid_i && answered_next == total_q && issued_q == total_q &&
                                            sent_q == total_q && !failed_q && !error));
      idle_right: assert (!active_q || idle == (ended(offset, answered_q, total_q) == begun(offset, issued_q)));
      // What ties the counters to the positions.
      order: assert (sent_q <= issued_q && answered_q <= sent_q && issued_q <= total_q && total_q <= 6'd33);
      total: assert (!active_q || total_q == 6'((11'(length_q) + 11'(start_q[2:0]) + 11'd7) >> 3));
      length: assert (length_q <= 9'd256 && (!active_q || length_q != '0));
      positions: assert (!active_q || (\u_writer.address_q  == {48'd0, start_q[15:3]} + 61'(issued_q) &&
                                       \u_writer.b_address_q  == {48'd0, start_q[15:3]} + 61'(answered_q) &&
                                       \u_writer.beats_left_q  == total_q - issued_q &&
                                       \u_writer.w_beats_left_q  == total_q - sent_q &&
                                       \u_writer.b_beats_left_q  == total_q - answered_q &&
                                       \u_writer.w_index_q  == 4'(offset + sent_q[3:0]) &&
                                       \u_writer.w_first_q  == (sent_q == '0)));
      offsets: assert (!active_q || (\u_writer.first_offset_q  == start_q[2:0] &&
                                     \u_writer.last_offset_q  == 3'(start_q[2:0] + length_q[2:0] - 3'd1)));
      boundaries: assert (!active_q || (on_boundary && answer_on_boundary));
      owed: assert (!active_q || 4'(\u_writer.data_owed_q ) ==
                                 begun(offset, issued_q) - ended(offset, sent_q, total_q));
      open: assert (!active_q || 4'(\u_writer.outstanding_q ) ==
                                 begun(offset, issued_q) - ended(offset, answered_q, total_q));
      quiet: assert (active_q || (idle && \u_writer.data_owed_q  == '0 && !stop_q));
      failed_known: assert (!(active_q && failed_q) || \u_writer.b_failed_q );
      failed_stops: assert (!(active_q && failed_q) || stop_q);
      two_open: cover (active_q && \u_writer.outstanding_q  == 2'd2 && !stop);
      two_bursts_done: cover (done && total_q == 6'd4 && 4'(start_q[6:3]) == 4'd14);
      stopped_with_owed_data: cover (stop && w_grant_i && w_last);
      one_byte: cover (w_grant_i && length_q == 9'd1 && w_strobe == 8'h10);
    end
  end

endmodule
