// SPDX-License-Identifier: MIT
// Copy engine, shared by the two agents: one transfer at a time, agents in turn.
//
// One engine and not one an agent: the memory port is what limits the rate, so that a second engine would add area and
// no bandwidth. An agent that has just been served yields to a waiting peer, so a transfer waits for at most one other.
//
// An error response ends a transfer early: from the next cycle no burst is begun, bursts that the memory was offered
// are finished, and when the last response is in, the transfer ends with the code and the address of the first error.

module mailbox_dma #(
  parameter int unsigned LengthMaximum = 1048576,
  parameter int unsigned BufferDepth = 64,
  localparam int unsigned LengthWidth = $clog2(LengthMaximum + 1),
  localparam int unsigned BeatsWidth = LengthWidth - 3
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  // One request an agent; its parameters are stable while it is high. The pulses belong to one agent each.
  input  logic             [1:0] request_i,
  input  logic            [63:0] source_0_i,
  input  logic            [63:0] source_1_i,
  input  logic            [63:0] destination_0_i,
  input  logic            [63:0] destination_1_i,
  input  logic [LengthWidth-1:0] length_0_i,
  input  logic [LengthWidth-1:0] length_1_i,
  output logic             [1:0] accept_o,
  output logic             [1:0] progress_o,
  output logic [LengthWidth-1:0] bytes_o,
  output logic             [1:0] finish_o,
  output logic             [3:0] error_code_o,
  output logic            [63:0] error_address_o,

  output logic                   active_o,
  output logic                   owner_o,
  output logic                   stopping_o,

  output logic             [1:0] mem_awid_o,
  output logic            [63:0] mem_awaddr_o,
  output logic             [7:0] mem_awlen_o,
  output logic             [2:0] mem_awsize_o,
  output logic             [1:0] mem_awburst_o,
  output logic                   mem_awvalid_o,
  input  logic                   mem_awready_i,
  output logic            [63:0] mem_wdata_o,
  output logic             [7:0] mem_wstrb_o,
  output logic                   mem_wlast_o,
  output logic                   mem_wvalid_o,
  input  logic                   mem_wready_i,
  input  logic             [1:0] mem_bresp_i,
  input  logic                   mem_bvalid_i,
  output logic                   mem_bready_o,
  output logic             [1:0] mem_arid_o,
  output logic            [63:0] mem_araddr_o,
  output logic             [7:0] mem_arlen_o,
  output logic             [2:0] mem_arsize_o,
  output logic             [1:0] mem_arburst_o,
  output logic                   mem_arvalid_o,
  input  logic                   mem_arready_i,
  input  logic            [63:0] mem_rdata_i,
  input  logic             [1:0] mem_rresp_i,
  input  logic                   mem_rvalid_i,
  output logic                   mem_rready_o
);

  localparam logic [3:0] ErrorNone = mailbox_registers_pkg::DMA_STATUS_ERROR_CODE_NONE;
  localparam logic [3:0] ErrorReadRefused = mailbox_registers_pkg::DMA_STATUS_ERROR_CODE_READ_REFUSED;
  localparam logic [3:0] ErrorReadUnmapped = mailbox_registers_pkg::DMA_STATUS_ERROR_CODE_READ_UNMAPPED;
  localparam logic [3:0] ErrorWriteRefused = mailbox_registers_pkg::DMA_STATUS_ERROR_CODE_WRITE_REFUSED;
  localparam logic [3:0] ErrorWriteUnmapped = mailbox_registers_pkg::DMA_STATUS_ERROR_CODE_WRITE_UNMAPPED;

  localparam logic [2:0] SizeEightBytes = 3'd3;
  localparam logic [1:0] BurstIncrementing = 2'b01;

  logic active_q;
  logic owner_q;
  logic stop_q;
  logic [3:0] error_code_q;
  logic [63:0] error_address_q;

  // ---- arbitration ----
  logic load;
  logic next_owner;
  logic [63:0] source;
  logic [63:0] destination;
  logic [LengthWidth-1:0] length;
  logic [BeatsWidth-1:0] words_in;
  logic [BeatsWidth-1:0] words_out;

  always_comb begin
    load = 1'b0;
    next_owner = owner_q;
    source = '0;
    destination = '0;
    length = '0;
    words_in = '0;
    words_out = '0;
    if (!active_q && request_i != 2'b00) begin
      load = 1'b1;
      next_owner = (request_i == 2'b11) ? !owner_q : request_i[1];
      source = next_owner ? source_1_i : source_0_i;
      destination = next_owner ? destination_1_i : destination_0_i;
      length = next_owner ? length_1_i : length_0_i;
      // Words that contain the first to the last byte: (offset + length + 7) / 8.
      words_in = BeatsWidth'((length + LengthWidth'(source[2:0]) + LengthWidth'(7)) >> 3);
      words_out = BeatsWidth'((length + LengthWidth'(destination[2:0]) + LengthWidth'(7)) >> 3);
    end
  end

  assign accept_o = {load && next_owner, load && !next_owner};

  // ---- the three stages ----
  logic [60:0] ar_address;
  logic [3:0] ar_length;
  logic push;
  logic pop;
  logic [BeatsWidth-1:0] accepted;
  logic accepted_all;
  logic read_error;
  logic [60:0] read_error_address;
  logic reader_idle;

  mailbox_dma_reader #(
    .BeatsWidth(BeatsWidth),
    .BufferDepth(BufferDepth)
  ) u_reader (
    .clk_i,
    .rst_ni,
    .load_i(load),
    .address_i(source[63:3]),
    .beats_i(words_in),
    .active_i(active_q),
    .stop_i(stop_q),
    .ar_address_o(ar_address),
    .ar_length_o(ar_length),
    .ar_valid_o(mem_arvalid_o),
    .ar_ready_i(mem_arready_i),
    .r_error_i(mem_rresp_i[1]),
    .r_valid_i(mem_rvalid_i),
    .r_ready_o(mem_rready_o),
    .push_o(push),
    .pop_i(pop),
    .accepted_o(accepted),
    .accepted_all_o(accepted_all),
    .error_o(read_error),
    .error_address_o(read_error_address),
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
    .clear_i(load),
    .push_i(push),
    .data_i(mem_rdata_i),
    .pop_i(pop),
    .data_o(buffer_word),
    .level_o(),
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
    .load_i(load),
    .source_offset_i(source[2:0]),
    .destination_offset_i(destination[2:0]),
    .words_i(words_in),
    .word_i(buffer_word),
    .word_valid_i(!buffer_empty),
    .word_pop_o(pop),
    .data_o(data),
    .data_valid_o(data_valid),
    .data_take_i(data_take)
  );

  logic [60:0] aw_address;
  logic [3:0] aw_length;
  logic progress;
  logic writer_done;
  logic write_error;
  logic [60:0] write_error_address;
  logic writer_idle;

  mailbox_dma_writer #(
    .BeatsWidth(BeatsWidth),
    .LengthWidth(LengthWidth)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .load_i(load),
    .address_i(destination),
    .length_i(length),
    .beats_i(words_out),
    .lookahead_i(source[2:0] > destination[2:0]),
    .active_i(active_q),
    .stop_i(stop_q),
    .accepted_i(accepted),
    .accepted_all_i(accepted_all),
    .data_i(data),
    .data_valid_i(data_valid),
    .data_take_o(data_take),
    .aw_address_o(aw_address),
    .aw_length_o(aw_length),
    .aw_valid_o(mem_awvalid_o),
    .aw_ready_i(mem_awready_i),
    .w_data_o(mem_wdata_o),
    .w_strobe_o(mem_wstrb_o),
    .w_last_o(mem_wlast_o),
    .w_valid_o(mem_wvalid_o),
    .w_ready_i(mem_wready_i),
    .b_error_i(mem_bresp_i[1]),
    .b_valid_i(mem_bvalid_i),
    .b_ready_o(mem_bready_o),
    .progress_o(progress),
    .bytes_o(bytes_o),
    .done_o(writer_done),
    .error_o(write_error),
    .error_address_o(write_error_address),
    .idle_o(writer_idle)
  );

  assign mem_arid_o = {1'b0, owner_q};
  assign mem_araddr_o = {ar_address, 3'b000};
  assign mem_arlen_o = {4'b0000, ar_length};
  assign mem_arsize_o = SizeEightBytes;
  assign mem_arburst_o = BurstIncrementing;
  assign mem_awid_o = {1'b0, owner_q};
  assign mem_awaddr_o = {aw_address, 3'b000};
  assign mem_awlen_o = {4'b0000, aw_length};
  assign mem_awsize_o = SizeEightBytes;
  assign mem_awburst_o = BurstIncrementing;

  // ---- the end ----
  logic finish;

  assign finish = active_q && (stop_q ? (reader_idle && writer_idle) : writer_done);
  assign finish_o = {finish && owner_q, finish && !owner_q};
  assign progress_o = {progress && owner_q, progress && !owner_q};
  assign error_code_o = error_code_q;
  assign error_address_o = error_address_q;
  assign active_o = active_q;
  assign owner_o = owner_q;
  assign stopping_o = stop_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      owner_q <= 1'b1;
      stop_q <= 1'b0;
      error_code_q <= ErrorNone;
      error_address_q <= '0;
    end else if (load) begin
      active_q <= 1'b1;
      owner_q <= next_owner;
      error_code_q <= ErrorNone;
      error_address_q <= '0;
    end else if (finish) begin
      active_q <= 1'b0;
      stop_q <= 1'b0;
    end else if (!stop_q && (write_error || read_error)) begin
      // Of two errors in one cycle the written one is nearer to the start of the transfer.
      stop_q <= 1'b1;
      if (write_error) begin
        error_code_q <= mem_bresp_i[0] ? ErrorWriteUnmapped : ErrorWriteRefused;
        error_address_q <= {write_error_address, 3'b000};
      end else begin
        error_code_q <= mem_rresp_i[0] ? ErrorReadUnmapped : ErrorReadRefused;
        error_address_q <= {read_error_address, 3'b000};
      end
    end
  end

endmodule
