// SPDX-License-Identifier: MIT
// From descriptor to completion: one completion a message, after its payload was answered, with the first error; a
// message that is dropped has none; a fence and the order of payloads are kept.
//
// Engine and completion slot are the real ones. What feeds them is abstract: any descriptors, aborts and drops in any
// cycle. Assumed of the copy engine: it ends a segment when no payload burst is open (proven of its writer, and of its
// reader for a segment that was stopped); of the port: it grants what is asked for, and answers what was granted.

module completion_proof #(
  parameter int unsigned RingCount = 2,
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input logic                  clk_i,
  input logic  [RingCount-1:0] abort_i,
  input logic  [RingCount-1:0] drop_i,
  input logic                  held_valid_i,
  input logic [IndexWidth-1:0] held_ring_i,
  input logic                  held_first_i,
  input logic                  held_last_i,
  input logic                  held_partial_i,
  input logic                  held_malformed_i,
  input logic           [31:0] held_length_i,
  input logic           [15:0] held_tag_i,
  input logic                  held_fence_i,
  input logic                  fetch_failed_i,
  input logic                  burst_i,
  input logic                  burst_answered_i,
  input logic                  move_finish_i,
  input logic            [7:0] move_status_i,
  input logic            [4:0] move_bytes_i,
  input logic                  grant_i,
  input logic                  b_error_i,
  input logic                  b_valid_i
);

  localparam int unsigned LengthMaximum = 16;

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic take;
  logic move;
  logic move_abort;
  logic engine_occupied;
  logic [IndexWidth-1:0] engine_ring;
  logic complete;
  logic [7:0] status;
  logic [31:0] bytes;
  logic [15:0] tag;
  logic completion_free;
  logic completion_occupied;
  logic [IndexWidth-1:0] completion_ring;
  logic request;
  logic pending;
  logic answered;
  logic completed;
  logic failed;
  logic [7:0] completion_status;
  logic [127:0] data;

  mailbox_ring_engine #(
    .LengthMaximum(LengthMaximum),
    .RingCount(RingCount)
  ) u_engine (
    .clk_i,
    .rst_ni(started_q),
    .abort_i,
    .drop_i,
    .held_valid_i,
    .held_ring_i,
    .held_first_i,
    .held_last_i,
    .held_partial_i,
    .held_malformed_i,
    .held_length_i,
    .held_tag_i,
    .held_interrupt_i(1'b0),
    .held_fence_i,
    .held_barrier_i(1'b0),
    .held_crc_i(1'b0),
    .held_notify_i(1'b0),
    .held_flag_i(5'd0),
    .held_window_i(2'd0),
    .held_peer_i(3'd0),
    .take_o(take),
    .fetch_failed_i,
    .move_o(move),
    .move_abort_o(move_abort),
    .move_finish_i,
    .move_status_i,
    .move_bytes_i,
    .occupied_o(engine_occupied),
    .ring_o(engine_ring),
    .completion_free_i(completion_free),
    .completion_occupied_i(completion_occupied),
    .completion_ring_i(completion_ring),
    .complete_o(complete),
    .status_o(status),
    .bytes_o(bytes),
    .tag_o(tag)
  );

  mailbox_ring_completion #(
    .RingCount(RingCount)
  ) u_completion (
    .clk_i,
    .rst_ni(started_q),
    .cycle_i(32'd0),
    .drop_i,
    .free_o(completion_free),
    .load_i(complete),
    .ring_i(engine_ring),
    .status_i(status),
    .crc_i(32'd0),
    .bytes_i(bytes),
    .descriptors_i(16'd0),
    .tag_i(tag),
    .interrupt_i(1'b0),
    .barrier_i(1'b0),
    .notify_i(1'b0),
    .flag_i(5'd0),
    .window_i(2'd0),
    .peer_i(3'd0),
    .occupied_o(completion_occupied),
    .ring_o(completion_ring),
    .request_o(request),
    .address_i(64'd0),
    .number_i(16'd0),
    .phase_i(1'b0),
    .grant_i,
    .data_o(data),
    .pending_o(pending),
    .b_error_i,
    .b_valid_i,
    .answered_o(answered),
    .completed_o(completed),
    .failed_o(failed),
    .status_o(completion_status)
  );

  (* hierconn *) logic [1:0] \u_engine.state_q ;
  (* hierconn *) logic [7:0] \u_engine.status_q ;
  (* hierconn *) logic \u_engine.ended_q ;
  (* hierconn *) logic \u_engine.doomed_q ;
  (* hierconn *) logic \u_engine.last_q ;
  (* hierconn *) logic \u_engine.partial_q ;
  (* hierconn *) logic \u_completion.occupied_q ;
  (* hierconn *) logic \u_completion.offered_q ;
  (* hierconn *) logic [15:0] \u_completion.tag_q ;

  // ---- a message's life, by what was seen of it ----
  logic working_q;
  logic complete_taken_q;
  logic moving_q;
  logic [1:0] open_q;
  logic doomed_q;
  logic ended_q;
  logic bad_q;
  logic bad;
  logic partial_q;
  logic [IndexWidth-1:0] ring_q;
  logic [15:0] tag_q;
  logic bad_descriptor;
  logic dropped;

  // ---- its completion's ----
  logic loaded_q;
  logic offered_q;
  logic [IndexWidth-1:0] loaded_ring_q;
  logic [15:0] loaded_tag_q;
  logic [7:0] loaded_status_q;
  logic completion_dropped;

  assign bad_descriptor = held_malformed_i || held_length_i > 32'(LengthMaximum);
  assign bad = bad_q || (ended_q && move_status_i != '0);
  assign dropped = working_q && !moving_q && (doomed_q || drop_i[ring_q]);
  assign completion_dropped = loaded_q && drop_i[loaded_ring_q];

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      working_q <= 1'b0;
      complete_taken_q <= 1'b0;
      moving_q <= 1'b0;
      open_q <= '0;
      doomed_q <= 1'b0;
      ended_q <= 1'b0;
      bad_q <= 1'b0;
      partial_q <= 1'b0;
      ring_q <= '0;
      tag_q <= '0;
      loaded_q <= 1'b0;
      offered_q <= 1'b0;
      loaded_ring_q <= '0;
      loaded_tag_q <= '0;
      loaded_status_q <= '0;
    end else begin
      working_q <= take || (working_q && !complete && !dropped);
      moving_q <= move || (moving_q && !move_finish_i);
      ended_q <= move_finish_i;
      open_q <= open_q + 2'(burst_i) - 2'(burst_answered_i);
      doomed_q <= (doomed_q || (fetch_failed_i && working_q)) && !dropped && !take;
      bad_q <= take ? ((!held_first_i && bad) || bad_descriptor) : bad;
      if (take) begin
        complete_taken_q <= held_last_i;
        ring_q <= held_ring_i;
        tag_q <= held_tag_i;
        partial_q <= held_partial_i;
      end
      loaded_q <= complete || (loaded_q && !grant_i && !completion_dropped);
      offered_q <= grant_i || (offered_q && !b_valid_i);
      if (complete) begin
        loaded_ring_q <= ring_q;
        loaded_tag_q <= tag_q;
        loaded_status_q <= status;
      end
    end
  end

  always_comb begin
    // The copy engine: bursts of a segment alone; it ends when none is open; a segment that was good has status 0.
    assume (!burst_i || (moving_q && open_q != 2'd3 && !move_finish_i));
    assume (!burst_answered_i || open_q != '0);
    assume (!move_finish_i || (moving_q && open_q == '0));
    assume (move_status_i <= 8'd5);
    // The port.
    assume (!grant_i || request);
    assume (!b_valid_i || offered_q);
    // The fetcher: a descriptor that is not the first belongs to the message in work; only the last one is cut short;
    // a descriptor that could not be read is none that is held.
    assume (!held_valid_i || held_first_i || held_ring_i == ring_q);
    assume (!held_partial_i || held_last_i);
    assume (!(held_valid_i && drop_i[held_ring_i]));
    assume (!(fetch_failed_i && (held_valid_i || complete_taken_q || !working_q)));
    if (started_q) begin
      payload_answered_first: assert (!complete || (!moving_q && open_q == '0));
      whole_message: assert (!complete || (working_q && complete_taken_q));
      one_message_at_a_time: assert (!(take && held_first_i) || !working_q || complete);
      segment_of_message: assert (!(take && !held_first_i) || (working_q && !complete_taken_q && !moving_q));
      payload_in_turn: assert (!move || (!moving_q && open_q == '0));
      only_good_moves: assert (!move || (!bad_descriptor && (held_first_i || !bad)));
      first_error_told: assert (!complete || (status == '0) == (!bad && !partial_q));
      bad_is_known: assert (!working_q || (\u_engine.status_q  != '0) == bad_q);
      dropped_has_none: assert (!complete || !(dropped || drop_i[ring_q]));
      completion_of_one: assert (!complete || !(loaded_q || (offered_q && !b_valid_i)));
      offered_once: assert (request == (loaded_q && !completion_dropped));
      answered_once: assert (answered == (offered_q && b_valid_i) && completed == (answered && !b_error_i) &&
                             failed == (answered && b_error_i));
      same_message: assert (!(loaded_q || offered_q) || (\u_completion.tag_q  == loaded_tag_q &&
                            completion_ring == loaded_ring_q && completion_status == loaded_status_q));
      told_as_it_was: assert (!offered_q || data[111:96] == loaded_tag_q);
      fence_kept: assert (!(take && held_first_i && held_fence_i) ||
                          !((loaded_q || offered_q) && loaded_ring_q == held_ring_i) &&
                          !(complete && ring_q == held_ring_i));
      abort_reaches_payload: assert (move_abort == (moving_q && abort_i[ring_q]));
      // What ties the engine to the life of its message.
      slots: assert (!(loaded_q && offered_q) && \u_completion.occupied_q  == (loaded_q || offered_q) &&
                     \u_completion.offered_q  == offered_q && pending == offered_q);
      state: assert (engine_occupied == working_q && (!working_q || engine_ring == ring_q));
      states: assert (\u_engine.state_q  == (!working_q ? 2'd0 : moving_q ? 2'd1 : complete_taken_q ? 2'd3 : 2'd2));
      moving_works: assert (!moving_q || working_q);
      idle_closed: assert (moving_q || open_q == '0);
      ended: assert (\u_engine.ended_q  == (ended_q && working_q) && (!ended_q || (working_q && !moving_q)));
      doomed: assert (!working_q || \u_engine.doomed_q  == doomed_q);
      doomed_works: assert (!doomed_q || (working_q && !complete_taken_q));
      not_doomed_idle: assert (working_q || !\u_engine.doomed_q );
      held: assert (!working_q || (tag == tag_q && \u_engine.last_q  == complete_taken_q &&
                                   \u_engine.partial_q  == partial_q));
      moving_was_good: assert (!moving_q || !bad_q);
      completed_at_once: cover (complete && ended_q);
      overlapped: cover (offered_q && moving_q && ring_q == loaded_ring_q);
      aborted: cover (move_abort && open_q == 2'd2);
      error_told: cover (completed && completion_status == 8'd4);
      dropped_seen: cover (dropped && complete_taken_q);
      completion_lost: cover (completion_dropped);
    end
  end

endmodule
