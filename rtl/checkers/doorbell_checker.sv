// SPDX-License-Identifier: MIT
// Checks on doorbell flags, bound into mailbox_doorbell, bit by bit: a ring sets its flag whatever is cleared in the
// same cycle; a clear takes away written flags only, and takes them away; nothing else changes; masks likewise.

module doorbell_checker (
  input logic        clk_i,
  input logic        rst_ni,
  input logic [31:0] ring_i,
  input logic        clear_write_i,
  input logic [31:0] clear_i,
  input logic        mask_set_write_i,
  input logic [31:0] mask_set_i,
  input logic        mask_clear_write_i,
  input logic [31:0] mask_clear_i,
  input logic [31:0] flags_i,
  input logic [31:0] mask_i,
  input logic [31:0] masked_flags_i
);

  logic [31:0] flags_q;
  logic [31:0] mask_q;
  logic [31:0] ring_q;
  logic [31:0] clear_q;
  logic [31:0] mask_set_q;
  logic [31:0] mask_clear_q;
  logic commanded_q;

  logic commanded;

  assign commanded = ring_i != '0 || clear_write_i || mask_set_write_i || mask_clear_write_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      flags_q <= '0;
      mask_q <= '0;
      ring_q <= '0;
      clear_q <= '0;
      mask_set_q <= '0;
      mask_clear_q <= '0;
      commanded_q <= 1'b0;
    end else if (commanded || commanded_q || flags_i != flags_q || mask_i != mask_q) begin
      ring_wins: assert ((ring_q & ~flags_i) == '0)
        else $error("rung flags %h are lost", ring_q & ~flags_i);
      clears_written_only: assert ((flags_q & ~clear_q & ~flags_i) == '0)
        else $error("flags %h fell without a clear", flags_q & ~clear_q & ~flags_i);
      clear_works: assert ((flags_i & clear_q & ~ring_q) == '0)
        else $error("cleared flags %h are still set", flags_i & clear_q & ~ring_q);
      sets_rung_only: assert ((flags_i & ~flags_q & ~ring_q) == '0)
        else $error("flags %h rose without a ring", flags_i & ~flags_q & ~ring_q);
      mask_right: assert (mask_i == ((mask_q | mask_set_q) & ~mask_clear_q))
        else $error("the mask is %h", mask_i);
      masked_right: assert (masked_flags_i == (flags_i & ~mask_i))
        else $error("masked flags are %h", masked_flags_i);

      flags_q <= flags_i;
      mask_q <= mask_i;
      ring_q <= ring_i;
      clear_q <= clear_write_i ? clear_i : '0;
      mask_set_q <= mask_set_write_i ? mask_set_i : '0;
      mask_clear_q <= mask_clear_write_i ? mask_clear_i : '0;
      commanded_q <= commanded;
    end
  end

endmodule
