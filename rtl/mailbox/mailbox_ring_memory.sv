// SPDX-License-Identifier: MIT
// What moves data for the rings: the copy engine with its checksum, the sender of interrupt messages, and the memory
// port that they share with descriptors and completions. Responses go to whom they belong, by their identifier.

module mailbox_ring_memory #(
  parameter int unsigned Agents = 2,
  parameter int unsigned LengthMaximum = 1048576,
  parameter int unsigned Crc = 1,
  localparam int unsigned LengthWidth = $clog2(LengthMaximum + 1)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  // ---- descriptors ----
  input  logic                   fetch_request_i,
  input  logic            [60:0] fetch_address_i,
  output logic                   fetch_grant_o,
  input  logic                   fetch_pending_i,
  output logic                   fetch_r_valid_o,

  // ---- payload: as at mailbox_dma ----
  input  logic                   move_i,
  input  logic            [63:0] move_source_i,
  input  logic            [63:0] move_destination_i,
  input  logic [LengthWidth-1:0] move_length_i,
  input  logic                   move_abort_i,
  output logic                   move_finish_o,
  output logic             [7:0] move_status_o,
  output logic [LengthWidth-1:0] move_bytes_o,
  output logic                   segment_start_o,
  output logic            [31:0] segment_length_o,
  // The checksum of what is moved begins anew; counts what is moved.
  input  logic                   crc_clear_i,
  input  logic                   crc_enable_i,
  output logic            [31:0] crc_o,

  // ---- completions ----
  input  logic                   completion_request_i,
  input  logic            [60:0] completion_address_i,
  output logic                   completion_grant_o,
  input  logic           [127:0] completion_data_i,
  input  logic                   completion_pending_i,
  output logic                   completion_b_valid_o,

  // ---- interrupt messages, one an agent ----
  input  logic      [Agents-1:0] message_request_i,
  input  logic   [Agents*64-1:0] message_address_i,
  input  logic   [Agents*32-1:0] message_data_i,
  output logic      [Agents-1:0] message_offered_o,
  output logic      [Agents-1:0] message_done_o,
  output logic                   message_error_o,
  output logic      [Agents-1:0] message_busy_o,
  output logic             [2:0] message_agent_o,

  output logic                   read_stall_o,
  output logic                   write_stall_o,

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
  input  logic             [1:0] mem_bid_i,
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
  input  logic             [1:0] mem_rid_i,
  input  logic            [63:0] mem_rdata_i,
  input  logic             [1:0] mem_rresp_i,
  input  logic                   mem_rlast_i,
  input  logic                   mem_rvalid_i,
  output logic                   mem_rready_o
);

  localparam logic [1:0] IdPayload = 2'd0;
  localparam logic [1:0] IdRing = 2'd1;
  localparam logic [1:0] IdMessage = 2'd2;

  // ---- responses, by identifier ----
  logic payload_r_valid;
  logic payload_b_valid;
  logic message_b_valid;

  always_comb begin
    payload_r_valid = 1'b0;
    fetch_r_valid_o = 1'b0;
    if (mem_rvalid_i) begin
      payload_r_valid = mem_rid_i == IdPayload;
      fetch_r_valid_o = mem_rid_i == IdRing;
    end
  end

  always_comb begin
    payload_b_valid = 1'b0;
    completion_b_valid_o = 1'b0;
    message_b_valid = 1'b0;
    if (mem_bvalid_i) begin
      payload_b_valid = mem_bid_i == IdPayload;
      completion_b_valid_o = mem_bid_i == IdRing;
      message_b_valid = mem_bid_i == IdMessage;
    end
  end

  // ---- copy engine ----
  logic ar_request;
  logic [60:0] ar_address;
  logic [3:0] ar_length;
  logic ar_grant;
  logic ar_accepted;
  logic payload_r_pending;
  logic aw_request;
  logic [60:0] aw_address;
  logic [3:0] aw_length;
  logic aw_grant;
  logic w_owed;
  logic w_request;
  logic [63:0] w_data;
  logic [7:0] w_strobe;
  logic w_last;
  logic w_grant;
  logic w_granted;
  logic payload_b_pending;
  logic [LengthWidth-1:0] move_length_q;

  /* verilator lint_off PINCONNECTEMPTY */
  // Whether it is active the engine knows; the checkers look at it.
  mailbox_dma #(
    .LengthMaximum(LengthMaximum)
  ) u_dma (
    .clk_i,
    .rst_ni,
    .load_i(move_i),
    .source_i(move_source_i),
    .destination_i(move_destination_i),
    .length_i(move_length_i),
    .abort_i(move_abort_i),
    .start_o(segment_start_o),
    .active_o(),
    .stopping_o(),
    .finish_o(move_finish_o),
    .status_o(move_status_o),
    .bytes_o(move_bytes_o),
    .ar_request_o(ar_request),
    .ar_address_o(ar_address),
    .ar_length_o(ar_length),
    .ar_grant_i(ar_grant),
    .ar_accepted_i(ar_accepted),
    .r_data_i(mem_rdata_i),
    .r_response_i(mem_rresp_i),
    .r_valid_i(payload_r_valid),
    .r_pending_o(payload_r_pending),
    .aw_request_o(aw_request),
    .aw_address_o(aw_address),
    .aw_length_o(aw_length),
    .aw_grant_i(aw_grant),
    .w_owed_o(w_owed),
    .w_request_o(w_request),
    .w_data_o(w_data),
    .w_strobe_o(w_strobe),
    .w_last_o(w_last),
    .w_grant_i(w_grant),
    .b_response_i(mem_bresp_i),
    .b_valid_i(payload_b_valid),
    .b_pending_o(payload_b_pending)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  assign segment_length_o = 32'(move_length_q);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      move_length_q <= '0;
    end else if (move_i) begin
      move_length_q <= move_length_i;
    end
  end

  if (Crc != 0) begin : gen_crc
    // Over the beats as they are offered: each once, in the cycle after its grant.
    mailbox_crc32c u_crc (
      .clk_i,
      .rst_ni,
      .clear_i(crc_clear_i),
      .update_i(w_granted && crc_enable_i),
      .data_i(mem_wdata_o),
      .strobe_i(mem_wstrb_o),
      .crc_o
    );
  end else begin : gen_no_crc
    logic unused_crc;
    assign unused_crc = crc_clear_i || crc_enable_i || w_granted;
    assign crc_o = '0;
  end

  // ---- interrupt messages ----
  logic message_request;
  logic [61:0] message_address;
  logic message_grant;
  logic [31:0] message_data;
  logic message_high_half;

  mailbox_message_interrupt #(
    .Agents(Agents)
  ) u_message (
    .clk_i,
    .rst_ni,
    .request_i(message_request_i),
    .address_i(message_address_i),
    .data_i(message_data_i),
    .offered_o(message_offered_o),
    .done_o(message_done_o),
    .error_o(message_error_o),
    .busy_o(message_busy_o),
    .agent_o(message_agent_o),
    .port_request_o(message_request),
    .port_address_o(message_address),
    .port_grant_i(message_grant),
    .port_data_o(message_data),
    .port_high_half_o(message_high_half),
    .response_i(message_b_valid),
    .response_error_i(mem_bresp_i[1])
  );

  // ---- memory port ----
  mailbox_memory_port u_port (
    .clk_i,
    .rst_ni,
    .fetch_request_i,
    .fetch_address_i,
    .fetch_grant_o,
    .read_request_i(ar_request),
    .read_address_i(ar_address),
    .read_length_i(ar_length),
    .read_grant_o(ar_grant),
    .read_accepted_o(ar_accepted),
    .write_request_i(aw_request),
    .write_address_i(aw_address),
    .write_length_i(aw_length),
    .write_grant_o(aw_grant),
    .completion_request_i,
    .completion_address_i,
    .completion_grant_o,
    .message_request_i(message_request),
    .message_address_i(message_address),
    .message_grant_o(message_grant),
    .data_owed_i(w_owed),
    .data_request_i(w_request),
    .data_i(w_data),
    .strobe_i(w_strobe),
    .last_i(w_last),
    .data_grant_o(w_grant),
    .data_granted_o(w_granted),
    .completion_data_i,
    .message_data_i(message_data),
    .message_high_half_i(message_high_half),
    .read_stall_o,
    .write_stall_o,
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
    .mem_arid_o,
    .mem_araddr_o,
    .mem_arlen_o,
    .mem_arsize_o,
    .mem_arburst_o,
    .mem_arvalid_o,
    .mem_arready_i
  );

  // What was asked for has room: no response ever waits.
  assign mem_rready_o = fetch_pending_i || payload_r_pending;
  assign mem_bready_o = payload_b_pending || completion_pending_i || message_busy_o != '0;

  // The counts of beats know where a burst ends.
  logic unused_rlast;
  assign unused_rlast = mem_rlast_i;

endmodule
