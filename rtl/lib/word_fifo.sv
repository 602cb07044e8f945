// SPDX-License-Identifier: MIT
// Synchronous first-in first-out buffer with its oldest word always readable; several words can be removed at once.
//
// A push while full changes nothing, and neither does a pop of more words than there are: the caller looks at full_o and
// level_o to know what became of them. clear_i empties the buffer and wins over both. Depth must be a power of two.

module word_fifo #(
  parameter int unsigned Width = 32,
  parameter int unsigned Depth = 16,
  localparam int unsigned PointerWidth = $clog2(Depth)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  push_i,
  input  logic      [Width-1:0] data_i,
  // How many words to remove; 0 is none.
  input  logic [PointerWidth:0] pop_i,
  output logic      [Width-1:0] data_o,
  output logic [PointerWidth:0] level_o,
  // The level that the next cycle will have.
  output logic [PointerWidth:0] level_next_o,
  output logic                  full_o,
  output logic                  empty_o
);

  logic [Width-1:0] storage_q [Depth];
  logic [PointerWidth-1:0] write_pointer_q;
  logic [PointerWidth-1:0] read_pointer_q;
  logic [PointerWidth:0] level_q;

  logic active;
  logic push;
  logic [PointerWidth:0] pop;

  assign full_o = level_q[PointerWidth];
  assign empty_o = level_q == '0;
  assign level_o = level_q;
  assign data_o = storage_q[read_pointer_q];

  assign active = clear_i || push_i || pop_i != '0;

  always_comb begin
    push = 1'b0;
    pop = '0;
    level_next_o = level_q;
    if (active) begin
      push = push_i && !full_o;
      pop = (pop_i <= level_q) ? pop_i : '0;
      level_next_o = clear_i ? '0 : level_q + (PointerWidth + 1)'(push) - pop;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_pointer_q <= '0;
      read_pointer_q <= '0;
      level_q <= '0;
    end else if (active) begin
      write_pointer_q <= clear_i ? '0 : write_pointer_q + PointerWidth'(push);
      read_pointer_q <= clear_i ? '0 : read_pointer_q + pop[PointerWidth-1:0];
      level_q <= level_next_o;
    end
  end

  // The words themselves need no reset: none is read before it was written.
  always_ff @(posedge clk_i) begin
    if (push) begin
      storage_q[write_pointer_q] <= data_i;
    end
  end

endmodule
