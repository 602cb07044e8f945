// SPDX-License-Identifier: MIT
// Which ring's message is next: high priority first, within a priority in turn.
//
// High priority may pass over a waiting ring of low priority eight times; then one of low priority is served. So a ring
// of low priority waits for a bounded number of messages, however busy those of high priority are.

module mailbox_ring_arbiter #(
  parameter int unsigned RingCount = 4,
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic  [RingCount-1:0] ready_i,
  input  logic  [RingCount-1:0] high_priority_i,
  output logic                  valid_o,
  output logic [IndexWidth-1:0] index_o,
  // The choice is carried out.
  input  logic                  take_i
);

  localparam logic [3:0] PassesMaximum = 4'd8;

  logic [IndexWidth-1:0] last_high_q;
  logic [IndexWidth-1:0] last_low_q;
  logic [3:0] passes_q;

  logic [RingCount-1:0] high;
  logic [RingCount-1:0] low;
  logic serve_low;
  logic [IndexWidth-1:0] last;

  always_comb begin
    high = '0;
    low = '0;
    serve_low = 1'b0;
    last = '0;
    if (ready_i != '0) begin
      high = ready_i & high_priority_i;
      low = ready_i & ~high_priority_i;
      serve_low = low != '0 && (high == '0 || passes_q == PassesMaximum);
      last = serve_low ? last_low_q : last_high_q;
    end
  end

  mailbox_ring_turn #(
    .Candidates(RingCount)
  ) u_turn (
    .candidates_i(serve_low ? low : high),
    .last_i(last),
    .index_o
  );

  assign valid_o = ready_i != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      last_high_q <= IndexWidth'(RingCount - 1);
      last_low_q <= IndexWidth'(RingCount - 1);
      passes_q <= '0;
    end else if (take_i) begin
      last_high_q <= serve_low ? last_high_q : index_o;
      last_low_q <= serve_low ? index_o : last_low_q;
      passes_q <= serve_low ? '0 : passes_q + 4'(low != '0);
    end
  end

endmodule
