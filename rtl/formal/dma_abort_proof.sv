// SPDX-License-Identifier: MIT
// Copy engine: from the cycle of an abort, and from the cycle after an error response, no burst is asked for until the
// next segment; a segment that was stopped ends only when reader and writer say that nothing is open; the first error
// is told.
//
// Reader and writer are the real ones. The buffer and the realigner between them are stood for by modules that drive
// anything: what data are there makes no difference here.

module dma_abort_proof (
  input logic        clk_i,
  input logic        load_i,
  input logic [63:0] source_i,
  input logic [63:0] destination_i,
  input logic  [8:0] length_i,
  input logic        abort_i,
  input logic        ar_grant_i,
  input logic        ar_accepted_i,
  input logic  [1:0] r_response_i,
  input logic        r_valid_i,
  input logic        aw_grant_i,
  input logic        w_grant_i,
  input logic  [1:0] b_response_i,
  input logic        b_valid_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic start;
  logic active;
  logic stopping;
  logic finish;
  logic [7:0] status;
  logic ar_request;
  logic r_pending;
  logic aw_request;
  logic w_request;
  logic b_pending;
  logic [7:0] w_strobe;

  mailbox_dma #(
    .LengthMaximum(256),
    .BufferDepth(16)
  ) u_dma (
    .clk_i,
    .rst_ni(started_q),
    .load_i,
    .source_i,
    .destination_i,
    .length_i,
    .abort_i,
    .start_o(start),
    .active_o(active),
    .stopping_o(stopping),
    .finish_o(finish),
    .status_o(status),
    .ar_request_o(ar_request),
    .ar_grant_i,
    .ar_accepted_i,
    .r_data_i(64'd0),
    .r_response_i,
    .r_valid_i,
    .r_pending_o(r_pending),
    .aw_request_o(aw_request),
    .aw_grant_i,
    .w_request_o(w_request),
    .w_strobe_o(w_strobe),
    .w_grant_i,
    .b_response_i,
    .b_valid_i,
    .b_pending_o(b_pending)
  );

  (* hierconn *) logic \u_dma.stop_q ;

  logic active_q;
  logic stopped_q;
  logic [7:0] status_q;
  logic error;

  assign error = active_q && ((b_valid_i && b_response_i[1]) || (r_valid_i && r_response_i[1]));

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      active_q <= 1'b0;
      stopped_q <= 1'b0;
      status_q <= '0;
    end else begin
      active_q <= load_i || (active_q && !finish);
      stopped_q <= active_q && !finish && (stopped_q || abort_i || error);
      if (load_i) begin
        status_q <= '0;
      end else if (error && !stopped_q) begin
        status_q <= (b_valid_i && b_response_i[1]) ? (b_response_i[0] ? 8'd5 : 8'd4) : (r_response_i[0] ? 8'd3 : 8'd2);
      end
    end
  end

  always_comb begin
    assume (!load_i || (!active_q && length_i != '0 && length_i <= 9'd256));
    assume (!abort_i || active_q);
    assume (!ar_grant_i || ar_request);
    assume (!aw_grant_i || aw_request);
    assume (!w_grant_i || w_request);
    if (started_q) begin
      no_burst_after_abort: assert (!(abort_i || stopped_q) || !(ar_request || aw_request));
      no_byte_after_abort: assert (!((abort_i || stopped_q) && w_request) || w_strobe == '0);
      no_burst_when_idle: assert (active_q || !(ar_request || aw_request || w_request));
      stays_stopped: assert (stopping == (abort_i || stopped_q));
      ends_when_closed: assert (!(finish && stopped_q) || !(r_pending || b_pending));
      first_error: assert (status == status_q);
      idle_unstopped: assert (active_q || !stopped_q);
      activity: assert (active == active_q && \u_dma.stop_q  == stopped_q);
      aborted_with_open_bursts: cover (abort_i && r_pending && b_pending);
      ended_after_abort: cover (finish && stopped_q && status == '0);
      ended_after_error: cover (finish && status == 8'd5);
    end
  end

endmodule

module word_fifo #(
  parameter int unsigned Width = 64,
  parameter int unsigned Depth = 16,
  localparam int unsigned PointerWidth = $clog2(Depth)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  push_i,
  input  logic      [Width-1:0] data_i,
  input  logic [PointerWidth:0] pop_i,
  output logic      [Width-1:0] data_o,
  output logic [PointerWidth:0] level_o,
  output logic [PointerWidth:0] level_next_o,
  output logic                  full_o,
  output logic                  empty_o
);
  (* anyseq *) logic [Width+2*PointerWidth+3:0] anything;
  assign {data_o, level_o, level_next_o, full_o, empty_o} = anything;
endmodule

module mailbox_dma_realigner #(
  parameter int unsigned BeatsWidth = 18
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
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
  (* anyseq *) logic [65:0] anything;
  assign {word_pop_o, data_o, data_valid_o} = anything;
endmodule
