// SPDX-License-Identifier: MIT
// CRC-32C (Castagnoli) over a stream of 8-byte words with byte strobes, lowest byte first. Both the bits of a byte and
// the register are reflected; start value and final inversion are all ones.

module mailbox_crc32c (
  input  logic        clk_i,
  input  logic        rst_ni,
  // Starts anew; wins over an update.
  input  logic        clear_i,
  input  logic        update_i,
  input  logic [63:0] data_i,
  input  logic  [7:0] strobe_i,
  output logic [31:0] crc_o
);

  localparam logic [31:0] Polynomial = 32'h82F63B78;

  logic [31:0] crc_q;

  function automatic logic [31:0] with_byte(logic [31:0] crc, logic [7:0] data);
    with_byte = crc ^ {24'd0, data};
    for (int unsigned i = 0; i < 8; i++) begin
      with_byte = {1'b0, with_byte[31:1]} ^ (with_byte[0] ? Polynomial : '0);
    end
  endfunction

  function automatic logic [31:0] with_word(logic [31:0] crc, logic [63:0] data, logic [7:0] strobe);
    with_word = crc;
    for (int unsigned i = 0; i < 8; i++) begin
      with_word = strobe[i] ? with_byte(with_word, data[8*i +: 8]) : with_word;
    end
  endfunction

  assign crc_o = ~crc_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      crc_q <= '1;
    end else if (clear_i || update_i) begin
      crc_q <= clear_i ? '1 : with_word(crc_q, data_i, strobe_i);
    end
  end

endmodule
