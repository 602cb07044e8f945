// SPDX-License-Identifier: MIT
// Shifts a stream of 8-byte words from the source's position within a word to the destination's.
//
// With s and d the source's and the destination's offset within a word, output word k consists of bytes of the input
// words k-1 and k if s <= d, and of k and k+1 if s > d. The second case takes one word in before the first output.
// Bytes before the first and behind the last of the transfer are not told apart here: they are masked by strobes.

module mailbox_dma_realigner #(
  parameter int unsigned BeatsWidth = 18
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  // load_i starts a stream of words_i input words.
  input  logic                  load_i,
  input  logic            [2:0] source_offset_i,
  input  logic            [2:0] destination_offset_i,
  input  logic [BeatsWidth-1:0] words_i,

  input  logic           [63:0] word_i,
  input  logic                  word_valid_i,
  output logic                  word_pop_o,

  output logic           [63:0] data_o,
  output logic                  data_valid_o,
  input  logic                  data_take_i
);

  // Bytes by which the pair {newer word, older word} is shifted down: 1..8.
  logic [3:0] shift_q;
  logic primed_q;
  logic [63:0] previous_q;
  logic [BeatsWidth-1:0] words_left_q;

  logic [63:0] word;
  logic exhausted;

  assign exhausted = words_left_q == '0;
  assign data_valid_o = primed_q && (word_valid_i || exhausted);
  assign word_pop_o = word_valid_i && !exhausted && (!primed_q || data_take_i);

  always_comb begin
    word = '0;
    data_o = '0;
    // Nobody looks at a word that is not taken.
    if (data_take_i) begin
      word = exhausted ? '0 : word_i;
      data_o = word;
      if (!shift_q[3]) begin
        data_o = (previous_q >> {shift_q[2:0], 3'b000}) | (word << (7'd64 - {1'b0, shift_q[2:0], 3'b000}));
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      shift_q <= 4'd8;
      primed_q <= 1'b0;
      previous_q <= '0;
      words_left_q <= '0;
    end else if (load_i || word_pop_o) begin
      primed_q <= load_i ? (source_offset_i <= destination_offset_i) : 1'b1;
      previous_q <= load_i ? '0 : word_i;
      words_left_q <= load_i ? words_i : words_left_q - 1'b1;
      if (load_i) begin
        shift_q <= {source_offset_i <= destination_offset_i, 3'b000} + {1'b0, source_offset_i} -
                   {1'b0, destination_offset_i};
      end
    end
  end

endmodule
