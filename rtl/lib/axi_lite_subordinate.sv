// SPDX-License-Identifier: MIT
// AXI4-Lite subordinate port in front of a register block that answers in the cycle of its request.
//
// One transaction is executed at a time, in the cycle after its last handshake:
//   write   AW and W are taken in any order; request_o with write_o is high in the cycle after the later of the two
//           handshakes, and BVALID rises in that same cycle.
//   read    request_o is high and RVALID rises in the cycle after the AR handshake.
// request_o is high for exactly one cycle a transaction, however long the response waits for BREADY or RREADY.
// If a write and a read are both ready, they alternate: neither starves.
//
// A write that does not carry the whole word is refused with SLVERR and causes no request: registers here are
// commands, and half a command has no meaning. AWPROT and ARPROT are not looked at.
// Rules of the protocol: AMBA AXI and ACE Protocol Specification, IHI 0022, chapters A3 and B1.

module axi_lite_subordinate #(
  parameter int unsigned AddressWidth = 16
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic [AddressWidth-1:0] awaddr_i,
  input  logic                    awvalid_i,
  output logic                    awready_o,
  input  logic             [31:0] wdata_i,
  input  logic              [3:0] wstrb_i,
  input  logic                    wvalid_i,
  output logic                    wready_o,
  output logic              [1:0] bresp_o,
  output logic                    bvalid_o,
  input  logic                    bready_i,
  input  logic [AddressWidth-1:0] araddr_i,
  input  logic                    arvalid_i,
  output logic                    arready_o,
  output logic             [31:0] rdata_o,
  output logic              [1:0] rresp_o,
  output logic                    rvalid_o,
  input  logic                    rready_i,

  // The register side. Read data and error belong to the cycle of the request.
  output logic                    request_o,
  output logic                    write_o,
  output logic [AddressWidth-1:0] address_o,
  output logic             [31:0] write_data_o,
  input  logic             [31:0] read_data_i,
  input  logic                    error_i,

  // High while a handshake has happened whose transaction has not ended.
  output logic                    busy_o
);

  localparam logic [1:0] ResponseOkay = 2'b00;
  localparam logic [1:0] ResponseSlverr = 2'b10;

  logic [AddressWidth-1:0] aw_address_q;
  logic [AddressWidth-1:0] ar_address_q;
  logic [31:0] w_data_q;
  logic w_whole_q;
  logic aw_valid_q;
  logic w_valid_q;
  logic ar_valid_q;

  logic b_held_q;
  logic r_held_q;
  logic [1:0] b_response_q;
  logic [1:0] r_response_q;
  logic [31:0] r_data_q;

  logic wrote_last_q;

  logic write_ready;
  logic read_ready;
  logic execute_write;
  logic execute_read;

  assign awready_o = !aw_valid_q;
  assign wready_o = !w_valid_q;
  assign arready_o = !ar_valid_q;

  assign write_ready = aw_valid_q && w_valid_q && !b_held_q;
  assign read_ready = ar_valid_q && !r_held_q;
  assign execute_write = write_ready && !(read_ready && wrote_last_q);
  assign execute_read = read_ready && !execute_write;

  assign request_o = execute_read || (execute_write && w_whole_q);
  assign write_o = execute_write;
  assign address_o = execute_write ? aw_address_q : ar_address_q;
  assign write_data_o = w_data_q;

  // The response is valid from the cycle of the request on; it is held from the next cycle if nobody takes it, since
  // what the register side drives is gone by then.
  assign bvalid_o = b_held_q || execute_write;
  assign rvalid_o = r_held_q || execute_read;

  always_comb begin
    bresp_o = b_response_q;
    rresp_o = r_response_q;
    rdata_o = r_data_q;
    if (execute_write) begin
      bresp_o = (error_i || !w_whole_q) ? ResponseSlverr : ResponseOkay;
    end
    if (execute_read) begin
      rresp_o = error_i ? ResponseSlverr : ResponseOkay;
      rdata_o = read_data_i;
    end
  end

  assign busy_o = aw_valid_q || w_valid_q || ar_valid_q || b_held_q || r_held_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_valid_q <= 1'b0;
      w_valid_q <= 1'b0;
      ar_valid_q <= 1'b0;
      b_held_q <= 1'b0;
      r_held_q <= 1'b0;
      wrote_last_q <= 1'b0;
    end else begin
      if (awvalid_i && awready_o) begin
        aw_valid_q <= 1'b1;
      end else if (execute_write) begin
        aw_valid_q <= 1'b0;
      end
      if (wvalid_i && wready_o) begin
        w_valid_q <= 1'b1;
      end else if (execute_write) begin
        w_valid_q <= 1'b0;
      end
      if (arvalid_i && arready_o) begin
        ar_valid_q <= 1'b1;
      end else if (execute_read) begin
        ar_valid_q <= 1'b0;
      end
      b_held_q <= bvalid_o && !bready_i;
      r_held_q <= rvalid_o && !rready_i;
      if (request_o) begin
        wrote_last_q <= execute_write;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_address_q <= '0;
      ar_address_q <= '0;
      w_data_q <= '0;
      w_whole_q <= 1'b0;
      b_response_q <= ResponseOkay;
      r_response_q <= ResponseOkay;
      r_data_q <= '0;
    end else begin
      if (awvalid_i && awready_o) begin
        aw_address_q <= awaddr_i;
      end
      if (wvalid_i && wready_o) begin
        w_data_q <= wdata_i;
        w_whole_q <= &wstrb_i;
      end
      if (arvalid_i && arready_o) begin
        ar_address_q <= araddr_i;
      end
      if (execute_write) begin
        b_response_q <= bresp_o;
      end
      if (execute_read) begin
        r_response_q <= rresp_o;
        r_data_q <= rdata_o;
      end
    end
  end

endmodule
