// SPDX-License-Identifier: MIT
// One FIFO channel from one agent to one other: its state, its registers on both sides, and who owns them.
//
// At most one of the two requests is high in a cycle. What was refused before it got here (`partial_write`,
// `resetting`) is no request. Read data and refusal are 0 without a request.

module mailbox_fifo_channel #(
  parameter int unsigned Depth = 16,
  parameter int unsigned Width = 32,
  parameter int unsigned Parity = 1
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  // One of the requests, a reset or a COUNT_CLEAR is there.
  input  logic        active_i,
  input  logic        sender_request_i,
  input  logic        receiver_request_i,
  input  logic        write_i,
  input  logic  [5:0] address_i,
  input  logic [31:0] write_data_i,
  input  logic  [7:0] requester_i,
  output logic [31:0] read_data_o,
  output logic  [3:0] refusal_o,

  // A push into this channel that could be executed now and has waited so many cycles. Who asks comes with it, since a
  // read may be executed in this cycle.
  input  logic        push_held_i,
  input  logic  [7:0] push_requester_i,
  input  logic [15:0] push_waited_i,
  output logic        push_wait_o,

  // Reset of the agent on that side, its lock of the owners, and the receiver's COUNT_CLEAR.
  input  logic        sender_clear_i,
  input  logic        receiver_clear_i,
  input  logic        sender_lock_owner_i,
  input  logic        receiver_lock_owner_i,
  input  logic        count_clear_i,

  output logic        space_o,
  output logic        receive_o,
  output logic        send_error_o,
  output logic        receive_error_o,
  output logic        moving_o,
  // Words that a flush by a register drops in this cycle.
  output logic [15:0] flushed_words_o
);

  localparam int unsigned LevelWidth = $clog2(Depth) + 1;

  logic [Width-1:0] oldest_word;
  logic [63:0] shown_word;
  logic [LevelWidth-1:0] level;
  logic [LevelWidth-1:0] dropped;
  logic [LevelWidth-1:0] high_water_mark;
  logic full;
  logic empty;
  logic bad;
  logic [1:0] send_event;
  logic [2:0] receive_event;
  logic inject;

  logic [11:0] address;

  assign address = {6'd0, address_i};

  // What refuses an access before its decoder looks at it.
  logic absent;
  logic foreign;
  logic locked;
  logic allow;

  // ---- sender's side ----
  logic sender_error;
  logic sender_foreign;
  logic sender_owned;
  logic sender_owned_data;
  logic sender_owner_write;
  logic [7:0] sender_owner;
  logic [31:0] sender_read_data;
  logic push_write;
  logic [31:0] push_data;
  logic [31:0] push_high;
  logic [15:0] low_watermark;
  logic [15:0] stall_cycles;
  logic space_interrupt;
  logic [1:0] send_event_data;
  logic send_event_write;
  logic send_flush_write;
  logic send_flush_data;
  logic inject_write;
  logic inject_data;

  mailbox_fifo_sender_registers u_sender_registers (
    .clk_i,
    .rst_ni,
    .clear_i(sender_clear_i),
    .request_i(sender_request_i),
    .allow_i(allow),
    .write_i,
    .address_i(address),
    .write_data_i,
    .read_data_o(sender_read_data),
    .error_o(sender_error),
    .fifo_push_word_data_o(push_data),
    .fifo_push_write_o(push_write),
    .fifo_push_high_word_o(push_high),
    .fifo_send_status_level_i(16'(level)),
    .fifo_send_status_full_i(full),
    .fifo_send_status_empty_i(empty),
    .fifo_low_watermark_level_o(low_watermark),
    .fifo_send_control_stall_cycles_o(stall_cycles),
    .fifo_send_control_space_interrupt_o(space_interrupt),
    .fifo_send_event_overflow_i(send_event[0]),
    .fifo_send_event_overflow_data_o(send_event_data[0]),
    .fifo_send_event_flushed_i(send_event[1]),
    .fifo_send_event_flushed_data_o(send_event_data[1]),
    .fifo_send_event_write_o(send_event_write),
    .fifo_send_flush_flush_data_o(send_flush_data),
    .fifo_send_flush_write_o(send_flush_write),
    .fifo_send_dropped_words_i(16'(dropped)),
    .fifo_parity_inject_inject_i(inject),
    .fifo_parity_inject_inject_data_o(inject_data),
    .fifo_parity_inject_write_o(inject_write),
    .fifo_sender_owner_owned_i(sender_owned),
    .fifo_sender_owner_owned_data_o(sender_owned_data),
    .fifo_sender_owner_requester_i(sender_owner),
    .fifo_sender_owner_write_o(sender_owner_write)
  );

  mailbox_owner u_sender_owner (
    .clk_i,
    .rst_ni,
    .clear_i(sender_clear_i && !sender_lock_owner_i),
    .write_i(sender_owner_write),
    .owned_data_i(sender_owned_data),
    .requester_i,
    .owned_o(sender_owned),
    .owner_o(sender_owner),
    .refuse_o(sender_foreign)
  );

  // A push that will be refused for its owner is not worth a wait.
  always_comb begin
    push_wait_o = 1'b0;
    if (push_held_i) begin
      push_wait_o = full && push_waited_i < stall_cycles && !(sender_owned && sender_owner != push_requester_i);
    end
  end

  // ---- receiver's side ----
  logic receiver_error;
  logic receiver_foreign;
  logic receiver_owned;
  logic receiver_owned_data;
  logic receiver_owner_write;
  logic [7:0] receiver_owner;
  logic [31:0] receiver_read_data;
  logic peek_read;
  logic peek_high_read;
  logic pop_write;
  logic [15:0] pop_words;
  logic [15:0] high_watermark;
  logic auto_pop_enable;
  logic auto_pop_read;
  logic receive_interrupt;
  logic [2:0] receive_event_data;
  logic receive_event_write;
  logic receive_flush_write;
  logic receive_flush_data;
  logic [31:0] auto_pop_high_q;


  always_comb begin
    shown_word = '0;
    if (receiver_request_i && !empty) begin
      shown_word = 64'(oldest_word);
    end
  end

  mailbox_fifo_receiver_registers u_receiver_registers (
    .clk_i,
    .rst_ni,
    .clear_i(receiver_clear_i),
    .request_i(receiver_request_i),
    .allow_i(allow),
    .write_i,
    .address_i(address),
    .write_data_i,
    .read_data_o(receiver_read_data),
    .error_o(receiver_error),
    .fifo_peek_word_i(shown_word[31:0]),
    .fifo_peek_read_o(peek_read),
    .fifo_peek_high_word_i(shown_word[63:32]),
    .fifo_peek_high_read_o(peek_high_read),
    .fifo_pop_words_data_o(pop_words),
    .fifo_pop_write_o(pop_write),
    .fifo_receive_status_level_i(16'(level)),
    .fifo_receive_status_full_i(full),
    .fifo_receive_status_empty_i(empty),
    .fifo_receive_status_parity_i(bad),
    .fifo_high_watermark_level_o(high_watermark),
    .fifo_receive_control_auto_pop_o(auto_pop_enable),
    .fifo_receive_control_receive_interrupt_o(receive_interrupt),
    .fifo_receive_event_underflow_i(receive_event[0]),
    .fifo_receive_event_underflow_data_o(receive_event_data[0]),
    .fifo_receive_event_flushed_i(receive_event[1]),
    .fifo_receive_event_flushed_data_o(receive_event_data[1]),
    .fifo_receive_event_parity_i(receive_event[2]),
    .fifo_receive_event_parity_data_o(receive_event_data[2]),
    .fifo_receive_event_write_o(receive_event_write),
    .fifo_receive_flush_flush_data_o(receive_flush_data),
    .fifo_receive_flush_write_o(receive_flush_write),
    .fifo_receive_dropped_words_i(16'(dropped)),
    .fifo_auto_pop_word_i(shown_word[31:0]),
    .fifo_auto_pop_read_o(auto_pop_read),
    .fifo_auto_pop_high_word_i(auto_pop_high_q),
    .fifo_high_water_mark_level_i(16'(high_water_mark)),
    .fifo_receiver_owner_owned_i(receiver_owned),
    .fifo_receiver_owner_owned_data_o(receiver_owned_data),
    .fifo_receiver_owner_requester_i(receiver_owner),
    .fifo_receiver_owner_write_o(receiver_owner_write)
  );

  mailbox_owner u_receiver_owner (
    .clk_i,
    .rst_ni,
    .clear_i(receiver_clear_i && !receiver_lock_owner_i),
    .write_i(receiver_owner_write),
    .owned_data_i(receiver_owned_data),
    .requester_i,
    .owned_o(receiver_owned),
    .owner_o(receiver_owner),
    .refuse_o(receiver_foreign)
  );

  // ---- what is refused, and what accesses do ----
  always_comb begin
    absent = 1'b0;
    foreign = 1'b0;
    locked = 1'b0;
    allow = 1'b0;
    // Absent are registers of parts that this size does not have.
    if (sender_request_i) begin
      absent = (Width != 64 && address == mailbox_registers_pkg::FIFO_PUSH_HIGH_OFFSET) ||
               (Parity == 0 && address == mailbox_registers_pkg::FIFO_PARITY_INJECT_OFFSET);
      foreign = sender_foreign;
      locked = sender_lock_owner_i && write_i && address == mailbox_registers_pkg::FIFO_SENDER_OWNER_OFFSET;
      allow = !absent && !foreign && !locked;
    end else if (receiver_request_i) begin
      absent = Width != 64 && (address == mailbox_registers_pkg::FIFO_PEEK_HIGH_OFFSET ||
                               address == mailbox_registers_pkg::FIFO_AUTO_POP_HIGH_OFFSET);
      foreign = receiver_foreign;
      locked = receiver_lock_owner_i && write_i && address == mailbox_registers_pkg::FIFO_RECEIVER_OWNER_OFFSET;
      allow = !absent && !foreign && !locked;
    end
  end

  logic push;
  logic [Width-1:0] push_word;
  logic overflow;
  logic underflow;
  logic auto_pop;
  logic pop_too_many;
  logic [LevelWidth-1:0] pop;

  always_comb begin
    push = 1'b0;
    overflow = 1'b0;
    underflow = 1'b0;
    auto_pop = 1'b0;
    pop = '0;
    pop_too_many = 1'b0;
    if (push_write) begin
      push = !full;
      overflow = full;
    end
    if (pop_write) begin
      pop_too_many = pop_words > 16'(level);
      underflow = pop_too_many;
      pop = pop_too_many ? '0 : pop_words[LevelWidth-1:0];
    end
    if (auto_pop_read && auto_pop_enable) begin
      // A bad word is removed like any other: it would bar the way for ever.
      auto_pop = !empty;
      underflow = empty;
      pop = LevelWidth'(auto_pop);
    end
  end

  always_comb begin
    refusal_o = mailbox_registers_pkg::REFUSAL_CODE_NONE;
    read_data_o = '0;
    if (sender_request_i || receiver_request_i) begin
      read_data_o = sender_request_i ? sender_read_data : receiver_read_data;
      if (absent || sender_error || receiver_error) begin
        refusal_o = mailbox_registers_pkg::REFUSAL_CODE_ADDRESS;
      end else if (foreign) begin
        refusal_o = mailbox_registers_pkg::REFUSAL_CODE_OWNER;
      end else if (locked) begin
        refusal_o = mailbox_registers_pkg::REFUSAL_CODE_LOCKED;
      end else if (auto_pop_read && !auto_pop_enable) begin
        refusal_o = mailbox_registers_pkg::REFUSAL_CODE_DISABLED;
      end else if (overflow) begin
        refusal_o = mailbox_registers_pkg::REFUSAL_CODE_OVERFLOW;
      end else if (underflow) begin
        refusal_o = mailbox_registers_pkg::REFUSAL_CODE_UNDERFLOW;
      end else if (bad && (peek_read || peek_high_read || auto_pop_read)) begin
        refusal_o = mailbox_registers_pkg::REFUSAL_CODE_PARITY;
      end
    end
  end

  if (Width == 64) begin : g_wide
    assign push_word = {push_high, push_data};

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        auto_pop_high_q <= '0;
      end else if (receiver_clear_i || (auto_pop && !bad)) begin
        auto_pop_high_q <= receiver_clear_i ? '0 : oldest_word[63:32];
      end
    end
  end else begin : g_narrow
    logic unused_high;

    assign push_word = push_data;
    assign auto_pop_high_q = '0;
    assign unused_high = ^push_high;
  end

  // ---- state ----
  mailbox_fifo #(
    .Width(Width),
    .Depth(Depth),
    .Parity(Parity)
  ) u_fifo (
    .clk_i,
    .rst_ni,
    .active_i,
    .sender_clear_i,
    .receiver_clear_i,
    .push_i(push),
    .word_i(push_word),
    .pop_i(pop),
    .sender_flush_i(send_flush_write && send_flush_data),
    .receiver_flush_i(receive_flush_write && receive_flush_data),
    .overflow_i(overflow),
    .underflow_i(underflow),
    .send_event_write_i(send_event_write),
    .send_event_data_i(send_event_data),
    .receive_event_write_i(receive_event_write),
    .receive_event_data_i(receive_event_data),
    .inject_write_i(inject_write),
    .inject_data_i(inject_data),
    .count_clear_i,
    .word_o(oldest_word),
    .bad_o(bad),
    .level_o(level),
    .full_o(full),
    .empty_o(empty),
    .send_event_o(send_event),
    .receive_event_o(receive_event),
    .inject_o(inject),
    .dropped_o(dropped),
    .high_water_mark_o(high_water_mark),
    .moving_o
  );

  always_comb begin
    flushed_words_o = '0;
    if ((send_flush_write && send_flush_data) || (receive_flush_write && receive_flush_data)) begin
      flushed_words_o = 16'(level);
    end
  end

  // ---- interrupt sources ----
  assign space_o = space_interrupt && 16'(level) <= low_watermark;
  assign receive_o = receive_interrupt && !empty && 16'(level) >= high_watermark;
  assign send_error_o = send_event != '0;
  assign receive_error_o = receive_event != '0;

endmodule
