// SPDX-License-Identifier: MIT
// Functional points of a FIFO channel, bound into mailbox_fifo_channel: its levels, watermarks, flushes, waiting pushes,
// parity, and each reason for which it refuses.

module fifo_cover #(
  parameter int unsigned Depth = 16,
  parameter int unsigned Parity = 1,
  localparam int unsigned PointerWidth = $clog2(Depth),
  localparam int unsigned LevelWidth = PointerWidth + 1
) (
  input logic                    clk_i,
  input logic                    rst_ni,
  input logic                    sender_request_i,
  input logic                    receiver_request_i,
  input logic                    push_i,
  input logic   [LevelWidth-1:0] pop_i,
  input logic                    pop_write_i,
  input logic                    auto_pop_i,
  input logic                    sender_flush_i,
  input logic                    receiver_flush_i,
  input logic                    sender_clear_i,
  input logic                    receiver_clear_i,
  input logic                    push_held_i,
  input logic             [15:0] push_waited_i,
  input logic                    push_wait_i,
  input logic              [3:0] refusal_i,
  input logic   [LevelWidth-1:0] level_i,
  input logic                    full_i,
  input logic                    empty_i,
  input logic [PointerWidth-1:0] write_pointer_i,
  input logic [PointerWidth-1:0] read_pointer_i,
  input logic                    bad_i,
  input logic                    inject_i,
  input logic                    space_i,
  input logic                    receive_i,
  input logic             [15:0] high_watermark_i
);

  logic space_q;
  logic receive_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      space_q <= 1'b0;
      receive_q <= 1'b0;
    end else begin
      space_q <= space_i;
      receive_q <= receive_i;
    end
  end

  becomes_full: cover property (@(posedge clk_i) rst_ni && push_i && level_i == LevelWidth'(Depth - 1));
  leaves_full: cover property (@(posedge clk_i) rst_ni && full_i && pop_i != '0);
  becomes_empty: cover property (@(posedge clk_i) rst_ni && pop_i != '0 && pop_i == level_i);
  becomes_empty_from_full: cover property (@(posedge clk_i) rst_ni && full_i && pop_i == level_i);
  pop_of_several: cover property (@(posedge clk_i) rst_ni && pop_i > LevelWidth'(1) && pop_i < level_i);
  pop_of_none: cover property (@(posedge clk_i) rst_ni && pop_write_i && pop_i == '0 && refusal_i == '0);
  write_pointer_wraps: cover property (@(posedge clk_i) rst_ni && push_i && write_pointer_i == '1);
  read_pointer_wraps_inside_a_pop:
    cover property (@(posedge clk_i) rst_ni && !empty_i && LevelWidth'(read_pointer_i) + pop_i > LevelWidth'(Depth));
  high_watermark_reached: cover property (@(posedge clk_i) rst_ni && receive_i && !receive_q);
  high_watermark_left: cover property (@(posedge clk_i) rst_ni && !receive_i && receive_q);
  high_watermark_above_one: cover property (@(posedge clk_i) rst_ni && receive_i && high_watermark_i > 16'd1);
  high_watermark_of_none: cover property (@(posedge clk_i) rst_ni && empty_i && high_watermark_i == '0);
  low_watermark_reached: cover property (@(posedge clk_i) rst_ni && space_i && !space_q && !empty_i);
  low_watermark_left: cover property (@(posedge clk_i) rst_ni && !space_i && space_q);
  sender_flushes_words: cover property (@(posedge clk_i) rst_ni && sender_flush_i && !empty_i);
  sender_flushes_nothing: cover property (@(posedge clk_i) rst_ni && sender_flush_i && empty_i);
  receiver_flushes_words: cover property (@(posedge clk_i) rst_ni && receiver_flush_i && !empty_i);
  receiver_flushes_nothing: cover property (@(posedge clk_i) rst_ni && receiver_flush_i && empty_i);
  reset_of_sender_flushes_words: cover property (@(posedge clk_i) rst_ni && sender_clear_i && !empty_i);
  reset_of_receiver_flushes_words: cover property (@(posedge clk_i) rst_ni && receiver_clear_i && !empty_i);
  reset_during_push: cover property (@(posedge clk_i) rst_ni && receiver_clear_i && push_i);
  reset_during_pop: cover property (@(posedge clk_i) rst_ni && sender_clear_i && pop_i != '0);
  push_waits: cover property (@(posedge clk_i) rst_ni && push_wait_i);
  push_served_after_wait: cover property (@(posedge clk_i) rst_ni && push_i && push_waited_i != '0);
  push_expires: cover property (@(posedge clk_i) rst_ni && push_held_i && push_waited_i != '0 && full_i && !push_wait_i);
  read_passes_waiting_push: cover property (@(posedge clk_i) rst_ni && push_wait_i && receiver_request_i);
  auto_pop_passes_waiting_push: cover property (@(posedge clk_i) rst_ni && push_wait_i && auto_pop_i);
  refused_sender_address: cover property (@(posedge clk_i) rst_ni && sender_request_i &&
    refusal_i == mailbox_registers_pkg::REFUSAL_CODE_ADDRESS);
  refused_receiver_address: cover property (@(posedge clk_i) rst_ni && receiver_request_i &&
    refusal_i == mailbox_registers_pkg::REFUSAL_CODE_ADDRESS);
  refused_owner: cover property (@(posedge clk_i) rst_ni && refusal_i == mailbox_registers_pkg::REFUSAL_CODE_OWNER);
  refused_locked: cover property (@(posedge clk_i) rst_ni && refusal_i == mailbox_registers_pkg::REFUSAL_CODE_LOCKED);
  refused_disabled:
    cover property (@(posedge clk_i) rst_ni && refusal_i == mailbox_registers_pkg::REFUSAL_CODE_DISABLED);
  refused_overflow:
    cover property (@(posedge clk_i) rst_ni && refusal_i == mailbox_registers_pkg::REFUSAL_CODE_OVERFLOW);
  refused_pop: cover property (@(posedge clk_i) rst_ni && pop_write_i &&
    refusal_i == mailbox_registers_pkg::REFUSAL_CODE_UNDERFLOW);
  refused_auto_pop: cover property (@(posedge clk_i) rst_ni && !pop_write_i &&
    refusal_i == mailbox_registers_pkg::REFUSAL_CODE_UNDERFLOW);

  if (Parity != 0) begin : g_parity
    logic bad_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        bad_q <= 1'b0;
      end else begin
        bad_q <= bad_i;
      end
    end

    injected: cover property (@(posedge clk_i) rst_ni && push_i && inject_i);
    bad_word_becomes_oldest: cover property (@(posedge clk_i) rst_ni && bad_i && !bad_q);
    bad_word_popped: cover property (@(posedge clk_i) rst_ni && bad_i && pop_write_i && pop_i != '0);
    bad_word_auto_popped: cover property (@(posedge clk_i) rst_ni && bad_i && auto_pop_i);
    refused_parity:
      cover property (@(posedge clk_i) rst_ni && refusal_i == mailbox_registers_pkg::REFUSAL_CODE_PARITY);
  end else begin : g_no_parity
    logic unused_inputs;

    assign unused_inputs = ^{inject_i, bad_i};
  end

endmodule
