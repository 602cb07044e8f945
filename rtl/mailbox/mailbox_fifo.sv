// SPDX-License-Identifier: MIT
// State of one FIFO channel: the words with their parity, the sticky events of both sides, what the last flush dropped,
// and the highest level.
//
// Every event wins over its clear in the same cycle. The reset of an agent flushes, and takes the events of that side
// with it: the other side alone learns of the dropped words.

module mailbox_fifo #(
  parameter int unsigned Width = 32,
  parameter int unsigned Depth = 16,
  parameter int unsigned Parity = 1,
  localparam int unsigned LevelWidth = $clog2(Depth) + 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  // One of the commands or resets below is there; in any other cycle only bad parity at the front moves anything.
  input  logic                  active_i,

  // Reset of the agent on that side.
  input  logic                  sender_clear_i,
  input  logic                  receiver_clear_i,

  // There is room for a push and there are as many words as are popped: the caller has looked.
  input  logic                  push_i,
  input  logic      [Width-1:0] word_i,
  input  logic [LevelWidth-1:0] pop_i,
  input  logic                  sender_flush_i,
  input  logic                  receiver_flush_i,
  input  logic                  overflow_i,
  input  logic                  underflow_i,

  // Writes of the sticky bits and of the parity injection; 1 clears an event.
  input  logic                  send_event_write_i,
  input  logic            [1:0] send_event_data_i,
  input  logic                  receive_event_write_i,
  input  logic            [2:0] receive_event_data_i,
  input  logic                  inject_write_i,
  input  logic                  inject_data_i,
  // COUNT_CLEAR of the receiver.
  input  logic                  count_clear_i,

  output logic      [Width-1:0] word_o,
  output logic                  bad_o,
  output logic [LevelWidth-1:0] level_o,
  output logic                  full_o,
  output logic                  empty_o,
  // {flushed, overflow} and {parity, flushed, underflow}.
  output logic            [1:0] send_event_o,
  output logic            [2:0] receive_event_o,
  output logic                  inject_o,
  output logic [LevelWidth-1:0] dropped_o,
  output logic [LevelWidth-1:0] high_water_mark_o,
  // An event is about to be set by nothing but what the FIFO holds.
  output logic                  moving_o
);

  localparam int unsigned StoredWidth = Width + Parity;

  logic [StoredWidth-1:0] stored_in;
  logic [StoredWidth-1:0] stored_out;
  logic [LevelWidth-1:0] level;
  logic [LevelWidth-1:0] level_next;
  logic [LevelWidth-1:0] level_unflushed;
  logic [LevelWidth-1:0] dropped_q;
  logic [LevelWidth-1:0] high_water_mark_q;
  logic [1:0] send_event_q;
  logic [2:0] receive_event_q;
  logic [1:0] send_event_set;
  logic [2:0] receive_event_set;
  logic inject_q;
  logic flush;
  logic reset_flush;
  logic dropping;

  always_comb begin
    reset_flush = 1'b0;
    flush = 1'b0;
    level_unflushed = level;
    dropping = 1'b0;
    if (active_i) begin
      reset_flush = sender_clear_i || receiver_clear_i;
      flush = sender_flush_i || receiver_flush_i || reset_flush;
      level_unflushed = level + LevelWidth'(push_i) - pop_i;
      dropping = flush && level_unflushed != '0;
    end
  end

  if (Parity != 0) begin : g_parity
    always_comb begin
      stored_in = '0;
      if (push_i) begin
        stored_in = {^word_i ^ inject_q, word_i};
      end
    end

    always_comb begin
      bad_o = 1'b0;
      if (!empty_o) begin
        bad_o = ^stored_out;
      end
    end
  end else begin : g_no_parity
    assign stored_in = word_i;
    assign bad_o = 1'b0;
  end

  assign word_o = stored_out[Width-1:0];
  assign level_o = level;
  assign send_event_o = send_event_q;
  assign receive_event_o = receive_event_q;
  assign inject_o = inject_q;
  assign dropped_o = dropped_q;
  assign high_water_mark_o = high_water_mark_q;
  assign moving_o = bad_o && !receive_event_q[2];

  assign send_event_set[0] = overflow_i;
  assign send_event_set[1] = dropping && (receiver_flush_i || reset_flush);
  assign receive_event_set[0] = underflow_i;
  assign receive_event_set[1] = dropping && (sender_flush_i || reset_flush);
  assign receive_event_set[2] = bad_o;

  word_fifo #(
    .Width(StoredWidth),
    .Depth(Depth)
  ) u_words (
    .clk_i,
    .rst_ni,
    .clear_i(flush),
    .push_i,
    .data_i(stored_in),
    .pop_i,
    .data_o(stored_out),
    .level_o(level),
    .level_next_o(level_next),
    .full_o,
    .empty_o
  );

  // One word is spoilt by one injection: the push that uses it takes it back.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      send_event_q <= '0;
      receive_event_q <= '0;
      inject_q <= 1'b0;
      dropped_q <= '0;
      high_water_mark_q <= '0;
    end else if (active_i || moving_o) begin
      send_event_q <= sender_clear_i ? '0 :
          (send_event_q & ~(send_event_write_i ? send_event_data_i : '0)) | send_event_set;
      receive_event_q <= receiver_clear_i ? '0 :
          (receive_event_q & ~(receive_event_write_i ? receive_event_data_i : '0)) | receive_event_set;
      inject_q <= (sender_clear_i || inject_write_i || push_i) ? !sender_clear_i && inject_write_i && inject_data_i :
          inject_q;
      dropped_q <= flush ? level_unflushed : dropped_q;
      high_water_mark_q <= (count_clear_i || receiver_clear_i || level_next > high_water_mark_q) ? level_next :
          high_water_mark_q;
    end
  end

endmodule
