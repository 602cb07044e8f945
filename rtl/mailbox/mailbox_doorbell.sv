// SPDX-License-Identifier: MIT
// State of one doorbell window: the receiver's flags with their mask, and the sender's acknowledgements.
//
// A ring wins over a clear of the same flag in the same cycle, flag by flag: whoever clears before it looks for work
// can not lose a ring. Such a clear is no acknowledgement either, since the flag is still to be served. A new
// acknowledgement wins over the sender's clear of an older one. The mask hides a flag from the interrupt only; a masked
// flag is set and kept all the same.
//
// The reset of an agent takes away what is its own without a trace for the other: flags and mask at the receiver, a ring
// in that cycle included, and acknowledgements at the sender.

module mailbox_doorbell (
  input  logic        clk_i,
  input  logic        rst_ni,
  // One of the commands or resets below is there: nothing is looked at in any other cycle.
  input  logic        active_i,
  input  logic        sender_clear_i,
  input  logic        receiver_clear_i,
  input  logic [31:0] ring_i,
  input  logic        clear_write_i,
  input  logic [31:0] clear_data_i,
  input  logic        mask_set_write_i,
  input  logic [31:0] mask_set_data_i,
  input  logic        mask_clear_write_i,
  input  logic [31:0] mask_clear_data_i,
  input  logic        acknowledge_write_i,
  input  logic [31:0] acknowledge_data_i,
  output logic [31:0] flags_o,
  output logic [31:0] mask_o,
  output logic [31:0] acknowledge_o
);

  logic [31:0] flags_q;
  logic [31:0] mask_q;
  logic [31:0] acknowledge_q;

  logic [31:0] clear;
  logic [31:0] taken_back;
  logic [31:0] mask_set;
  logic [31:0] mask_clear;

  always_comb begin
    clear = '0;
    if (clear_write_i) begin
      clear = clear_data_i;
    end
  end

  assign taken_back = acknowledge_write_i ? acknowledge_data_i : '0;
  assign flags_o = flags_q;
  assign mask_o = mask_q;
  assign acknowledge_o = acknowledge_q;

  assign mask_set = mask_set_write_i ? mask_set_data_i : '0;
  assign mask_clear = mask_clear_write_i ? mask_clear_data_i : '0;

  // The flags are read before they are assigned, which spares Verilator a shadow copy.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      acknowledge_q <= '0;
      flags_q <= '0;
      mask_q <= '0;
    end else if (active_i) begin
      acknowledge_q <= sender_clear_i ? '0 : (flags_q & clear & ~ring_i) | (acknowledge_q & ~taken_back);
      flags_q <= receiver_clear_i ? '0 : (flags_q & ~clear) | ring_i;
      mask_q <= receiver_clear_i ? '0 : (mask_q & ~mask_clear) | mask_set;
    end
  end

endmodule
