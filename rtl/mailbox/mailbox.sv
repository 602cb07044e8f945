// SPDX-License-Identifier: MIT
// The reference mailbox: two agents with a frame of registers each, doorbells, a word FIFO in each direction, a copy
// engine with its own memory port, a cycle counter, and one level-sensitive interrupt wire an agent.
//
// quiet_cycles_o and skip_cycles_i let a simulator pass over cycles in which nothing happens: quiet_cycles_o = n says that
// n edges from now nothing but the cycle counter will have moved; skip_cycles_i = k, at most n, says that k such cycles
// have passed since the last edge without being clocked. In hardware skip_cycles_i is tied to 0 and quiet_cycles_o left
// open; both vanish in synthesis.

module mailbox (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic [15:0] reg_awaddr_i,
  input  logic  [2:0] reg_awprot_i,
  input  logic        reg_awvalid_i,
  output logic        reg_awready_o,
  input  logic [31:0] reg_wdata_i,
  input  logic  [3:0] reg_wstrb_i,
  input  logic        reg_wvalid_i,
  output logic        reg_wready_o,
  output logic  [1:0] reg_bresp_o,
  output logic        reg_bvalid_o,
  input  logic        reg_bready_i,
  input  logic [15:0] reg_araddr_i,
  input  logic  [2:0] reg_arprot_i,
  input  logic        reg_arvalid_i,
  output logic        reg_arready_o,
  output logic [31:0] reg_rdata_o,
  output logic  [1:0] reg_rresp_o,
  output logic        reg_rvalid_o,
  input  logic        reg_rready_i,

  output logic  [1:0] mem_awid_o,
  output logic [63:0] mem_awaddr_o,
  output logic  [7:0] mem_awlen_o,
  output logic  [2:0] mem_awsize_o,
  output logic  [1:0] mem_awburst_o,
  output logic        mem_awvalid_o,
  input  logic        mem_awready_i,
  output logic [63:0] mem_wdata_o,
  output logic  [7:0] mem_wstrb_o,
  output logic        mem_wlast_o,
  output logic        mem_wvalid_o,
  input  logic        mem_wready_i,
  input  logic  [1:0] mem_bid_i,
  input  logic  [1:0] mem_bresp_i,
  input  logic        mem_bvalid_i,
  output logic        mem_bready_o,
  output logic  [1:0] mem_arid_o,
  output logic [63:0] mem_araddr_o,
  output logic  [7:0] mem_arlen_o,
  output logic  [2:0] mem_arsize_o,
  output logic  [1:0] mem_arburst_o,
  output logic        mem_arvalid_o,
  input  logic        mem_arready_i,
  input  logic  [1:0] mem_rid_i,
  input  logic [63:0] mem_rdata_i,
  input  logic  [1:0] mem_rresp_i,
  input  logic        mem_rlast_i,
  input  logic        mem_rvalid_i,
  output logic        mem_rready_o,

  output logic  [1:0] irq_o,

  output logic [63:0] quiet_cycles_o,
  input  logic [63:0] skip_cycles_i,

  // For observation: {agent 1, agent 0} each; probe_dma_state_o is {busy of agent 1, busy of agent 0, an error has
  // stopped the transfer, owner of the transfer, a transfer is running}.
  output logic [63:0] probe_doorbell_o,
  output logic [15:0] probe_fifo_level_o,
  output logic  [4:0] probe_dma_state_o
);

  localparam int unsigned FifoDepth = 32'(mailbox_registers_pkg::CONFIGURATION_FIFO_DEPTH_RESET);
  localparam int unsigned FifoLevelWidth = $clog2(FifoDepth) + 1;
  localparam int unsigned LengthMaximum = 32'(mailbox_registers_pkg::DMA_LENGTH_MAXIMUM_BYTES_RESET);
  localparam int unsigned LengthWidth = $clog2(LengthMaximum + 1);

  // Protection is the interconnect's business here. Responses come in order, since all transactions in flight carry
  // one identifier, and the number of beats of a burst is known where its data is counted.
  logic unused_inputs;
  assign unused_inputs = ^{reg_awprot_i, reg_arprot_i, mem_bid_i, mem_rid_i, mem_rlast_i};

  // ---- cycle counter ----
  logic [63:0] cycle;
  logic [63:0] cycle_q;

  assign cycle = cycle_q + skip_cycles_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cycle_q <= '0;
    end else begin
      cycle_q <= cycle + 64'd1;
    end
  end

  // ---- register port ----
  logic request;
  logic write;
  logic [15:0] address;
  logic [31:0] write_data;
  logic [31:0] read_data;
  logic error;
  logic bus_busy;

  axi_lite_subordinate #(
    .AddressWidth(16)
  ) u_register_port (
    .clk_i,
    .rst_ni,
    .awaddr_i(reg_awaddr_i),
    .awvalid_i(reg_awvalid_i),
    .awready_o(reg_awready_o),
    .wdata_i(reg_wdata_i),
    .wstrb_i(reg_wstrb_i),
    .wvalid_i(reg_wvalid_i),
    .wready_o(reg_wready_o),
    .bresp_o(reg_bresp_o),
    .bvalid_o(reg_bvalid_o),
    .bready_i(reg_bready_i),
    .araddr_i(reg_araddr_i),
    .arvalid_i(reg_arvalid_i),
    .arready_o(reg_arready_o),
    .rdata_o(reg_rdata_o),
    .rresp_o(reg_rresp_o),
    .rvalid_o(reg_rvalid_o),
    .rready_i(reg_rready_i),
    .request_o(request),
    .write_o(write),
    .address_o(address),
    .write_data_o(write_data),
    .read_data_i(read_data),
    .error_i(error),
    .busy_o(bus_busy)
  );

  // A register has one address: the bits within the word are not looked at, those above the window must be 0.
  logic [11:0] offset;
  logic [1:0] frame_request;
  logic [1:0] frame_error;
  logic [31:0] frame_read_data_0;
  logic [31:0] frame_read_data_1;

  assign offset = {address[11:2], 2'b00};
  assign frame_request[0] = request && address[15:12] == 4'd0;
  assign frame_request[1] = request && address[15:12] == 4'd1;
  assign error = (frame_request == 2'b00) || frame_error[0] || frame_error[1];
  assign read_data = address[12] ? frame_read_data_1 : frame_read_data_0;

  logic unused_address;
  assign unused_address = ^address[1:0];

  // ---- the two agents ----
  logic [31:0] ring_from_0;
  logic [31:0] ring_from_1;
  logic [31:0] flags_0;
  logic [31:0] flags_1;
  logic [1:0] push;
  logic [1:0] pop;
  logic [31:0] push_data_0;
  logic [31:0] push_data_1;
  // FIFO n is the one that agent n sends into.
  logic [31:0] fifo_data_0;
  logic [31:0] fifo_data_1;
  logic [FifoLevelWidth-1:0] fifo_level_0;
  logic [FifoLevelWidth-1:0] fifo_level_1;
  logic [1:0] fifo_full;
  logic [1:0] fifo_empty;
  logic [1:0] dma_request;
  logic [1:0] dma_accept;
  logic [1:0] dma_progress;
  logic [1:0] dma_finish;
  logic [1:0] dma_busy;
  logic [63:0] dma_source_0;
  logic [63:0] dma_source_1;
  logic [63:0] dma_destination_0;
  logic [63:0] dma_destination_1;
  logic [LengthWidth-1:0] dma_length_0;
  logic [LengthWidth-1:0] dma_length_1;
  logic [LengthWidth-1:0] dma_bytes;
  logic [3:0] dma_error_code;
  logic [63:0] dma_error_address;
  logic dma_active;
  logic dma_owner;
  logic dma_stopping;
  logic [63:0] timer_quiet_0;
  logic [63:0] timer_quiet_1;

  mailbox_frame #(
    .Agent(8'd0),
    .FifoLevelWidth(FifoLevelWidth),
    .LengthMaximum(LengthMaximum)
  ) u_frame_0 (
    .clk_i,
    .rst_ni,
    .request_i(frame_request[0]),
    .write_i(write),
    .address_i(offset),
    .write_data_i(write_data),
    .read_data_o(frame_read_data_0),
    .error_o(frame_error[0]),
    .cycle_i(cycle),
    .ring_o(ring_from_0),
    .ring_i(ring_from_1),
    .flags_o(flags_0),
    .peer_flags_i(flags_1),
    .push_o(push[0]),
    .push_data_o(push_data_0),
    .send_level_i(fifo_level_0),
    .send_full_i(fifo_full[0]),
    .send_empty_i(fifo_empty[0]),
    .pop_o(pop[1]),
    .pop_data_i(fifo_data_1),
    .receive_level_i(fifo_level_1),
    .receive_full_i(fifo_full[1]),
    .receive_empty_i(fifo_empty[1]),
    .dma_request_o(dma_request[0]),
    .dma_source_o(dma_source_0),
    .dma_destination_o(dma_destination_0),
    .dma_length_o(dma_length_0),
    .dma_accept_i(dma_accept[0]),
    .dma_progress_i(dma_progress[0]),
    .dma_bytes_i(dma_bytes),
    .dma_finish_i(dma_finish[0]),
    .dma_error_code_i(dma_error_code),
    .dma_error_address_i(dma_error_address),
    .dma_busy_o(dma_busy[0]),
    .timer_quiet_o(timer_quiet_0),
    .irq_o(irq_o[0])
  );

  mailbox_frame #(
    .Agent(8'd1),
    .FifoLevelWidth(FifoLevelWidth),
    .LengthMaximum(LengthMaximum)
  ) u_frame_1 (
    .clk_i,
    .rst_ni,
    .request_i(frame_request[1]),
    .write_i(write),
    .address_i(offset),
    .write_data_i(write_data),
    .read_data_o(frame_read_data_1),
    .error_o(frame_error[1]),
    .cycle_i(cycle),
    .ring_o(ring_from_1),
    .ring_i(ring_from_0),
    .flags_o(flags_1),
    .peer_flags_i(flags_0),
    .push_o(push[1]),
    .push_data_o(push_data_1),
    .send_level_i(fifo_level_1),
    .send_full_i(fifo_full[1]),
    .send_empty_i(fifo_empty[1]),
    .pop_o(pop[0]),
    .pop_data_i(fifo_data_0),
    .receive_level_i(fifo_level_0),
    .receive_full_i(fifo_full[0]),
    .receive_empty_i(fifo_empty[0]),
    .dma_request_o(dma_request[1]),
    .dma_source_o(dma_source_1),
    .dma_destination_o(dma_destination_1),
    .dma_length_o(dma_length_1),
    .dma_accept_i(dma_accept[1]),
    .dma_progress_i(dma_progress[1]),
    .dma_bytes_i(dma_bytes),
    .dma_finish_i(dma_finish[1]),
    .dma_error_code_i(dma_error_code),
    .dma_error_address_i(dma_error_address),
    .dma_busy_o(dma_busy[1]),
    .timer_quiet_o(timer_quiet_1),
    .irq_o(irq_o[1])
  );

  word_fifo #(
    .Width(32),
    .Depth(FifoDepth)
  ) u_fifo_0 (
    .clk_i,
    .rst_ni,
    .clear_i(1'b0),
    .push_i(push[0]),
    .data_i(push_data_0),
    .pop_i(pop[0]),
    .data_o(fifo_data_0),
    .level_o(fifo_level_0),
    .full_o(fifo_full[0]),
    .empty_o(fifo_empty[0])
  );

  word_fifo #(
    .Width(32),
    .Depth(FifoDepth)
  ) u_fifo_1 (
    .clk_i,
    .rst_ni,
    .clear_i(1'b0),
    .push_i(push[1]),
    .data_i(push_data_1),
    .pop_i(pop[1]),
    .data_o(fifo_data_1),
    .level_o(fifo_level_1),
    .full_o(fifo_full[1]),
    .empty_o(fifo_empty[1])
  );

  mailbox_dma #(
    .LengthMaximum(LengthMaximum)
  ) u_dma (
    .clk_i,
    .rst_ni,
    .request_i(dma_request),
    .source_0_i(dma_source_0),
    .source_1_i(dma_source_1),
    .destination_0_i(dma_destination_0),
    .destination_1_i(dma_destination_1),
    .length_0_i(dma_length_0),
    .length_1_i(dma_length_1),
    .accept_o(dma_accept),
    .progress_o(dma_progress),
    .bytes_o(dma_bytes),
    .finish_o(dma_finish),
    .error_code_o(dma_error_code),
    .error_address_o(dma_error_address),
    .active_o(dma_active),
    .owner_o(dma_owner),
    .stopping_o(dma_stopping),
    .mem_awid_o,
    .mem_awaddr_o,
    .mem_awlen_o,
    .mem_awsize_o,
    .mem_awburst_o,
    .mem_awvalid_o,
    .mem_awready_i,
    .mem_wdata_o,
    .mem_wstrb_o,
    .mem_wlast_o,
    .mem_wvalid_o,
    .mem_wready_i,
    .mem_bresp_i,
    .mem_bvalid_i,
    .mem_bready_o,
    .mem_arid_o,
    .mem_araddr_o,
    .mem_arlen_o,
    .mem_arsize_o,
    .mem_arburst_o,
    .mem_arvalid_o,
    .mem_arready_i,
    .mem_rdata_i,
    .mem_rresp_i,
    .mem_rvalid_i,
    .mem_rready_o
  );

  // ---- quiet cycles and probes ----
  always_comb begin
    quiet_cycles_o = (timer_quiet_0 < timer_quiet_1) ? timer_quiet_0 : timer_quiet_1;
    if (bus_busy || dma_busy != 2'b00 || reg_awvalid_i || reg_wvalid_i || reg_arvalid_i) begin
      quiet_cycles_o = '0;
    end
  end

  assign probe_doorbell_o = {flags_1, flags_0};
  assign probe_fifo_level_o = {8'(fifo_level_1), 8'(fifo_level_0)};
  assign probe_dma_state_o = {dma_busy, dma_stopping, dma_owner, dma_active};

endmodule
