// SPDX-License-Identifier: MIT
// Checks on an AXI4 manager port, bound into mailbox_dma: a valid stays, with its payload, until it is taken (IHI 0022,
// A3.2.1); bursts are incrementing, within 4 KiB and of at most BurstBeatsMaximum beats (A3.4.1); WLAST is on the last
// beat of each burst and on no other (A3.4.1), whichever of address and data is accepted first; after an error response
// no burst begins.

module axi_manager_checker #(
  parameter int unsigned BurstBeatsMaximum = 16
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        active_i,
  // High from the cycle after the first error response on: no burst may begin.
  input logic        stop_i,
  input logic [63:0] awaddr_i,
  input logic  [7:0] awlen_i,
  input logic  [2:0] awsize_i,
  input logic  [1:0] awburst_i,
  input logic        awvalid_i,
  input logic        awready_i,
  input logic [63:0] wdata_i,
  input logic  [7:0] wstrb_i,
  input logic        wlast_i,
  input logic        wvalid_i,
  input logic        wready_i,
  input logic [63:0] araddr_i,
  input logic  [7:0] arlen_i,
  input logic  [2:0] arsize_i,
  input logic  [1:0] arburst_i,
  input logic        arvalid_i,
  input logic        arready_i
);

  localparam int unsigned BurstsTracked = 16;

  // ---- a valid stays ----
  logic aw_waited_q;
  logic w_waited_q;
  logic ar_waited_q;
  logic stop_q;
  logic [63:0] awaddr_q;
  logic [7:0] awlen_q;
  logic [63:0] wdata_q;
  logic [8:0] w_rest_q;
  logic [63:0] araddr_q;
  logic [7:0] arlen_q;

  // ---- length of bursts by address, and by WLAST; the head of both queues is compared when both have one ----
  logic [7:0] address_length_q [BurstsTracked];
  logic [7:0] data_length_q [BurstsTracked];
  logic [3:0] address_count_q;
  logic [3:0] data_count_q;
  logic [3:0] compared_q;
  logic [7:0] beats_q;

  // `offset` is the address within its 4 KiB.
  function automatic logic legal(logic [11:0] offset, logic [7:0] length, logic [2:0] size, logic [1:0] burst);
    return burst == 2'b01 && size == 3'd3 && offset[2:0] == 3'd0 && 32'(length) < BurstBeatsMaximum &&
           {1'b0, offset[11:3]} + {2'b00, length} < 10'd512;
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_waited_q <= 1'b0;
      w_waited_q <= 1'b0;
      ar_waited_q <= 1'b0;
      stop_q <= 1'b0;
      address_count_q <= '0;
      data_count_q <= '0;
      compared_q <= '0;
      beats_q <= '0;
      awaddr_q <= '0;
      awlen_q <= '0;
      wdata_q <= '0;
      w_rest_q <= '0;
      araddr_q <= '0;
      arlen_q <= '0;
    end else if (active_i || aw_waited_q || w_waited_q || ar_waited_q || awvalid_i || wvalid_i || arvalid_i) begin
      idle_silent: assert (active_i || !(awvalid_i || wvalid_i || arvalid_i))
        else $error("bus traffic without a transfer");
      if (compared_q != address_count_q && compared_q != data_count_q) begin
        last_right: assert (address_length_q[compared_q] == data_length_q[compared_q])
          else $error("WLAST is not on the last beat of its burst");
        compared_q <= compared_q + 4'd1;
      end
      if (awvalid_i || aw_waited_q) begin
        aw_kept: assert (!aw_waited_q || (awvalid_i && awaddr_i == awaddr_q && awlen_i == awlen_q))
          else $error("AWVALID fell or the address changed before AWREADY");
        aw_legal: assert (legal(awaddr_i[11:0], awlen_i, awsize_i, awburst_i))
          else $error("write burst at %h, length %0d: illegal, or across 4 KiB", awaddr_i, awlen_i);
        aw_stopped: assert (aw_waited_q || !stop_q) else $error("a write burst began after an error");
        aw_waited_q <= awvalid_i && !awready_i;
        awaddr_q <= awaddr_i;
        awlen_q <= awlen_i;
        address_count_q <= address_count_q + 4'(awvalid_i && awready_i);
      end
      if (arvalid_i || ar_waited_q) begin
        ar_kept: assert (!ar_waited_q || (arvalid_i && araddr_i == araddr_q && arlen_i == arlen_q))
          else $error("ARVALID fell or the address changed before ARREADY");
        ar_legal: assert (legal(araddr_i[11:0], arlen_i, arsize_i, arburst_i))
          else $error("read burst at %h, length %0d: illegal, or across 4 KiB", araddr_i, arlen_i);
        ar_stopped: assert (ar_waited_q || !stop_q) else $error("a read burst began after an error");
        ar_waited_q <= arvalid_i && !arready_i;
        araddr_q <= araddr_i;
        arlen_q <= arlen_i;
      end
      if (w_waited_q) begin
        w_kept: assert (wvalid_i && wdata_i == wdata_q && {wlast_i, wstrb_i} == w_rest_q)
          else $error("WVALID fell or the data changed before WREADY");
      end
      stop_q <= stop_i;
      w_waited_q <= wvalid_i && !wready_i;
      if (wvalid_i && !wready_i) begin
        wdata_q <= wdata_i;
        w_rest_q <= {wlast_i, wstrb_i};
      end
      if (wvalid_i && wready_i) begin
        beats_q <= wlast_i ? 8'd0 : beats_q + 8'd1;
        data_count_q <= data_count_q + 4'(wlast_i);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (awvalid_i && awready_i) begin
      address_length_q[address_count_q] <= awlen_i;
    end
    if (wvalid_i && wready_i && wlast_i) begin
      data_length_q[data_count_q] <= beats_q;
    end
  end

endmodule
