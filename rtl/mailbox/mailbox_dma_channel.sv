// SPDX-License-Identifier: MIT
// One agent's side of the copy engine: takes the parameters at the start, waits for the engine, keeps the result.
//
// A transfer of length 0 and one that is too long end here, in the cycle after their start, without the engine and
// without any access to memory. Every transfer ends by exactly one pulse of `complete` or `fail`. The doorbell towards
// the peer is rung in the cycle of `complete`, after the memory has acknowledged the last byte: a receiver that sees
// the flag sees the data. An end wins over a clear of the same bit in the same cycle.

module mailbox_dma_channel #(
  parameter int unsigned LengthMaximum = 1048576,
  localparam int unsigned LengthWidth = $clog2(LengthMaximum + 1)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  // Registers. start_i is ignored while busy.
  input  logic                   start_i,
  input  logic            [63:0] source_i,
  input  logic            [63:0] destination_i,
  input  logic            [31:0] length_i,
  input  logic            [31:0] doorbell_i,
  input  logic                   clear_done_i,
  input  logic                   clear_error_i,
  output logic                   busy_o,
  output logic                   done_o,
  output logic                   error_o,
  output logic             [3:0] error_code_o,
  output logic            [63:0] error_address_o,
  output logic            [31:0] bytes_done_o,

  // The peer's doorbell.
  output logic            [31:0] ring_o,

  // The engine. It takes the request in a cycle of its choice by engine_accept_i.
  output logic                   engine_request_o,
  output logic            [63:0] engine_source_o,
  output logic            [63:0] engine_destination_o,
  output logic [LengthWidth-1:0] engine_length_o,
  input  logic                   engine_accept_i,
  input  logic                   engine_progress_i,
  input  logic [LengthWidth-1:0] engine_bytes_i,
  input  logic                   engine_finish_i,
  input  logic             [3:0] engine_error_code_i,
  input  logic            [63:0] engine_error_address_i
);

  localparam logic [3:0] ErrorNone = mailbox_registers_pkg::DMA_STATUS_ERROR_CODE_NONE;
  localparam logic [3:0] ErrorLength = mailbox_registers_pkg::DMA_STATUS_ERROR_CODE_LENGTH;

  logic busy_q;
  logic waiting_q;
  logic too_long_q;
  logic [63:0] source_q;
  logic [63:0] destination_q;
  logic [LengthWidth-1:0] length_q;
  logic [31:0] doorbell_q;

  logic done_q;
  logic error_q;
  logic [3:0] error_code_q;
  logic [63:0] error_address_q;
  logic [LengthWidth-1:0] bytes_done_q;

  logic start;
  logic empty;
  logic engine_good;
  logic complete;
  logic fail;

  assign start = start_i && !busy_q;
  assign empty = length_q == '0;
  assign engine_request_o = waiting_q && !too_long_q && !empty;
  assign engine_good = engine_error_code_i == ErrorNone;

  always_comb begin
    complete = 1'b0;
    fail = 1'b0;
    if (busy_q) begin
      complete = (waiting_q && !too_long_q && empty) || (engine_finish_i && engine_good);
      fail = (waiting_q && too_long_q) || (engine_finish_i && !engine_good);
    end
  end

  assign busy_o = busy_q;
  assign done_o = done_q;
  assign error_o = error_q;
  assign error_code_o = error_code_q;
  assign error_address_o = error_address_q;
  assign bytes_done_o = 32'(bytes_done_q);
  assign engine_source_o = source_q;
  assign engine_destination_o = destination_q;
  assign engine_length_o = length_q;
  assign ring_o = complete ? doorbell_q : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q <= 1'b0;
      waiting_q <= 1'b0;
      done_q <= 1'b0;
      error_q <= 1'b0;
      error_code_q <= ErrorNone;
      error_address_q <= '0;
      bytes_done_q <= '0;
    end else if (start || busy_q || clear_done_i || clear_error_i) begin
      busy_q <= start || (busy_q && !complete && !fail);
      waiting_q <= start || (waiting_q && !engine_accept_i && !complete && !fail);
      done_q <= !start && (complete || (done_q && !clear_done_i));
      error_q <= !start && (fail || (error_q && !clear_error_i));
      if (start || fail) begin
        error_code_q <= start ? ErrorNone :
                        too_long_q ? ErrorLength : engine_error_code_i;
        error_address_q <= (start || too_long_q) ? '0 : engine_error_address_i;
      end
      if (start || engine_progress_i) begin
        bytes_done_q <= start ? '0 : engine_bytes_i;
      end
    end
  end

  // Parameters: not looked at before the first start.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      source_q <= '0;
      destination_q <= '0;
      length_q <= '0;
      doorbell_q <= '0;
      too_long_q <= 1'b0;
    end else if (start) begin
      source_q <= source_i;
      destination_q <= destination_i;
      length_q <= length_i[LengthWidth-1:0];
      doorbell_q <= doorbell_i;
      too_long_q <= length_i > 32'(LengthMaximum);
    end
  end

endmodule
