// SPDX-License-Identifier: MIT
// Checks on a doorbell window, bound into mailbox_doorbell, bit by bit: a ring sets its flag whatever is cleared in the
// same cycle; a clear takes away written flags only, and takes them away; an acknowledgement comes from exactly a clear
// of a set flag that nobody rings; nothing else changes, which shows at the next command;
// a reset of one side leaves nothing of that side.

module doorbell_checker (
  input logic        clk_i,
  input logic        rst_ni,
  // A command or a reset is there.
  input logic        active_i,
  input logic        sender_clear_i,
  input logic        receiver_clear_i,
  input logic [31:0] ring_i,
  input logic        clear_write_i,
  input logic [31:0] clear_data_i,
  input logic        mask_set_write_i,
  input logic [31:0] mask_set_data_i,
  input logic        mask_clear_write_i,
  input logic [31:0] mask_clear_data_i,
  input logic        acknowledge_write_i,
  input logic [31:0] acknowledge_data_i,
  input logic [31:0] flags_i,
  input logic [31:0] mask_i,
  input logic [31:0] acknowledge_i
);

  logic [31:0] flags_q;
  logic [31:0] mask_q;
  logic [31:0] acknowledge_q;
  logic [31:0] ring_q;
  logic [31:0] clear_q;
  logic [31:0] mask_set_q;
  logic [31:0] mask_clear_q;
  logic [31:0] taken_back_q;
  logic sender_clear_q;
  logic receiver_clear_q;
  logic active_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      flags_q <= '0;
      mask_q <= '0;
      acknowledge_q <= '0;
      ring_q <= '0;
      clear_q <= '0;
      mask_set_q <= '0;
      mask_clear_q <= '0;
      taken_back_q <= '0;
      sender_clear_q <= 1'b0;
      receiver_clear_q <= 1'b0;
      active_q <= 1'b0;
    end else if (active_i || active_q) begin
      if (receiver_clear_q) begin
        receiver_reset: assert (flags_i == '0 && mask_i == '0)
          else $error("after the reset flags are %h and the mask is %h", flags_i, mask_i);
      end else begin
        ring_wins: assert ((ring_q & ~flags_i) == '0) else $error("rung flags %h are lost", ring_q & ~flags_i);
        clears_written_only: assert ((flags_q & ~clear_q & ~flags_i) == '0)
          else $error("flags %h fell without a clear", flags_q & ~clear_q & ~flags_i);
        clear_works: assert ((flags_i & clear_q & ~ring_q) == '0)
          else $error("cleared flags %h are still set", flags_i & clear_q & ~ring_q);
        sets_rung_only: assert ((flags_i & ~flags_q & ~ring_q) == '0)
          else $error("flags %h rose without a ring", flags_i & ~flags_q & ~ring_q);
        mask_right: assert (mask_i == ((mask_q | mask_set_q) & ~mask_clear_q)) else $error("the mask is %h", mask_i);
      end
      if (sender_clear_q) begin
        sender_reset: assert (acknowledge_i == '0)
          else $error("after the reset acknowledgements are %h", acknowledge_i);
      end else begin
        acknowledge_right: assert (acknowledge_i == ((acknowledge_q & ~taken_back_q) |
                                                     (receiver_clear_q ? '0 : flags_q & clear_q & ~ring_q)))
          else $error("acknowledgements are %h", acknowledge_i);
      end

      flags_q <= flags_i;
      mask_q <= mask_i;
      acknowledge_q <= acknowledge_i;
      ring_q <= ring_i;
      clear_q <= clear_write_i ? clear_data_i : '0;
      mask_set_q <= mask_set_write_i ? mask_set_data_i : '0;
      mask_clear_q <= mask_clear_write_i ? mask_clear_data_i : '0;
      taken_back_q <= acknowledge_write_i ? acknowledge_data_i : '0;
      sender_clear_q <= sender_clear_i;
      receiver_clear_q <= receiver_clear_i;
      active_q <= active_i;
    end
  end

endmodule
