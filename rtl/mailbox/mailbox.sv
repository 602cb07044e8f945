// SPDX-License-Identifier: MIT
// The reference mailbox: two to eight agents with a window of registers each; doorbell windows and FIFO channels between
// each ordered pair; rings with a copy engine and its own memory port; a cycle counter; level-sensitive interrupt wires.
//
// quiet_cycles_o and skip_cycles_i let a simulator pass over cycles in which nothing happens: quiet_cycles_o = n says that
// n edges from now nothing but the cycle counter will have moved; skip_cycles_i = k, at most n, says that k such cycles
// have passed since the last edge without being clocked. In hardware skip_cycles_i is tied to 0 and quiet_cycles_o left
// open; both vanish in synthesis.

module mailbox #(
  parameter int unsigned Agents = 2,
  parameter int unsigned DoorbellWindows = 2,
  parameter int unsigned FifoChannels = 2,
  parameter int unsigned FifoDepth = 16,
  parameter int unsigned FifoWidth = 32,
  parameter int unsigned Rings = 2,
  parameter int unsigned Parity = 1,
  parameter int unsigned Crc = 1,
  parameter int unsigned LengthMaximum = 1048576,
  localparam int unsigned Sources = mailbox_registers_pkg::INTERRUPT_ENABLE_SOURCES_WIDTH
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  // Address: {agent, offset in its window}. The user signals say which requester asks.
  input  logic               [18:0] reg_awaddr_i,
  input  logic                [2:0] reg_awprot_i,
  input  logic                [7:0] reg_awuser_i,
  input  logic                      reg_awvalid_i,
  output logic                      reg_awready_o,
  input  logic               [31:0] reg_wdata_i,
  input  logic                [3:0] reg_wstrb_i,
  input  logic                      reg_wvalid_i,
  output logic                      reg_wready_o,
  output logic                [1:0] reg_bresp_o,
  output logic                      reg_bvalid_o,
  input  logic                      reg_bready_i,
  input  logic               [18:0] reg_araddr_i,
  input  logic                [2:0] reg_arprot_i,
  input  logic                [7:0] reg_aruser_i,
  input  logic                      reg_arvalid_i,
  output logic                      reg_arready_o,
  output logic               [31:0] reg_rdata_o,
  output logic                [1:0] reg_rresp_o,
  output logic                      reg_rvalid_o,
  input  logic                      reg_rready_i,

  output logic                [1:0] mem_awid_o,
  output logic               [63:0] mem_awaddr_o,
  output logic                [7:0] mem_awlen_o,
  output logic                [2:0] mem_awsize_o,
  output logic                [1:0] mem_awburst_o,
  output logic                      mem_awvalid_o,
  input  logic                      mem_awready_i,
  output logic               [63:0] mem_wdata_o,
  output logic                [7:0] mem_wstrb_o,
  output logic                      mem_wlast_o,
  output logic                      mem_wvalid_o,
  input  logic                      mem_wready_i,
  input  logic                [1:0] mem_bid_i,
  input  logic                [1:0] mem_bresp_i,
  input  logic                      mem_bvalid_i,
  output logic                      mem_bready_o,
  output logic                [1:0] mem_arid_o,
  output logic               [63:0] mem_araddr_o,
  output logic                [7:0] mem_arlen_o,
  output logic                [2:0] mem_arsize_o,
  output logic                [1:0] mem_arburst_o,
  output logic                      mem_arvalid_o,
  input  logic                      mem_arready_i,
  input  logic                [1:0] mem_rid_i,
  input  logic               [63:0] mem_rdata_i,
  input  logic                [1:0] mem_rresp_i,
  input  logic                      mem_rlast_i,
  input  logic                      mem_rvalid_i,
  output logic                      mem_rready_o,

  // Interrupts: one wire an agent, and one a source, agent a's source s at a * Sources + s.
  output logic         [Agents-1:0] irq_o,
  output logic [Agents*Sources-1:0] irq_source_o,

  input  logic                      quiesce_request_i,
  output logic                      quiesce_accept_o,

  output logic               [63:0] quiet_cycles_o,
  input  logic               [63:0] skip_cycles_i,

  // Trace lanes: lane l at l, 8 * l and 32 * l.
  output logic                [5:0] trace_valid_o,
  output logic               [47:0] trace_kind_o,
  output logic               [47:0] trace_channel_o,
  output logic              [191:0] trace_value_o,

  // For observation: the flags rung at each agent, or-ed over its windows.
  output logic      [Agents*32-1:0] probe_doorbell_o
);

  // Protection is the interconnect's business here.
  logic unused_inputs;
  assign unused_inputs = ^{reg_awprot_i, reg_arprot_i};

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
  logic partial;
  logic [18:0] address;
  logic [7:0] requester;
  logic [31:0] write_data;
  logic [31:0] read_data;
  logic error;
  logic held;
  logic held_partial;
  logic [18:0] held_address;
  logic [7:0] held_requester;
  logic held_wait;
  logic bus_busy;

  axi_lite_subordinate #(
    .AddressWidth(19),
    .UserWidth(8)
  ) u_register_port (
    .clk_i,
    .rst_ni,
    .awaddr_i(reg_awaddr_i),
    .awuser_i(reg_awuser_i),
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
    .aruser_i(reg_aruser_i),
    .arvalid_i(reg_arvalid_i),
    .arready_o(reg_arready_o),
    .rdata_o(reg_rdata_o),
    .rresp_o(reg_rresp_o),
    .rvalid_o(reg_rvalid_o),
    .rready_i(reg_rready_i),
    .request_o(request),
    .write_o(write),
    .partial_o(partial),
    .address_o(address),
    .user_o(requester),
    .write_data_o(write_data),
    .read_data_i(read_data),
    .error_i(error),
    .held_o(held),
    .held_partial_o(held_partial),
    .held_address_o(held_address),
    .held_user_o(held_requester),
    .wait_i(held_wait),
    .busy_o(bus_busy)
  );

  // ---- windows of the agents ----
  logic [Agents-1:0] memory_busy;
  logic ring_request;
  logic [31:0] ring_read_data;
  logic [3:0] ring_refusal;
  logic [Agents-1:0] ring_completion;
  logic [Agents-1:0] ring_error;
  logic [Agents-1:0] rings_busy;
  logic [Agents-1:0] hold;
  logic [Agents-1:0] resetting;
  logic [Agents-1:0] reset_done;
  logic [Agents-1:0] lock_owner;
  logic [Agents-1:0] lock_ring;
  logic [Agents-1:0] count_clear;
  logic notify_valid;
  logic [2:0] notify_agent;
  logic [2:0] notify_peer;
  logic [1:0] notify_window;
  logic [4:0] notify_flag;
  logic [Agents-1:0] message_request;
  logic [Agents*64-1:0] message_address;
  logic [Agents*32-1:0] message_data;
  logic [Agents-1:0] message_offered;
  logic [Agents-1:0] message_done;
  logic message_error;
  logic [Agents-1:0] completed;
  logic [31:0] completed_bytes;
  logic read_stall;
  logic write_stall;
  logic [63:0] timers_quiet;
  logic moving;

  mailbox_frames #(
    .Agents(Agents),
    .DoorbellWindows(DoorbellWindows),
    .FifoChannels(FifoChannels),
    .FifoDepth(FifoDepth),
    .FifoWidth(FifoWidth),
    .Rings(Rings),
    .Parity(Parity),
    .Crc(Crc),
    .LengthMaximum(LengthMaximum),
    .Sources(Sources)
  ) u_frames (
    .clk_i,
    .rst_ni,
    .request_i(request),
    .write_i(write),
    .partial_i(partial),
    .address_i(address),
    .requester_i(requester),
    .write_data_i(write_data),
    .read_data_o(read_data),
    .error_o(error),
    .held_i(held),
    .held_partial_i(held_partial),
    .held_address_i(held_address),
    .held_requester_i(held_requester),
    .wait_o(held_wait),
    .cycle_i(cycle),
    .quiesce_request_i,
    .memory_busy_o(memory_busy),
    .ring_request_o(ring_request),
    .ring_read_data_i(ring_read_data),
    .ring_refusal_i(ring_refusal),
    .ring_completion_i(ring_completion),
    .ring_error_i(ring_error),
    .rings_busy_i(rings_busy),
    .hold_o(hold),
    .resetting_o(resetting),
    .reset_done_o(reset_done),
    .lock_owner_o(lock_owner),
    .lock_ring_o(lock_ring),
    .count_clear_o(count_clear),
    .notify_valid_i(notify_valid),
    .notify_agent_i(notify_agent),
    .notify_peer_i(notify_peer),
    .notify_window_i(notify_window),
    .notify_flag_i(notify_flag),
    .message_request_o(message_request),
    .message_address_o(message_address),
    .message_data_o(message_data),
    .message_offered_i(message_offered),
    .message_done_i(message_done),
    .message_error_i(message_error),
    .completed_i(completed),
    .completed_bytes_i(completed_bytes),
    .read_stall_i(read_stall),
    .write_stall_i(write_stall),
    .irq_o,
    .irq_source_o,
    .flags_o(probe_doorbell_o),
    .quiet_cycles_o(timers_quiet),
    .moving_o(moving),
    .trace_access_valid_o(trace_valid_o[0]),
    .trace_access_kind_o(trace_kind_o[0 +: 8]),
    .trace_access_channel_o(trace_channel_o[0 +: 8]),
    .trace_access_value_o(trace_value_o[0 +: 32]),
    .trace_whole_valid_o(trace_valid_o[5:3]),
    .trace_whole_kind_o(trace_kind_o[24 +: 24]),
    .trace_whole_value_o(trace_value_o[96 +: 96])
  );

  // ---- rings ----
  logic [63:0] rings_quiet;
  logic rings_busy_port;

  mailbox_rings #(
    .Agents(Agents),
    .Rings(Rings),
    .DoorbellWindows(DoorbellWindows),
    .LengthMaximum(LengthMaximum),
    .Crc(Crc)
  ) u_rings (
    .clk_i,
    .rst_ni,
    .request_i(ring_request),
    .write_i(write),
    .agent_i(address[18:16]),
    .address_i({address[11:2], 2'b00}),
    .write_data_i(write_data),
    .requester_i(requester),
    .read_data_o(ring_read_data),
    .refusal_o(ring_refusal),
    .lock_ring_i(lock_ring),
    .lock_owner_i(lock_owner),
    .clear_i(reset_done),
    .count_clear_i(count_clear),
    .hold_i(hold),
    .abort_i(resetting),
    .memory_busy_o(rings_busy),
    .completion_o(ring_completion),
    .error_o(ring_error),
    .cycle_i(cycle),
    .notify_valid_o(notify_valid),
    .notify_agent_o(notify_agent),
    .notify_peer_o(notify_peer),
    .notify_window_o(notify_window),
    .notify_flag_o(notify_flag),
    .message_request_i(message_request),
    .message_address_i(message_address),
    .message_data_i(message_data),
    .message_offered_o(message_offered),
    .message_done_o(message_done),
    .message_error_o(message_error),
    .completed_o(completed),
    .completed_bytes_o(completed_bytes),
    .read_stall_o(read_stall),
    .write_stall_o(write_stall),
    .quiet_cycles_o(rings_quiet),
    .busy_o(rings_busy_port),
    .trace_fetch_valid_o(trace_valid_o[1]),
    .trace_fetch_kind_o(trace_kind_o[8 +: 8]),
    .trace_fetch_channel_o(trace_channel_o[8 +: 8]),
    .trace_fetch_value_o(trace_value_o[32 +: 32]),
    .trace_completion_valid_o(trace_valid_o[2]),
    .trace_completion_kind_o(trace_kind_o[16 +: 8]),
    .trace_completion_channel_o(trace_channel_o[16 +: 8]),
    .trace_completion_value_o(trace_value_o[64 +: 32]),
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
    .mem_bid_i,
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
    .mem_rid_i,
    .mem_rdata_i,
    .mem_rresp_i,
    .mem_rlast_i,
    .mem_rvalid_i,
    .mem_rready_o
  );

  // ---- trace, quiet ----
  assign trace_channel_o[24 +: 24] = '0;
  assign quiesce_accept_o = quiesce_request_i && memory_busy == '0 && !rings_busy_port;

  always_comb begin
    quiet_cycles_o = (timers_quiet < rings_quiet) ? timers_quiet : rings_quiet;
    if (bus_busy || moving || reg_awvalid_i || reg_wvalid_i || reg_arvalid_i) begin
      quiet_cycles_o = '0;
    end
  end

endmodule
