// SPDX-License-Identifier: MIT
// AXI4-Lite subordinate port, with a user signal, in front of a register block that answers in the cycle of its request.
//
// One access is executed in a cycle, in the cycle after its last handshake at the earliest:
//   write   AW and W are taken in any order; request_o with write_o is high in the cycle after the later of the two
//           handshakes, and BVALID rises in that same cycle.
//   read    request_o is high and RVALID rises in the cycle after the AR handshake.
// request_o is high for exactly one cycle a transaction, however long the response waits for BREADY or RREADY.
// If a write and a read are both ready, they alternate: neither starves.
//
// While wait_i is high the write that held_o tells of is not executed, and a ready read is: whoever makes a write wait
// for something that a read brings about gets that read through. The register side bounds the wait.
//
// A write that does not carry the whole word is a request with partial_o: registers here are commands, half a command has
// no meaning, and the register side refuses it like anything else that it refuses. AWPROT and ARPROT are not looked at.
// Rules of the protocol: AMBA AXI and ACE Protocol Specification, IHI 0022, chapters A3 and B1.

module axi_lite_subordinate #(
  parameter int unsigned AddressWidth = 16,
  parameter int unsigned UserWidth = 8
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic [AddressWidth-1:0] awaddr_i,
  input  logic    [UserWidth-1:0] awuser_i,
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
  input  logic    [UserWidth-1:0] aruser_i,
  input  logic                    arvalid_i,
  output logic                    arready_o,
  output logic             [31:0] rdata_o,
  output logic              [1:0] rresp_o,
  output logic                    rvalid_o,
  input  logic                    rready_i,

  // The register side. Read data and error belong to the cycle of the request.
  output logic                    request_o,
  output logic                    write_o,
  output logic                    partial_o,
  output logic [AddressWidth-1:0] address_o,
  output logic    [UserWidth-1:0] user_o,
  output logic             [31:0] write_data_o,
  input  logic             [31:0] read_data_i,
  input  logic                    error_i,

  // A complete write that could be executed now, with its address and user; wait_i holds it back.
  output logic                    held_o,
  output logic                    held_partial_o,
  output logic [AddressWidth-1:0] held_address_o,
  output logic    [UserWidth-1:0] held_user_o,
  input  logic                    wait_i,

  // High while a handshake has happened whose transaction has not ended.
  output logic                    busy_o
);

  localparam logic [1:0] ResponseOkay = 2'b00;
  localparam logic [1:0] ResponseSlverr = 2'b10;

  logic [AddressWidth-1:0] aw_address_q;
  logic [AddressWidth-1:0] ar_address_q;
  logic [UserWidth-1:0] aw_user_q;
  logic [UserWidth-1:0] ar_user_q;
  logic [31:0] w_data_q;
  logic w_partial_q;
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
  assign request_o = execute_read || execute_write;
  assign write_o = execute_write;

  always_comb begin
    execute_write = 1'b0;
    execute_read = 1'b0;
    partial_o = 1'b0;
    address_o = ar_address_q;
    user_o = ar_user_q;
    if (write_ready || read_ready) begin
      execute_write = write_ready && !wait_i && !(read_ready && wrote_last_q);
      execute_read = read_ready && !execute_write;
      partial_o = execute_write && w_partial_q;
      address_o = execute_write ? aw_address_q : ar_address_q;
      user_o = execute_write ? aw_user_q : ar_user_q;
    end
  end
  assign write_data_o = w_data_q;

  assign held_o = write_ready;
  assign held_partial_o = w_partial_q;
  assign held_address_o = aw_address_q;
  assign held_user_o = aw_user_q;

  // The response is valid from the cycle of the request on; it is held from the next cycle if nobody takes it, since
  // what the register side drives is gone by then.
  assign bvalid_o = b_held_q || execute_write;
  assign rvalid_o = r_held_q || execute_read;

  always_comb begin
    bresp_o = b_response_q;
    rresp_o = r_response_q;
    rdata_o = r_data_q;
    if (execute_write) begin
      bresp_o = error_i ? ResponseSlverr : ResponseOkay;
    end
    if (execute_read) begin
      rresp_o = error_i ? ResponseSlverr : ResponseOkay;
      rdata_o = error_i ? '0 : read_data_i;
    end
  end

  assign busy_o = aw_valid_q || w_valid_q || ar_valid_q || b_held_q || r_held_q;

  // Behind one condition: between two transactions nothing here moves.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_valid_q <= 1'b0;
      w_valid_q <= 1'b0;
      ar_valid_q <= 1'b0;
      b_held_q <= 1'b0;
      r_held_q <= 1'b0;
      wrote_last_q <= 1'b0;
      aw_address_q <= '0;
      ar_address_q <= '0;
      aw_user_q <= '0;
      ar_user_q <= '0;
      w_data_q <= '0;
      w_partial_q <= 1'b0;
      b_response_q <= ResponseOkay;
      r_response_q <= ResponseOkay;
      r_data_q <= '0;
    end else if (awvalid_i || wvalid_i || arvalid_i || busy_o) begin
      if (awvalid_i && awready_o) begin
        aw_address_q <= awaddr_i;
        aw_user_q <= awuser_i;
      end
      if (wvalid_i && wready_o) begin
        w_data_q <= wdata_i;
        w_partial_q <= wstrb_i != 4'b1111;
      end
      if (arvalid_i && arready_o) begin
        ar_address_q <= araddr_i;
        ar_user_q <= aruser_i;
      end
      if (execute_write) begin
        b_response_q <= bresp_o;
      end
      if (execute_read) begin
        r_response_q <= rresp_o;
        r_data_q <= rdata_o;
      end
      wrote_last_q <= request_o ? execute_write : wrote_last_q;
      b_held_q <= bvalid_o && !bready_i;
      r_held_q <= rvalid_o && !rready_i;
      aw_valid_q <= (awvalid_i && awready_o) || (aw_valid_q && !execute_write);
      w_valid_q <= (wvalid_i && wready_o) || (w_valid_q && !execute_write);
      ar_valid_q <= (arvalid_i && arready_o) || (ar_valid_q && !execute_read);
    end
  end

endmodule
