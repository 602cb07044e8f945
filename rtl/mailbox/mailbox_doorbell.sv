// SPDX-License-Identifier: MIT
// Doorbell flags of one agent, with their mask.
//
// A ring wins over a clear of the same flag in the same cycle, flag by flag: whoever clears before it looks for work
// can not lose a ring. The mask hides a flag from the interrupt only; a masked flag is set and kept all the same.

module mailbox_doorbell (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] ring_i,
  input  logic        clear_write_i,
  input  logic [31:0] clear_i,
  input  logic        mask_set_write_i,
  input  logic [31:0] mask_set_i,
  input  logic        mask_clear_write_i,
  input  logic [31:0] mask_clear_i,
  output logic [31:0] flags_o,
  output logic [31:0] mask_o,
  output logic [31:0] masked_flags_o
);

  logic [31:0] flags_q;
  logic [31:0] mask_q;

  assign flags_o = flags_q;
  assign mask_o = mask_q;
  assign masked_flags_o = flags_q & ~mask_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      flags_q <= '0;
      mask_q <= '0;
    end else begin
      flags_q <= (clear_write_i ? (flags_q & ~clear_i) : flags_q) | ring_i;
      if (mask_set_write_i || mask_clear_write_i) begin
        mask_q <= mask_set_write_i ? (mask_q | mask_set_i) : (mask_q & ~mask_clear_i);
      end
    end
  end

endmodule
