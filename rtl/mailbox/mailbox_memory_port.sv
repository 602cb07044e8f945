// SPDX-License-Identifier: MIT
// The memory port, shared by descriptors (reads), payload (both ways), completions and interrupt messages (writes).
//
// Everything that is offered to the memory stands in a register here, so that a valid and its payload stay until they
// are taken (IHI 0022, A3.2.1), whatever becomes of the one who asked. A grant in one cycle is a valid in the next.
//
// Write data follow the order of the addresses (AXI4 has no WID: A5.4). So a completion or an interrupt message is
// granted when the payload owes no data, and while one waits or owes data no payload burst is granted: it waits for the
// few bursts at most that the payload has begun. Of both, the completion goes first. Descriptors go before payload: one
// address a message, and the next message is known when this one ends.
//
// Data are offered whether or not the address was taken: WVALID never waits for AWREADY (A3.3.1).

module mailbox_memory_port (
  input  logic         clk_i,
  input  logic         rst_ni,

  // ---- reads ----
  input  logic         fetch_request_i,
  // Address of the 8-byte word.
  input  logic  [60:0] fetch_address_i,
  output logic         fetch_grant_o,
  input  logic         read_request_i,
  input  logic  [60:0] read_address_i,
  input  logic   [3:0] read_length_i,
  output logic         read_grant_o,
  output logic         read_accepted_o,

  // ---- write addresses ----
  input  logic         write_request_i,
  input  logic  [60:0] write_address_i,
  input  logic   [3:0] write_length_i,
  output logic         write_grant_o,
  input  logic         completion_request_i,
  input  logic  [60:0] completion_address_i,
  output logic         completion_grant_o,
  input  logic         message_request_i,
  // Address of the 4-byte word.
  input  logic  [61:0] message_address_i,
  output logic         message_grant_o,

  // ---- write data ----
  // Payload. owed: of a granted burst not all beats were granted yet.
  input  logic         data_owed_i,
  input  logic         data_request_i,
  input  logic  [63:0] data_i,
  input  logic   [7:0] strobe_i,
  input  logic         last_i,
  output logic         data_grant_o,
  // A beat that was granted in the cycle before stands in mem_wdata_o.
  output logic         data_granted_o,
  // Stable from two cycles after the grant on.
  input  logic [127:0] completion_data_i,
  input  logic  [31:0] message_data_i,
  input  logic         message_high_half_i,

  output logic         read_stall_o,
  output logic         write_stall_o,

  output logic   [1:0] mem_awid_o,
  output logic  [63:0] mem_awaddr_o,
  output logic   [7:0] mem_awlen_o,
  output logic   [2:0] mem_awsize_o,
  output logic   [1:0] mem_awburst_o,
  output logic         mem_awvalid_o,
  input  logic         mem_awready_i,
  output logic  [63:0] mem_wdata_o,
  output logic   [7:0] mem_wstrb_o,
  output logic         mem_wlast_o,
  output logic         mem_wvalid_o,
  input  logic         mem_wready_i,
  output logic   [1:0] mem_arid_o,
  output logic  [63:0] mem_araddr_o,
  output logic   [7:0] mem_arlen_o,
  output logic   [2:0] mem_arsize_o,
  output logic   [1:0] mem_arburst_o,
  output logic         mem_arvalid_o,
  input  logic         mem_arready_i
);

  localparam logic [1:0] IdPayload = 2'd0;
  localparam logic [1:0] IdRing = 2'd1;
  localparam logic [1:0] IdMessage = 2'd2;
  localparam logic [3:0] DescriptorLength = 4'd3;
  localparam logic [3:0] CompletionLength = 4'd1;
  localparam logic [2:0] SizeEightBytes = 3'd3;
  localparam logic [2:0] SizeFourBytes = 3'd2;
  localparam logic [1:0] BurstIncrementing = 2'b01;

  // ---- read addresses ----
  logic ar_valid_q;
  logic ar_fetch_q;
  logic [60:0] ar_address_q;
  logic [3:0] ar_length_q;

  logic ar_free;
  logic ar_load;

  always_comb begin
    ar_free = 1'b0;
    ar_load = 1'b0;
    fetch_grant_o = 1'b0;
    read_grant_o = 1'b0;
    if (fetch_request_i || read_request_i) begin
      ar_free = !ar_valid_q || mem_arready_i;
      fetch_grant_o = fetch_request_i && ar_free;
      read_grant_o = !fetch_request_i && ar_free;
      ar_load = ar_free;
    end
  end

  assign mem_arid_o = ar_fetch_q ? IdRing : IdPayload;
  assign mem_araddr_o = {ar_address_q, 3'b000};
  assign mem_arlen_o = {4'b0000, ar_length_q};
  assign mem_arsize_o = SizeEightBytes;
  assign mem_arburst_o = BurstIncrementing;
  assign mem_arvalid_o = ar_valid_q;

  always_comb begin
    read_accepted_o = 1'b0;
    read_stall_o = 1'b0;
    if (ar_valid_q) begin
      read_accepted_o = mem_arready_i && !ar_fetch_q;
      read_stall_o = !mem_arready_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_valid_q <= 1'b0;
      ar_fetch_q <= 1'b0;
      ar_address_q <= '0;
      ar_length_q <= '0;
    end else if (ar_load || ar_valid_q) begin
      ar_valid_q <= ar_load || !mem_arready_i;
      if (ar_load) begin
        ar_fetch_q <= fetch_request_i;
        ar_address_q <= fetch_request_i ? fetch_address_i : read_address_i;
        ar_length_q <= fetch_request_i ? DescriptorLength : read_length_i;
      end
    end
  end

  // ---- write addresses ----
  logic aw_valid_q;
  logic [1:0] aw_id_q;
  logic [61:0] aw_address_q;
  logic [3:0] aw_length_q;
  // Beats that a granted completion or interrupt message owes.
  logic [1:0] owed_q;

  logic aw_free;
  logic aw_load;
  logic special_free;

  assign aw_free = !aw_valid_q || mem_awready_i;

  always_comb begin
    special_free = 1'b0;
    completion_grant_o = 1'b0;
    message_grant_o = 1'b0;
    write_grant_o = 1'b0;
    aw_load = 1'b0;
    if (write_request_i || completion_request_i || message_request_i) begin
      special_free = aw_free && !data_owed_i && owed_q == '0;
      completion_grant_o = completion_request_i && special_free;
      message_grant_o = message_request_i && special_free && !completion_request_i;
      write_grant_o = write_request_i && aw_free && owed_q == '0 && !completion_request_i && !message_request_i;
      aw_load = completion_grant_o || message_grant_o || write_grant_o;
    end
  end

  assign mem_awid_o = aw_id_q;
  assign mem_awaddr_o = {aw_address_q, 2'b00};
  assign mem_awlen_o = {4'b0000, aw_length_q};
  assign mem_awsize_o = (aw_id_q == IdMessage) ? SizeFourBytes : SizeEightBytes;
  assign mem_awburst_o = BurstIncrementing;
  assign mem_awvalid_o = aw_valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_valid_q <= 1'b0;
      aw_id_q <= '0;
      aw_address_q <= '0;
      aw_length_q <= '0;
    end else if (aw_load || aw_valid_q) begin
      aw_valid_q <= aw_load || !mem_awready_i;
      if (completion_grant_o) begin
        aw_id_q <= IdRing;
        aw_address_q <= {completion_address_i, 1'b0};
        aw_length_q <= CompletionLength;
      end else if (message_grant_o) begin
        aw_id_q <= IdMessage;
        aw_address_q <= message_address_i;
        aw_length_q <= '0;
      end else if (write_grant_o) begin
        aw_id_q <= IdPayload;
        aw_address_q <= {write_address_i, 1'b0};
        aw_length_q <= write_length_i;
      end
    end
  end

  // ---- write data ----
  logic w_valid_q;
  logic [63:0] w_data_q;
  logic [7:0] w_strobe_q;
  logic w_last_q;
  logic message_owes_q;
  logic data_granted_q;

  logic w_free;
  logic owed_load;

  always_comb begin
    w_free = 1'b0;
    owed_load = 1'b0;
    data_grant_o = 1'b0;
    if (data_request_i || owed_q != '0) begin
      w_free = !w_valid_q || mem_wready_i;
      owed_load = owed_q != '0 && w_free;
      data_grant_o = data_request_i && w_free;
    end
  end

  assign data_granted_o = data_granted_q;

  assign mem_wdata_o = w_data_q;
  assign mem_wstrb_o = w_strobe_q;
  assign mem_wlast_o = w_last_q;
  assign mem_wvalid_o = w_valid_q;
  assign write_stall_o = (aw_valid_q && !mem_awready_i) || (w_valid_q && !mem_wready_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      w_valid_q <= 1'b0;
      w_data_q <= '0;
      w_strobe_q <= '0;
      w_last_q <= 1'b0;
      data_granted_q <= 1'b0;
    end else if (data_grant_o || owed_load || w_valid_q) begin
      w_valid_q <= data_grant_o || owed_load || !mem_wready_i;
      data_granted_q <= data_grant_o;
      if (data_grant_o) begin
        w_data_q <= data_i;
        w_strobe_q <= strobe_i;
        w_last_q <= last_i;
      end else if (owed_load && message_owes_q) begin
        w_data_q <= {message_data_i, message_data_i};
        w_strobe_q <= message_high_half_i ? 8'hF0 : 8'h0F;
        w_last_q <= 1'b1;
      end else if (owed_load) begin
        w_data_q <= (owed_q == 2'd2) ? completion_data_i[63:0] : completion_data_i[127:64];
        w_strobe_q <= '1;
        w_last_q <= owed_q == 2'd1;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      owed_q <= '0;
      message_owes_q <= 1'b0;
    end else if (completion_grant_o || message_grant_o || owed_load) begin
      if (completion_grant_o || message_grant_o) begin
        owed_q <= completion_grant_o ? 2'd2 : 2'd1;
        message_owes_q <= message_grant_o;
      end else begin
        owed_q <= owed_q - 2'd1;
      end
    end
  end

endmodule
