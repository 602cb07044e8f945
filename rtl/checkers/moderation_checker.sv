// SPDX-License-Identifier: MIT
// Checks on interrupt moderation, bound into mailbox_moderation: nothing is announced without a cause, and the oldest
// completion that is not announced waits neither for longer than its moderation time nor for more than the count.

module moderation_checker (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        clear_i,
  input logic [63:0] cycle_i,
  input logic        count_i,
  input logic [15:0] threshold_i,
  input logic [31:0] time_i,
  input logic        announce_i,
  input logic [15:0] counted_i
);

  // The oldest completion that is not announced: when, and how long it may wait.
  logic waiting_q;
  logic [63:0] since_q;
  logic [31:0] time_q;

  logic due;

  assign due = waiting_q ? cycle_i - since_q >= {32'd0, time_q} : time_i == '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      waiting_q <= 1'b0;
      since_q <= '0;
      time_q <= '0;
    end else if (count_i || waiting_q || announce_i || clear_i) begin
      with_cause: assert (!announce_i || count_i || waiting_q) else $error("nothing to announce");
      in_time: assert (!(count_i || waiting_q) || !due || announce_i) else $error("the moderation time is over");
      by_count: assert (17'(counted_i) + 17'(count_i) < 17'(threshold_i) || !(count_i || waiting_q) || announce_i)
        else $error("the moderation count is reached");
      not_early: assert (!announce_i || due || 17'(counted_i) + 17'(count_i) >= 17'(threshold_i))
        else $error("announced before count and time");
      counts: assert ((counted_i != '0) == waiting_q && counted_i != '1) else $error("the count is wrong or wraps");
      waiting_q <= !clear_i && !announce_i;
      since_q <= waiting_q ? since_q : cycle_i;
      time_q <= waiting_q ? time_q : time_i;
    end
  end

endmodule
