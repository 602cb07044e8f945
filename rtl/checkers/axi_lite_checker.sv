// SPDX-License-Identifier: MIT
// Checks on a register port, bound into axi_lite_subordinate: responses are stable until taken (IHI 0022, A3.2.1), come
// only after their request (A3.3.1), and each transaction causes at most one request on the register side. Neither
// writes nor reads starve: what is ready is passed over once at most, a write is held back for a bounded time only, and
// reads go on meanwhile.

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
  input logic        busy_i,
  input logic        held_i,
  input logic        wait_i
);

  // The most that FIFO_SEND_CONTROL.stall_cycles can ask for.
  localparam logic [16:0] WaitMaximum = 17'd65535;

  logic b_waited_q;
  logic r_waited_q;
  logic [1:0] bresp_q;
  logic [1:0] rresp_q;
  logic [31:0] rdata_q;
  // Accepted, and not executed yet.
  logic aw_open_q;
  logic w_open_q;
  logic ar_open_q;
  logic read_ready;
  logic write_passed_q;
  logic read_passed_q;
  logic [16:0] waited_q;

  assign read_ready = ar_open_q && !r_waited_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      b_waited_q <= 1'b0;
      r_waited_q <= 1'b0;
      aw_open_q <= 1'b0;
      w_open_q <= 1'b0;
      ar_open_q <= 1'b0;
      write_passed_q <= 1'b0;
      read_passed_q <= 1'b0;
      waited_q <= '0;
      bresp_q <= '0;
      rresp_q <= '0;
      rdata_q <= '0;
    end else if (busy_i || awvalid_i || wvalid_i || arvalid_i || bvalid_i || rvalid_i || request_i || b_waited_q ||
                 r_waited_q || aw_open_q || w_open_q || ar_open_q) begin
      b_kept: assert (!b_waited_q || (bvalid_i && bresp_i == bresp_q))
        else $error("BVALID fell or BRESP changed before BREADY");
      r_kept: assert (!r_waited_q || (rvalid_i && rresp_i == rresp_q && rdata_i == rdata_q))
        else $error("RVALID fell, or RRESP or RDATA changed before RREADY");
      b_after_request: assert (!bvalid_i || b_waited_q || (request_i && write_i))
        else $error("BVALID without a write that was executed");
      r_after_request: assert (!rvalid_i || r_waited_q || (request_i && !write_i))
        else $error("RVALID without a read that was executed");
      write_once: assert (!(request_i && write_i) || (aw_open_q && w_open_q && !b_waited_q))
        else $error("a write reached the registers twice, or before it was complete");
      read_once: assert (!(request_i && !write_i) || (ar_open_q && !r_waited_q))
        else $error("a read reached the registers twice, or before it was accepted");
      response_legal: assert ((!bvalid_i || !bresp_i[0]) && (!rvalid_i || !rresp_i[0]))
        else $error("a response that is neither OKAY nor SLVERR");
      error_without_data: assert (!rvalid_i || !rresp_i[1] || rdata_i == '0) else $error("data with an error");
      write_not_starved: assert (!(write_passed_q && held_i && !wait_i) || (request_i && write_i))
        else $error("a ready write was passed over twice");
      read_not_starved: assert (!(read_passed_q && read_ready) || (request_i && !write_i))
        else $error("a ready read was passed over twice");
      read_during_wait: assert (!(wait_i && held_i && read_ready) || (request_i && !write_i))
        else $error("a read was not executed while a write waited");
      held_kept: assert (!(wait_i && held_i) || !(request_i && write_i)) else $error("a write did not wait");
      wait_bounded: assert (waited_q <= WaitMaximum) else $error("a write waits for ever");

      write_passed_q <= held_i && !wait_i && !(request_i && write_i);
      read_passed_q <= read_ready && !(request_i && !write_i);
      waited_q <= (held_i && wait_i) ? waited_q + 17'd1 : '0;
      b_waited_q <= bvalid_i && !bready_i;
      r_waited_q <= rvalid_i && !rready_i;
      aw_open_q <= (awvalid_i && awready_i) || (aw_open_q && !(request_i && write_i));
      w_open_q <= (wvalid_i && wready_i) || (w_open_q && !(request_i && write_i));
      ar_open_q <= (arvalid_i && arready_i) || (ar_open_q && !(request_i && !write_i));
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
