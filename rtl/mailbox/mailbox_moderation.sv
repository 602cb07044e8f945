// SPDX-License-Identifier: MIT
// Interrupt moderation of one ring: announces completions by number or by age, whichever comes first.
//
// The deadline is taken once, with the first completion that is not announced, so that later ones can not push it away:
// the oldest completion waits for at most the moderation time, whatever follows it.

module mailbox_moderation (
  input  logic        clk_i,
  input  logic        rst_ni,
  // Forgets what was counted.
  input  logic        clear_i,
  input  logic [63:0] cycle_i,
  // A completion that asks for an interrupt was answered in this cycle.
  input  logic        count_i,
  input  logic [15:0] threshold_i,
  input  logic [31:0] time_i,
  output logic        announce_o,
  // Something is counted that was not announced.
  output logic        waiting_o,
  // Cycles in which this is sure to stand still: all ones if nothing is counted, else the distance to the deadline.
  output logic [63:0] quiet_o
);

  logic [15:0] counted_q;
  logic [63:0] deadline_q;

  logic first;
  logic [16:0] counted;

  assign first = counted_q == '0;
  assign waiting_o = !first;

  always_comb begin
    counted = '0;
    announce_o = 1'b0;
    quiet_o = '1;
    if (count_i || !first) begin
      counted = {1'b0, counted_q} + 17'(count_i);
      announce_o = counted >= {1'b0, threshold_i} || (first ? time_i == '0 : cycle_i >= deadline_q);
      quiet_o = announce_o || first ? '0 : deadline_q - cycle_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      counted_q <= '0;
      deadline_q <= '0;
    end else if (clear_i || count_i || !first) begin
      counted_q <= (clear_i || announce_o) ? '0 : counted[15:0];
      deadline_q <= first ? cycle_i + {32'd0, time_i} : deadline_q;
    end
  end

endmodule
