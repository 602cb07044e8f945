// SPDX-License-Identifier: MIT
// FIFO channel: loses, doubles and swaps no word; a flush tells what it dropped; every event is kept.
//
// One pushed word is followed, whichever the solver picks: where it stands in the queue is counted here, and when that
// is the front it must be what is shown. Since any word can be the one, that is true of all of them: none is lost,
// none comes twice, none comes before its turn.

module fifo_proof (
  input logic       clk_i,
  input logic       pick_i,
  input logic       sender_clear_i,
  input logic       receiver_clear_i,
  input logic       push_i,
  input logic [3:0] word_i,
  input logic [2:0] pop_i,
  input logic       sender_flush_i,
  input logic       receiver_flush_i,
  input logic       overflow_i,
  input logic       underflow_i,
  input logic       send_event_write_i,
  input logic [1:0] send_event_data_i,
  input logic       receive_event_write_i,
  input logic [2:0] receive_event_data_i,
  input logic       inject_write_i,
  input logic       inject_data_i,
  input logic       count_clear_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic [3:0] word;
  logic bad;
  logic [2:0] level;
  logic full;
  logic empty;
  logic [1:0] send_event;
  logic [2:0] receive_event;
  logic inject;
  logic [2:0] dropped;
  logic [2:0] high_water_mark;
  logic moving;

  mailbox_fifo #(
    .Width(4),
    .Depth(4),
    .Parity(1)
  ) u_fifo (
    .clk_i,
    .rst_ni(started_q),
    .active_i(1'b1),
    .sender_clear_i,
    .receiver_clear_i,
    .push_i,
    .word_i,
    .pop_i,
    .sender_flush_i,
    .receiver_flush_i,
    .overflow_i,
    .underflow_i,
    .send_event_write_i,
    .send_event_data_i,
    .receive_event_write_i,
    .receive_event_data_i,
    .inject_write_i,
    .inject_data_i,
    .count_clear_i,
    .word_o(word),
    .bad_o(bad),
    .level_o(level),
    .full_o(full),
    .empty_o(empty),
    .send_event_o(send_event),
    .receive_event_o(receive_event),
    .inject_o(inject),
    .dropped_o(dropped),
    .high_water_mark_o(high_water_mark),
    .moving_o(moving)
  );

  // Seen inside the FIFO, for the invariants that make the induction close.
  (* hierconn *) logic [4:0] \u_fifo.u_words.storage_q[0] ;
  (* hierconn *) logic [4:0] \u_fifo.u_words.storage_q[1] ;
  (* hierconn *) logic [4:0] \u_fifo.u_words.storage_q[2] ;
  (* hierconn *) logic [4:0] \u_fifo.u_words.storage_q[3] ;
  (* hierconn *) logic [1:0] \u_fifo.u_words.write_pointer_q ;
  (* hierconn *) logic [1:0] \u_fifo.u_words.read_pointer_q ;

  logic flush;
  logic reset;
  logic pick;
  logic [2:0] level_q;
  logic [2:0] ahead_q;
  logic [2:0] left;
  logic [3:0] followed_word_q;
  logic followed_bad_q;
  logic following_q;
  logic inject_q;
  logic [1:0] slot;
  logic [4:0] stored;

  assign reset = sender_clear_i || receiver_clear_i;
  assign flush = sender_flush_i || receiver_flush_i || reset;
  assign pick = pick_i && push_i && !flush && !following_q;
  assign left = level_q + 3'(push_i) - pop_i;

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      level_q <= '0;
      following_q <= 1'b0;
      ahead_q <= '0;
      followed_word_q <= '0;
      followed_bad_q <= 1'b0;
      inject_q <= 1'b0;
    end else begin
      level_q <= flush ? '0 : left;
      inject_q <= !sender_clear_i && (inject_write_i ? inject_data_i : (inject_q && !push_i));
      if (pick) begin
        following_q <= 1'b1;
        ahead_q <= level_q - pop_i;
        followed_word_q <= word_i;
        followed_bad_q <= inject_q;
      end else if (flush || pop_i > ahead_q) begin
        following_q <= 1'b0;
      end else begin
        ahead_q <= ahead_q - pop_i;
      end
    end
  end

  assign slot = \u_fifo.u_words.read_pointer_q  + ahead_q[1:0];
  always_comb begin
    unique case (slot)
      2'd0: stored = \u_fifo.u_words.storage_q[0] ;
      2'd1: stored = \u_fifo.u_words.storage_q[1] ;
      2'd2: stored = \u_fifo.u_words.storage_q[2] ;
      default: stored = \u_fifo.u_words.storage_q[3] ;
    endcase
  end

  // The cycle before.
  logic past_q;
  logic flush_q;
  logic [2:0] left_q;
  logic [1:0] send_set_q;
  logic [1:0] send_kept_q;
  logic [2:0] receive_set_q;
  logic [2:0] receive_kept_q;
  logic [2:0] dropped_q;
  logic [2:0] mark_q;
  logic count_clear_q;

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) past_q <= 1'b0;
    else past_q <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    flush_q <= flush;
    left_q <= left;
    dropped_q <= dropped;
    mark_q <= high_water_mark;
    count_clear_q <= count_clear_i || receiver_clear_i;
    send_set_q <= sender_clear_i ? '0 : {flush && left != '0 && (receiver_flush_i || reset), overflow_i};
    send_kept_q <= sender_clear_i ? '0 : send_event & ~(send_event_write_i ? send_event_data_i : '0);
    receive_set_q <= receiver_clear_i ? '0 : {bad, flush && left != '0 && (sender_flush_i || reset), underflow_i};
    receive_kept_q <= receiver_clear_i ? '0 : receive_event & ~(receive_event_write_i ? receive_event_data_i : '0);
  end

  always_comb begin
    // The channel asks the FIFO first; a write of the injection is an access, and so is a push.
    assume (!push_i || !full);
    assume (pop_i <= level);
    assume (!(push_i && inject_write_i));
    if (started_q) begin
      level_right: assert (level == level_q && level <= 3'd4);
      full_right: assert (full == (level == 3'd4));
      empty_right: assert (empty == (level == 3'd0));
      pointers: assert (\u_fifo.u_words.write_pointer_q  == \u_fifo.u_words.read_pointer_q  + level[1:0]);
      followed_is_inside: assert (!following_q || ahead_q < level);
      followed_is_stored: assert (!following_q || stored == {^followed_word_q ^ followed_bad_q, followed_word_q});
      followed_comes: assert (!following_q || ahead_q != '0 || word == followed_word_q);
      parity_found: assert (!following_q || ahead_q != '0 || bad == followed_bad_q);
      inject_once: assert (inject == inject_q);
      bad_needs_word: assert (!bad || !empty);
      several_popped: cover (following_q && ahead_q == 3'd3 && pop_i == 3'd3);
      pushed_and_popped_full: cover (level == 3'd3 && push_i && pop_i == 3'd2);
      bad_seen: cover (bad && following_q && ahead_q == '0);
    end
    if (started_q && past_q) begin
      flush_empties: assert (!flush_q || empty);
      flush_tells: assert (dropped == (flush_q ? left_q : dropped_q));
      send_events: assert (send_event == (send_kept_q | send_set_q));
      receive_events: assert (receive_event == (receive_kept_q | receive_set_q));
      mark_right: assert (high_water_mark == ((count_clear_q || level > mark_q) ? level : mark_q));
      flush_with_words: cover (flush_q && left_q == 3'd4 && send_set_q[1]);
    end
  end

endmodule
