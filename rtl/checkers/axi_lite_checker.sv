// SPDX-License-Identifier: MIT
// Checks on a register port, bound into axi_lite_subordinate: responses are stable until taken (IHI 0022, A3.2.1), come
// only after their request (A3.3.1), and each transaction causes at most one request on the register side.

module axi_lite_checker (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        awvalid_i,
  input logic        awready_i,
  input logic        wvalid_i,
  input logic        wready_i,
  input logic        arvalid_i,
  input logic        arready_i,
  input logic        bvalid_i,
  input logic        bready_i,
  input logic  [1:0] bresp_i,
  input logic        rvalid_i,
  input logic        rready_i,
  input logic  [1:0] rresp_i,
  input logic [31:0] rdata_i,
  input logic        request_i,
  input logic        write_i,
  input logic        busy_i
);

  logic b_waited_q;
  logic r_waited_q;
  logic [1:0] bresp_q;
  logic [1:0] rresp_q;
  logic [31:0] rdata_q;
  // Handshakes that no response has answered, and requests of the transaction whose response is still to be taken.
  logic aw_open_q;
  logic w_open_q;
  logic ar_open_q;
  logic write_requested_q;
  logic read_requested_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      b_waited_q <= 1'b0;
      r_waited_q <= 1'b0;
      aw_open_q <= 1'b0;
      w_open_q <= 1'b0;
      ar_open_q <= 1'b0;
      write_requested_q <= 1'b0;
      read_requested_q <= 1'b0;
      bresp_q <= '0;
      rresp_q <= '0;
      rdata_q <= '0;
    end else if (busy_i || awvalid_i || wvalid_i || arvalid_i || bvalid_i || rvalid_i || request_i || b_waited_q ||
                 r_waited_q || aw_open_q || w_open_q || ar_open_q) begin
      b_kept: assert (!b_waited_q || (bvalid_i && bresp_i == bresp_q))
        else $error("BVALID fell or BRESP changed before BREADY");
      r_kept: assert (!r_waited_q || (rvalid_i && rresp_i == rresp_q && rdata_i == rdata_q))
        else $error("RVALID fell, or RRESP or RDATA changed before RREADY");
      b_after_request: assert (!bvalid_i || (aw_open_q && w_open_q))
        else $error("BVALID without an accepted address and data");
      r_after_request: assert (!rvalid_i || ar_open_q) else $error("RVALID without an accepted address");
      write_once: assert (!(request_i && write_i) || (aw_open_q && w_open_q && !write_requested_q))
        else $error("a write reached the registers twice, or before it was complete");
      read_once: assert (!(request_i && !write_i) || (ar_open_q && !read_requested_q))
        else $error("a read reached the registers twice, or before it was accepted");

      b_waited_q <= bvalid_i && !bready_i;
      r_waited_q <= rvalid_i && !rready_i;
      aw_open_q <= (awvalid_i && awready_i) || (aw_open_q && !(bvalid_i && bready_i));
      w_open_q <= (wvalid_i && wready_i) || (w_open_q && !(bvalid_i && bready_i));
      ar_open_q <= (arvalid_i && arready_i) || (ar_open_q && !(rvalid_i && rready_i));
      write_requested_q <= bvalid_i && !bready_i && (write_requested_q || (request_i && write_i));
      read_requested_q <= rvalid_i && !rready_i && (read_requested_q || (request_i && !write_i));
      if (bvalid_i && !bready_i) begin
        bresp_q <= bresp_i;
      end
      if (rvalid_i && !rready_i) begin
        rresp_q <= rresp_i;
        rdata_q <= rdata_i;
      end
    end
  end

endmodule
