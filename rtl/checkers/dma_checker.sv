// SPDX-License-Identifier: MIT
// Checks on the copy engine, bound into mailbox_dma: its counters stay within what they count, its buffer neither
// overflows nor underflows, no burst begins after an error or an abort, and a segment ends with nothing outstanding.

module dma_checker #(
  parameter int unsigned BufferDepth = 64,
  parameter int unsigned BurstsMaximum = 8,
  parameter int unsigned BeatsWidth = 18
) (
  input logic                  clk_i,
  input logic                  rst_ni,
  input logic                  load_i,
  input logic                  active_i,
  input logic                  stop_i,
  input logic                  finish_i,
  input logic                  good_i,
  input logic                  ar_grant_i,
  input logic                  aw_grant_i,
  input logic                  w_grant_i,
  input logic                  r_valid_i,
  input logic                  b_valid_i,
  input logic                  push_i,
  input logic                  pop_i,
  input logic                  buffer_full_i,
  input logic                  buffer_empty_i,
  input logic           [31:0] free_i,
  input logic           [31:0] expected_i,
  input logic           [31:0] owed_i,
  input logic           [31:0] outstanding_i,
  input logic           [31:0] clean_i,
  input logic [BeatsWidth-1:0] read_left_i,
  input logic [BeatsWidth-1:0] accept_left_i,
  input logic [BeatsWidth-1:0] write_left_i,
  input logic [BeatsWidth-1:0] data_left_i,
  input logic [BeatsWidth-1:0] answer_left_i
);

  logic stop_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      stop_q <= 1'b0;
    end else if (load_i || active_i || ar_grant_i || aw_grant_i || w_grant_i || r_valid_i || b_valid_i) begin
      load_idle: assert (!load_i || !active_i) else $error("a segment begins before the end of the one before");
      only_active: assert (active_i || !(ar_grant_i || aw_grant_i || w_grant_i || r_valid_i || b_valid_i))
        else $error("payload without a segment");
      no_burst_after_stop: assert (!stop_q || !(ar_grant_i || aw_grant_i))
        else $error("a burst begins after an error or an abort");
      read_counted: assert (!r_valid_i || expected_i != '0) else $error("a beat that nobody asked for");
      answer_counted: assert (!b_valid_i || outstanding_i != '0) else $error("an answer that nobody asked for");
      data_counted: assert (!w_grant_i || owed_i != '0) else $error("a beat without a burst");
      buffer_kept: assert (!(push_i && buffer_full_i) && !(pop_i && buffer_empty_i))
        else $error("the buffer overflows or underflows");
      if (active_i) begin
        counters_bounded: assert (free_i <= BufferDepth && expected_i <= BufferDepth &&
                                  outstanding_i <= BurstsMaximum && owed_i <= outstanding_i &&
                                  clean_i <= outstanding_i)
          else $error("a counter of the copy engine wraps");
        order_kept: assert (accept_left_i >= read_left_i && data_left_i >= write_left_i &&
                            answer_left_i >= data_left_i)
          else $error("more was moved than the segment has");
      end
      if (finish_i) begin
        finish_empty: assert (expected_i == '0 && owed_i == '0 && outstanding_i == 32'(b_valid_i))
          else $error("a segment ends before its answers");
        finish_complete: assert (!good_i || (read_left_i == '0 && write_left_i == '0 && data_left_i == '0))
          else $error("a segment ends well, but not all of it was moved");
      end
      stop_q <= stop_i && !finish_i;
    end
  end

endmodule
