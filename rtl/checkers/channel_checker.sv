// SPDX-License-Identifier: MIT
// Checks on the state of a FIFO channel, bound into mailbox_fifo: nothing is pushed into a full FIFO or popped that is
// not there, a flush says how much it dropped and tells the other side, events stay until they are cleared, and bad
// parity comes from an injection only. What changed by itself shows when something happens next.

module channel_checker #(
  parameter int unsigned LevelWidth = 5
) (
  input logic                  clk_i,
  input logic                  rst_ni,
  // A command or a reset is there, or an event is about to be set.
  input logic                  active_i,
  input logic                  sender_clear_i,
  input logic                  receiver_clear_i,
  input logic                  push_i,
  input logic [LevelWidth-1:0] pop_i,
  input logic                  sender_flush_i,
  input logic                  receiver_flush_i,
  input logic                  overflow_i,
  input logic                  underflow_i,
  input logic                  send_event_write_i,
  input logic            [1:0] send_event_data_i,
  input logic                  receive_event_write_i,
  input logic            [2:0] receive_event_data_i,
  input logic                  inject_i,
  input logic                  bad_i,
  input logic [LevelWidth-1:0] level_i,
  input logic                  full_i,
  input logic            [1:0] send_event_i,
  input logic            [2:0] receive_event_i,
  input logic [LevelWidth-1:0] dropped_i,
  input logic [LevelWidth-1:0] high_water_mark_i
);

  logic active_q;
  logic reset;
  logic [LevelWidth-1:0] dropping;
  logic flush_q;
  logic sender_clear_q;
  logic receiver_clear_q;
  logic [LevelWidth-1:0] dropping_q;
  logic [LevelWidth-1:0] dropped_q;
  logic [LevelWidth-1:0] spoilt_q;
  logic [1:0] send_q;
  logic [1:0] send_set_q;
  logic [2:0] receive_q;
  logic [2:0] receive_set_q;

  assign reset = sender_clear_i || receiver_clear_i;

  always_comb begin
    dropping = level_i;
    if (active_i) begin
      dropping = level_i + LevelWidth'(push_i) - pop_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      flush_q <= 1'b0;
      sender_clear_q <= 1'b0;
      receiver_clear_q <= 1'b0;
      dropping_q <= '0;
      dropped_q <= '0;
      spoilt_q <= '0;
      send_q <= '0;
      send_set_q <= '0;
      receive_q <= '0;
      receive_set_q <= '0;
    end else if (active_i || active_q) begin
      push_with_room: assert (!push_i || !full_i) else $error("push into a full FIFO");
      pop_of_words: assert (pop_i <= level_i) else $error("%0d words popped of %0d", pop_i, level_i);
      flush_empties: assert (!flush_q || level_i == '0) else $error("%0d words after a flush", level_i);
      dropped_right: assert (dropped_i == (flush_q ? dropping_q : dropped_q))
        else $error("%0d words dropped and not %0d", dropped_i, flush_q ? dropping_q : dropped_q);
      send_event_right: assert (send_event_i == (sender_clear_q ? '0 : send_q | send_set_q))
        else $error("the sender's events are %b", send_event_i);
      receive_event_right: assert (receive_event_i == (receiver_clear_q ? '0 : receive_q | receive_set_q))
        else $error("the receiver's events are %b", receive_event_i);
      parity_by_injection: assert (!bad_i || spoilt_q != '0) else $error("bad parity that nobody injected");
      mark_above_level: assert (high_water_mark_i >= level_i)
        else $error("high-water mark %0d at level %0d", high_water_mark_i, level_i);

      active_q <= active_i;
      flush_q <= sender_flush_i || receiver_flush_i || reset;
      sender_clear_q <= sender_clear_i;
      receiver_clear_q <= receiver_clear_i;
      dropping_q <= dropping;
      dropped_q <= dropped_i;
      // At most so many words of wrong parity are in the FIFO; which of them leave is seen one at a time only.
      spoilt_q <= (dropping == '0 || sender_flush_i || receiver_flush_i || reset) ? '0 :
          spoilt_q + LevelWidth'(push_i && inject_i && spoilt_q != '1);
      send_q <= send_event_i & ~(send_event_write_i ? send_event_data_i : '0);
      send_set_q <= {dropping != '0 && (receiver_flush_i || reset), overflow_i};
      receive_q <= receive_event_i & ~(receive_event_write_i ? receive_event_data_i : '0);
      receive_set_q <= {bad_i, dropping != '0 && (sender_flush_i || reset), underflow_i};
    end
  end

endmodule
