// SPDX-License-Identifier: MIT
// Checks on a FIFO, bound into word_fifo: the level is what pushes and pops make it, full and empty say what the level
// says, and every word comes out once, in order and unchanged.
//
// The last one without a copy of the contents: words that go in are added up, weighted by their number, and words that
// come out are subtracted with theirs. A lost, doubled, swapped or changed word leaves a rest when the FIFO is empty.

module fifo_checker #(
  parameter int unsigned Width = 32,
  parameter int unsigned Depth = 16,
  localparam int unsigned LevelWidth = $clog2(Depth) + 1
) (
  input logic                  clk_i,
  input logic                  rst_ni,
  input logic                  clear_i,
  input logic                  push_i,
  input logic      [Width-1:0] pushed_i,
  input logic                  pop_i,
  input logic      [Width-1:0] popped_i,
  input logic [LevelWidth-1:0] level_i,
  input logic                  full_i,
  input logic                  empty_i
);

  logic [LevelWidth-1:0] level_q;
  logic [63:0] rest_q;
  logic [63:0] pushed_weight_q;
  logic [63:0] popped_weight_q;

  logic push;
  logic pop;

  assign push = push_i && level_q != LevelWidth'(Depth);
  assign pop = pop_i && level_q != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      level_q <= '0;
      rest_q <= '0;
      pushed_weight_q <= 64'd1;
      popped_weight_q <= 64'd1;
    end else if (clear_i) begin
      level_q <= '0;
      rest_q <= '0;
      pushed_weight_q <= 64'd1;
      popped_weight_q <= 64'd1;
    end else if (push_i || pop_i || level_i != level_q) begin
      level_right: assert (level_i == level_q) else $error("level is %0d and should be %0d", level_i, level_q);
      full_right: assert (full_i == (level_q == LevelWidth'(Depth))) else $error("full is wrong at level %0d", level_q);
      empty_right: assert (empty_i == (level_q == '0)) else $error("empty is wrong at level %0d", level_q);
      words_right: assert (level_q != '0 || rest_q == '0) else $error("a word was lost, doubled, swapped or changed");

      level_q <= level_q + LevelWidth'(push) - LevelWidth'(pop);
      rest_q <= rest_q + (push ? 64'(pushed_i) * pushed_weight_q : '0) - (pop ? 64'(popped_i) * popped_weight_q : '0);
      pushed_weight_q <= pushed_weight_q + {62'd0, push, 1'b0};
      popped_weight_q <= popped_weight_q + {62'd0, pop, 1'b0};
    end
  end

endmodule
