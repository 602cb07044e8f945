// SPDX-License-Identifier: MIT
// Sums of bytes stop at their maximum: those of a message's segments, and those that an agent's window counts. In
// simulation a sum of 2^32 takes longer than a run lasts; here the bytes of one segment are any number.
//
// What feeds the engine is abstract: any descriptors, any end of a segment that is being moved.

module saturation_proof #(
  parameter int unsigned RingCount = 2,
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input logic                  clk_i,
  input logic                  held_valid_i,
  input logic [IndexWidth-1:0] held_ring_i,
  input logic                  held_first_i,
  input logic                  held_last_i,
  input logic           [31:0] held_length_i,
  input logic                  move_finish_i,
  input logic           [30:0] move_bytes_i,
  input logic                  access_i,
  input logic                  clear_i,
  input logic                  count_clear_i,
  input logic                  completed_i,
  input logic           [31:0] completed_bytes_i
);

  localparam int unsigned LengthMaximum = 2147483647;

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic take;
  logic move;
  logic complete;
  logic occupied;
  logic [31:0] bytes;
  logic [191:0] counts;

  mailbox_ring_engine #(
    .LengthMaximum(LengthMaximum),
    .RingCount(RingCount)
  ) u_engine (
    .clk_i,
    .rst_ni(started_q),
    .abort_i('0),
    .drop_i('0),
    .held_valid_i,
    .held_ring_i,
    .held_first_i,
    .held_last_i,
    .held_partial_i(1'b0),
    .held_malformed_i(1'b0),
    .held_length_i,
    .held_tag_i(16'd0),
    .held_interrupt_i(1'b0),
    .held_fence_i(1'b0),
    .held_barrier_i(1'b0),
    .held_crc_i(1'b0),
    .held_notify_i(1'b0),
    .held_flag_i(5'd0),
    .held_window_i(2'd0),
    .held_peer_i(3'd0),
    .take_o(take),
    .fetch_failed_i(1'b0),
    .move_o(move),
    .move_finish_i,
    .move_status_i(8'd0),
    .move_bytes_i,
    .occupied_o(occupied),
    .completion_free_i(1'b1),
    .completion_occupied_i(1'b0),
    .completion_ring_i('0),
    .complete_o(complete),
    .bytes_o(bytes)
  );

  mailbox_accounts u_accounts (
    .clk_i,
    .rst_ni(started_q),
    .clear_i,
    .access_i,
    .write_i(1'b0),
    .code_i(4'd0),
    .requester_i(8'd0),
    .offset_i(16'd0),
    .refusal_clear_i(1'b0),
    .completed_i,
    .completed_bytes_i,
    .read_stall_i(1'b0),
    .write_stall_i(1'b0),
    .count_clear_i,
    .counts_o(counts)
  );

  (* hierconn *) logic [31:0] \u_engine.bytes_q ;
  (* hierconn *) logic \u_engine.ended_q ;
  (* hierconn *) logic [1:0] \u_engine.state_q ;

  function automatic logic [31:0] saturated(logic [31:0] sum, logic [31:0] more);
    saturated = (sum > ~more) ? 32'hffffffff : sum + more;
  endfunction

  // The message's bytes, and the window's, as the specification has them.
  logic moving_q;
  logic ended_q;
  logic [31:0] message_q;
  logic [31:0] message;
  logic [31:0] window_q;

  assign message = ended_q ? saturated(message_q, {1'b0, move_bytes_i}) : message_q;

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      moving_q <= 1'b0;
      ended_q <= 1'b0;
      message_q <= '0;
      window_q <= '0;
    end else begin
      moving_q <= move || (moving_q && !move_finish_i);
      ended_q <= move_finish_i;
      message_q <= (take && held_first_i) ? '0 : message;
      window_q <= (clear_i || count_clear_i) ? '0 : completed_i ? saturated(window_q, completed_bytes_i) : window_q;
    end
  end

  always_comb begin
    // A segment ends that is being moved; accesses alone clear the counts.
    assume (!move_finish_i || moving_q);
    assume (!count_clear_i || access_i);
    if (started_q) begin
      moves_alike: assert (moving_q == (\u_engine.state_q  == 2'd1));
      ended_is_occupied: assert (!ended_q || occupied);
      ends_alike: assert (\u_engine.ended_q  == ended_q);
      message_alike: assert (\u_engine.bytes_q  == message_q);
      message_right: assert (!complete || bytes == message);
      window_right: assert (counts[127:96] == window_q);
      message_stops: cover (complete && occupied && bytes == '1 && message_q != '1);
      message_large: cover (complete && bytes[31] && bytes != '1);
      window_stops: cover (window_q == '1);
      window_large: cover (window_q[31] && window_q != '1);
    end
  end

endmodule
