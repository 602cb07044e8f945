// SPDX-License-Identifier: MIT
// Copy engine: moves one segment at a time, with reads and writes overlapped, whatever the alignment of both.
//
// One engine for all rings and not one each: the memory port is what limits the rate, so that a second engine would add
// area and no bandwidth.
//
// An error response or an abort ends a segment early: from the next cycle no burst is begun, bursts that the memory was
// offered are finished, and when the last response is in, the segment ends.

module mailbox_dma #(
  parameter int unsigned LengthMaximum = 1048576,
  parameter int unsigned BufferDepth = 64,
  localparam int unsigned LengthWidth = $clog2(LengthMaximum + 1),
  localparam int unsigned BeatsWidth = LengthWidth - 3
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  // Starts a segment of at least one byte; not while one is active.
  input  logic                   load_i,
  input  logic            [63:0] source_i,
  input  logic            [63:0] destination_i,
  input  logic [LengthWidth-1:0] length_i,
  // Level, only while active: ends the segment early.
  input  logic                   abort_i,
  // The cycle before the first burst may be offered.
  output logic                   start_o,
  output logic                   active_o,
  output logic                   stopping_o,
  // The end, in this cycle. Status (as in a completion) and bytes are right from the next cycle on, until a load.
  output logic                   finish_o,
  output logic             [7:0] status_o,
  output logic [LengthWidth-1:0] bytes_o,

  // The memory port.
  output logic                   ar_request_o,
  output logic            [60:0] ar_address_o,
  output logic             [3:0] ar_length_o,
  input  logic                   ar_grant_i,
  input  logic                   ar_accepted_i,
  input  logic            [63:0] r_data_i,
  input  logic             [1:0] r_response_i,
  input  logic                   r_valid_i,
  output logic                   r_pending_o,
  output logic                   aw_request_o,
  output logic            [60:0] aw_address_o,
  output logic             [3:0] aw_length_o,
  input  logic                   aw_grant_i,
  output logic                   w_owed_o,
  output logic                   w_request_o,
  output logic            [63:0] w_data_o,
  output logic             [7:0] w_strobe_o,
  output logic                   w_last_o,
  input  logic                   w_grant_i,
  input  logic             [1:0] b_response_i,
  input  logic                   b_valid_i,
  output logic                   b_pending_o
);

  localparam logic [7:0] StatusOk = 8'd0;
  localparam logic [7:0] StatusReadRefused = 8'd2;
  localparam logic [7:0] StatusReadUnmapped = 8'd3;
  localparam logic [7:0] StatusWriteRefused = 8'd4;
  localparam logic [7:0] StatusWriteUnmapped = 8'd5;

  logic active_q;
  logic starting_q;
  logic stop_q;
  logic [7:0] status_q;

  logic stop;
  logic [BeatsWidth-1:0] words_in;
  logic [BeatsWidth-1:0] words_out;

  assign stop = stop_q || abort_i;

  always_comb begin
    words_in = '0;
    words_out = '0;
    if (load_i) begin
      // Words that contain the first to the last byte: (offset + length + 7) / 8.
      words_in = BeatsWidth'(({1'b0, length_i} + (LengthWidth + 1)'(source_i[2:0]) + (LengthWidth + 1)'(7)) >> 3);
      words_out = BeatsWidth'(({1'b0, length_i} + (LengthWidth + 1)'(destination_i[2:0]) +
                               (LengthWidth + 1)'(7)) >> 3);
    end
  end

  // ---- the three stages ----
  logic push;
  logic pop;
  logic [BeatsWidth-1:0] accepted;
  logic accepted_all;
  logic read_error;
  logic reader_idle;

  mailbox_dma_reader #(
    .BeatsWidth(BeatsWidth),
    .BufferDepth(BufferDepth)
  ) u_reader (
    .clk_i,
    .rst_ni,
    .load_i,
    .address_i(source_i[63:3]),
    .beats_i(words_in),
    .active_i(active_q),
    .stop_i(stop),
    .ar_request_o,
    .ar_address_o,
    .ar_length_o,
    .ar_grant_i,
    .ar_accepted_i,
    .r_error_i(r_response_i[1]),
    .r_valid_i,
    .push_o(push),
    .pop_i(pop),
    .accepted_o(accepted),
    .accepted_all_o(accepted_all),
    .error_o(read_error),
    .idle_o(reader_idle)
  );

  logic [63:0] buffer_word;
  logic buffer_empty;

  /* verilator lint_off PINCONNECTEMPTY */
  // The reader counts the buffer's free words itself, those on their way included.
  word_fifo #(
    .Width(64),
    .Depth(BufferDepth)
  ) u_buffer (
    .clk_i,
    .rst_ni,
    .clear_i(load_i),
    .push_i(push),
    .data_i(r_data_i),
    .pop_i(($clog2(BufferDepth) + 1)'(pop)),
    .data_o(buffer_word),
    .level_o(),
    .level_next_o(),
    .full_o(),
    .empty_o(buffer_empty)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  logic [63:0] data;
  logic data_valid;
  logic data_take;

  mailbox_dma_realigner #(
    .BeatsWidth(BeatsWidth)
  ) u_realigner (
    .clk_i,
    .rst_ni,
    .load_i,
    .source_offset_i(source_i[2:0]),
    .destination_offset_i(destination_i[2:0]),
    .words_i(words_in),
    .word_i(buffer_word),
    .word_valid_i(!buffer_empty),
    .word_pop_o(pop),
    .data_o(data),
    .data_valid_o(data_valid),
    .data_take_i(data_take)
  );

  logic writer_done;
  logic write_error;
  logic writer_idle;

  mailbox_dma_writer #(
    .BeatsWidth(BeatsWidth),
    .LengthWidth(LengthWidth)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .load_i,
    .address_i(destination_i),
    .length_i,
    .beats_i(words_out),
    .lookahead_i(source_i[2:0] > destination_i[2:0]),
    .active_i(active_q),
    .stop_i(stop),
    .accepted_i(accepted),
    .accepted_all_i(accepted_all),
    .data_i(data),
    .data_valid_i(data_valid),
    .data_take_o(data_take),
    .aw_request_o,
    .aw_address_o,
    .aw_length_o,
    .aw_grant_i,
    .w_owed_o,
    .w_request_o,
    .w_data_o,
    .w_strobe_o,
    .w_last_o,
    .w_grant_i,
    .b_error_i(b_response_i[1]),
    .b_valid_i,
    .done_o(writer_done),
    .bytes_o,
    .error_o(write_error),
    .idle_o(writer_idle)
  );

  // ---- start and end ----
  always_comb begin
    start_o = 1'b0;
    finish_o = 1'b0;
    if (active_q) begin
      start_o = starting_q && !stop;
      finish_o = (stop_q ? (reader_idle && writer_idle) : writer_done);
    end
  end

  assign status_o = status_q;
  assign active_o = active_q;
  assign stopping_o = stop;
  assign r_pending_o = !reader_idle;
  assign b_pending_o = !writer_idle;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      starting_q <= 1'b0;
      stop_q <= 1'b0;
      status_q <= StatusOk;
    end else if (load_i || active_q) begin
      active_q <= load_i || !finish_o;
      starting_q <= load_i;
      stop_q <= !finish_o && (stop || write_error || read_error);
      // Of two errors in one cycle the written one is nearer to the start of the segment.
      if (load_i) begin
        status_q <= StatusOk;
      end else if (!stop_q && write_error) begin
        status_q <= b_response_i[0] ? StatusWriteUnmapped : StatusWriteRefused;
      end else if (!stop_q && read_error) begin
        status_q <= r_response_i[0] ? StatusReadUnmapped : StatusReadRefused;
      end
    end
  end

endmodule
