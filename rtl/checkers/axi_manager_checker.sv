// SPDX-License-Identifier: MIT
// Checks on the memory port, an AXI4 manager with several identifiers, bound into mailbox_rings: a valid stays, with
// its payload, until it is taken (IHI 0022, A3.2.1); bursts are incrementing, of their identifier's shape and within 4
// KiB (A3.4.1); data come in the order of the addresses, with WLAST on the last beat of each burst and on no other,
// whichever of address and data is accepted first; not more is outstanding than the block has counters for.

module axi_manager_checker #(
  parameter int unsigned BurstBeatsMaximum = 16,
  // Beats of payload that may be on their way, bursts that may wait for their response.
  parameter int unsigned ReadBeatsMaximum = 64,
  parameter int unsigned WriteBurstsMaximum = 8
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        active_i,
  input logic  [1:0] awid_i,
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
  input logic  [1:0] bid_i,
  input logic        bvalid_i,
  input logic        bready_i,
  input logic  [1:0] arid_i,
  input logic [63:0] araddr_i,
  input logic  [7:0] arlen_i,
  input logic  [2:0] arsize_i,
  input logic  [1:0] arburst_i,
  input logic        arvalid_i,
  input logic        arready_i,
  input logic  [1:0] rid_i,
  input logic        rvalid_i,
  input logic        rready_i
);

  localparam logic [1:0] IdPayload = 2'd0;
  localparam logic [1:0] IdRing = 2'd1;
  localparam logic [1:0] IdMessage = 2'd2;

  // ---- a valid stays ----
  logic aw_waited_q;
  logic w_waited_q;
  logic ar_waited_q;
  logic [73:0] aw_q;
  logic [72:0] w_q;
  logic [73:0] ar_q;

  // ---- length of bursts by address, and by WLAST; the head of both queues is compared when both have one ----
  logic [7:0] address_length_q [16];
  logic [7:0] data_length_q [16];
  logic [3:0] address_count_q;
  logic [3:0] data_count_q;
  logic [3:0] compared_q;
  logic [7:0] beats_q;

  // ---- outstanding ----
  logic [7:0] payload_beats_q;
  logic [7:0] ring_beats_q;
  logic [7:0] payload_bursts_q;
  logic [7:0] ring_bursts_q;
  logic [7:0] message_bursts_q;

  logic ar_taken;
  logic aw_taken;
  logic r_taken;
  logic b_taken;

  assign ar_taken = arvalid_i && arready_i;
  assign aw_taken = awvalid_i && awready_i;
  assign r_taken = rvalid_i && rready_i;
  assign b_taken = bvalid_i && bready_i;

  // `offset` is the address within its 4 KiB.
  function automatic logic fits(logic [11:3] offset, logic [7:0] length);
    return 32'(length) < BurstBeatsMaximum && {1'b0, offset[11:3]} + {2'b00, length} < 10'd512;
  endfunction

  function automatic logic read_legal(logic [1:0] id, logic [11:0] offset, logic [7:0] length);
    return fits(offset[11:3], length) &&
           ((id == IdPayload && offset[2:0] == '0) || (id == IdRing && offset[4:0] == '0 && length == 8'd3));
  endfunction

  function automatic logic write_legal(logic [1:0] id, logic [11:0] offset, logic [7:0] length, logic [2:0] size);
    return fits(offset[11:3], length) &&
           ((id == IdPayload && offset[2:0] == '0 && size == 3'd3) ||
            (id == IdRing && offset[3:0] == '0 && length == 8'd1 && size == 3'd3) ||
            (id == IdMessage && offset[1:0] == '0 && length == '0 && size == 3'd2));
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_waited_q <= 1'b0;
      w_waited_q <= 1'b0;
      ar_waited_q <= 1'b0;
      address_count_q <= '0;
      data_count_q <= '0;
      compared_q <= '0;
      beats_q <= '0;
      aw_q <= '0;
      w_q <= '0;
      ar_q <= '0;
    end else if (active_i || aw_waited_q || w_waited_q || ar_waited_q || awvalid_i || wvalid_i || arvalid_i) begin
      idle_silent: assert (active_i || !(awvalid_i || wvalid_i || arvalid_i))
        else $error("bus traffic without a message");
      if (compared_q != address_count_q && compared_q != data_count_q) begin
        last_right: assert (address_length_q[compared_q] == data_length_q[compared_q])
          else $error("WLAST is not on the last beat of its burst, or data are out of order");
        compared_q <= compared_q + 4'd1;
      end
      if (awvalid_i || aw_waited_q) begin
        aw_kept: assert (!aw_waited_q || (awvalid_i && {awid_i, awaddr_i, awlen_i} == aw_q))
          else $error("AWVALID fell or the address changed before AWREADY");
        aw_legal: assert (awburst_i == 2'b01 && write_legal(awid_i, awaddr_i[11:0], awlen_i, awsize_i))
          else $error("write burst at %h, length %0d: illegal, or across 4 KiB", awaddr_i, awlen_i);
        aw_waited_q <= awvalid_i && !awready_i;
        aw_q <= {awid_i, awaddr_i, awlen_i};
        address_count_q <= address_count_q + 4'(aw_taken);
      end
      if (arvalid_i || ar_waited_q) begin
        ar_kept: assert (!ar_waited_q || (arvalid_i && {arid_i, araddr_i, arlen_i} == ar_q))
          else $error("ARVALID fell or the address changed before ARREADY");
        ar_legal: assert (arburst_i == 2'b01 && arsize_i == 3'd3 && read_legal(arid_i, araddr_i[11:0], arlen_i))
          else $error("read burst at %h, length %0d: illegal, or across 4 KiB", araddr_i, arlen_i);
        ar_waited_q <= arvalid_i && !arready_i;
        ar_q <= {arid_i, araddr_i, arlen_i};
      end
      if (w_waited_q) begin
        w_kept: assert (wvalid_i && {wdata_i, wstrb_i, wlast_i} == w_q)
          else $error("WVALID fell or the data changed before WREADY");
      end
      w_waited_q <= wvalid_i && !wready_i;
      if (wvalid_i && !wready_i) begin
        w_q <= {wdata_i, wstrb_i, wlast_i};
      end
      if (wvalid_i && wready_i) begin
        beats_q <= wlast_i ? 8'd0 : beats_q + 8'd1;
        data_count_q <= data_count_q + 4'(wlast_i);
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      payload_beats_q <= '0;
      ring_beats_q <= '0;
      payload_bursts_q <= '0;
      ring_bursts_q <= '0;
      message_bursts_q <= '0;
    end else if (ar_taken || aw_taken || rvalid_i || bvalid_i) begin
      responses_taken: assert ((!rvalid_i || rready_i) && (!bvalid_i || bready_i))
        else $error("a response has to wait, though what was asked for has room");
      reads_bounded: assert (32'(payload_beats_q) <= ReadBeatsMaximum && ring_beats_q <= 8'd4)
        else $error("more read beats outstanding than there is room for");
      writes_bounded: assert (32'(payload_bursts_q) <= WriteBurstsMaximum && ring_bursts_q <= 8'd1 &&
                              message_bursts_q <= 8'd1)
        else $error("more write bursts outstanding than there are counters for");
      payload_beats_q <= payload_beats_q + ((ar_taken && arid_i == IdPayload) ? arlen_i + 8'd1 : '0) -
                         8'(r_taken && rid_i == IdPayload);
      ring_beats_q <= ring_beats_q + ((ar_taken && arid_i == IdRing) ? arlen_i + 8'd1 : '0) -
                      8'(r_taken && rid_i == IdRing);
      payload_bursts_q <= payload_bursts_q + 8'(aw_taken && awid_i == IdPayload) -
                          8'(b_taken && bid_i == IdPayload);
      ring_bursts_q <= ring_bursts_q + 8'(aw_taken && awid_i == IdRing) - 8'(b_taken && bid_i == IdRing);
      message_bursts_q <= message_bursts_q + 8'(aw_taken && awid_i == IdMessage) -
                          8'(b_taken && bid_i == IdMessage);
    end
  end

  always_ff @(posedge clk_i) begin
    if (aw_taken) begin
      address_length_q[address_count_q] <= awlen_i;
    end
    if (wvalid_i && wready_i && wlast_i) begin
      data_length_q[data_count_q] <= beats_q;
    end
  end

endmodule
