// SPDX-License-Identifier: MIT
// Checks on a FIFO, bound into word_fifo: the level is what pushes, pops and clears make it, full and empty say what the
// level says, and the word that is shown is the one that was pushed in its place.

module fifo_checker #(
  parameter int unsigned Width = 32,
  parameter int unsigned Depth = 16,
  localparam int unsigned PointerWidth = $clog2(Depth),
  localparam int unsigned LevelWidth = PointerWidth + 1
) (
  input logic                  clk_i,
  input logic                  rst_ni,
  // A push, a pop or a clear.
  input logic                  active_i,
  input logic                  clear_i,
  input logic                  push_i,
  input logic      [Width-1:0] pushed_i,
  input logic [LevelWidth-1:0] pop_i,
  input logic      [Width-1:0] shown_i,
  input logic [LevelWidth-1:0] level_i,
  input logic                  full_i,
  input logic                  empty_i
);

  // A copy of its own, at places that a clear does not move: a stale pointer shows as a wrong word.
  logic [Width-1:0] copy_q [Depth];
  logic [PointerWidth-1:0] first_q;
  logic [LevelWidth-1:0] level_q;

  logic push;
  logic [LevelWidth-1:0] pop;

  always_comb begin
    push = 1'b0;
    pop = '0;
    if (active_i) begin
      push = push_i && level_q != LevelWidth'(Depth);
      pop = (pop_i <= level_q) ? pop_i : '0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      first_q <= '0;
      level_q <= '0;
    end else if (active_i) begin
      level_right: assert (level_i == level_q) else $error("level is %0d and should be %0d", level_i, level_q);
      full_right: assert (full_i == (level_q == LevelWidth'(Depth))) else $error("full is wrong at level %0d", level_q);
      empty_right: assert (empty_i == (level_q == '0)) else $error("empty is wrong at level %0d", level_q);
      word_right: assert (level_q == '0 || shown_i == copy_q[first_q])
        else $error("the oldest word is %h and should be %h", shown_i, copy_q[first_q]);

      first_q <= first_q + PointerWidth'(clear_i ? level_q : pop);
      level_q <= clear_i ? '0 : level_q + LevelWidth'(push) - pop;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) begin
      copy_q[first_q + level_q[PointerWidth-1:0]] <= pushed_i;
    end
  end

endmodule
