// SPDX-License-Identifier: MIT
// Memory port: AXI4 rules on its addresses and write data (IHI 0022, A3.2.1, A3.3.1, A3.4.1, A5.4), and the order of
// those that share it.
//
// The memory is free in every cycle. Assumed of those that share the port: payload bursts end within 128 bytes and
// data are offered for granted bursts alone (proven of reader and writer by themselves), descriptors and completions
// are aligned (their rings' addresses are), what a completion or a message carries stays while it is on its way.

module memory_port_proof (
  input logic         clk_i,
  input logic         fetch_request_i,
  input logic  [63:0] fetch_address_i,
  input logic         read_request_i,
  input logic  [60:0] read_address_i,
  input logic   [3:0] read_length_i,
  input logic         write_request_i,
  input logic  [60:0] write_address_i,
  input logic   [3:0] write_length_i,
  input logic         completion_request_i,
  input logic  [63:0] completion_address_i,
  input logic         message_request_i,
  input logic  [63:0] message_address_i,
  input logic         data_request_i,
  input logic  [63:0] data_i,
  input logic   [7:0] strobe_i,
  input logic         last_i,
  input logic [127:0] completion_data_i,
  input logic  [31:0] message_data_i,
  input logic         message_high_half_i,
  input logic         awready_i,
  input logic         wready_i,
  input logic         arready_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic fetch_grant;
  logic read_grant;
  logic read_accepted;
  logic write_grant;
  logic completion_grant;
  logic message_grant;
  logic data_grant;
  logic data_granted;
  logic read_stall;
  logic write_stall;
  logic [1:0] awid;
  logic [63:0] awaddr;
  logic [7:0] awlen;
  logic [2:0] awsize;
  logic [1:0] awburst;
  logic awvalid;
  logic [63:0] wdata;
  logic [7:0] wstrb;
  logic wlast;
  logic wvalid;
  logic [1:0] arid;
  logic [63:0] araddr;
  logic [7:0] arlen;
  logic [2:0] arsize;
  logic [1:0] arburst;
  logic arvalid;

  // Beats that granted payload bursts owe; beats that a granted completion (2) or message (1) owes.
  logic [7:0] payload_owed_q;
  logic [1:0] special_owed_q;
  logic message_q;

  mailbox_memory_port u_port (
    .clk_i,
    .rst_ni(started_q),
    .fetch_request_i,
    .fetch_address_i,
    .fetch_grant_o(fetch_grant),
    .read_request_i,
    .read_address_i,
    .read_length_i,
    .read_grant_o(read_grant),
    .read_accepted_o(read_accepted),
    .write_request_i,
    .write_address_i,
    .write_length_i,
    .write_grant_o(write_grant),
    .completion_request_i,
    .completion_address_i,
    .completion_grant_o(completion_grant),
    .message_request_i,
    .message_address_i,
    .message_grant_o(message_grant),
    .data_owed_i(payload_owed_q != '0),
    .data_request_i,
    .data_i,
    .strobe_i,
    .last_i,
    .data_grant_o(data_grant),
    .data_granted_o(data_granted),
    .completion_data_i,
    .message_data_i,
    .message_high_half_i,
    .read_stall_o(read_stall),
    .write_stall_o(write_stall),
    .mem_awid_o(awid),
    .mem_awaddr_o(awaddr),
    .mem_awlen_o(awlen),
    .mem_awsize_o(awsize),
    .mem_awburst_o(awburst),
    .mem_awvalid_o(awvalid),
    .mem_awready_i(awready_i),
    .mem_wdata_o(wdata),
    .mem_wstrb_o(wstrb),
    .mem_wlast_o(wlast),
    .mem_wvalid_o(wvalid),
    .mem_wready_i(wready_i),
    .mem_arid_o(arid),
    .mem_araddr_o(araddr),
    .mem_arlen_o(arlen),
    .mem_arsize_o(arsize),
    .mem_arburst_o(arburst),
    .mem_arvalid_o(arvalid),
    .mem_arready_i(arready_i)
  );

  (* hierconn *) logic [1:0] \u_port.owed_q ;
  (* hierconn *) logic \u_port.message_owes_q ;

  logic w_free;
  logic special_load;
  logic aw_free;

  assign w_free = !wvalid || wready_i;
  assign aw_free = !awvalid || awready_i;
  assign special_load = special_owed_q != '0 && w_free;

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      payload_owed_q <= '0;
      special_owed_q <= '0;
      message_q <= 1'b0;
    end else begin
      payload_owed_q <= payload_owed_q + (write_grant ? 8'(write_length_i) + 8'd1 : 8'd0) - 8'(data_grant);
      if (completion_grant || message_grant) begin
        special_owed_q <= completion_grant ? 2'd2 : 2'd1;
        message_q <= message_grant;
      end else begin
        special_owed_q <= special_owed_q - 2'(special_load);
      end
    end
  end

  // The cycle before.
  logic past_q;
  logic aw_waits_q;
  logic w_waits_q;
  logic ar_waits_q;
  logic [78:0] aw_q;
  logic [72:0] w_q;
  logic [78:0] ar_q;
  logic [78:0] aw;
  logic [72:0] w;
  logic [78:0] ar;
  logic data_grant_q;
  logic [72:0] data_q;
  logic special_load_q;
  logic [72:0] special_q;
  logic aw_grant_q;
  logic ar_grant_q;
  logic [72:0] special;

  assign aw = {awid, awaddr, awlen, awsize, awburst};
  assign ar = {arid, araddr, arlen, arsize, arburst};
  assign w = {wdata, wstrb, wlast};

  always_comb begin
    special = {completion_data_i[63:0], 8'hFF, 1'b0};
    if (message_q) begin
      special = {message_data_i, message_data_i, message_high_half_i ? 8'hF0 : 8'h0F, 1'b1};
    end else if (special_owed_q == 2'd1) begin
      special = {completion_data_i[127:64], 8'hFF, 1'b1};
    end
  end

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      past_q <= 1'b0;
    end else begin
      past_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    {aw_q, w_q, ar_q} <= {aw, w, ar};
    aw_waits_q <= awvalid && !awready_i;
    w_waits_q <= wvalid && !wready_i;
    ar_waits_q <= arvalid && !arready_i;
    data_grant_q <= data_grant;
    data_q <= {data_i, strobe_i, last_i};
    special_load_q <= special_load;
    special_q <= special;
    aw_grant_q <= write_grant || completion_grant || message_grant;
    ar_grant_q <= fetch_grant || read_grant;
  end

  function automatic logic legal(input logic [11:0] offset, input logic [7:0] length, input logic [2:0] size,
                                 input logic [1:0] burst);
    legal = burst == 2'b01 && ((size == 3'd3 && offset[2:0] == '0 && length <= 8'd15 &&
                                10'(offset[11:3]) + 10'(length) <= 10'd511) ||
                               (size == 3'd2 && offset[1:0] == '0 && length == '0));
  endfunction

  always_comb begin
    assume (fetch_address_i[4:0] == '0 && completion_address_i[3:0] == '0 && message_address_i[1:0] == '0);
    assume (5'(read_address_i[3:0]) + 5'(read_length_i) <= 5'd15);
    assume (5'(write_address_i[3:0]) + 5'(write_length_i) <= 5'd15);
    // Open payload bursts are bounded by the writer.
    assume (!write_request_i || payload_owed_q <= 8'd112);
    assume (!data_request_i || payload_owed_q != '0);
    if (started_q) begin
      aw_legal: assert (!awvalid || legal(awaddr[11:0], awlen, awsize, awburst));
      ar_legal: assert (!arvalid || legal(araddr[11:0], arlen, arsize, arburst));
      aw_kind: assert (!awvalid || (awid == 2'd0 && awsize == 3'd3) || (awid == 2'd1 && awlen == 8'd1) ||
                       (awid == 2'd2 && awsize == 3'd2));
      ar_kind: assert (!arvalid || arid == 2'd0 || (arid == 2'd1 && arlen == 8'd3 && araddr[4:0] == '0));
      data_in_order: assert (payload_owed_q == '0 || special_owed_q == '0);
      payload_not_between: assert (!data_grant || special_owed_q == '0);
      one_grant: assert (2'(write_grant) + 2'(completion_grant) + 2'(message_grant) <= 2'd1 &&
                         2'(fetch_grant) + 2'(read_grant) <= 2'd1);
      completion_waits_for_begun_alone: assert (!(completion_request_i && aw_free && payload_owed_q == '0 &&
                                                  special_owed_q == '0) || completion_grant);
      none_passes_completion: assert (!completion_request_i || !(write_grant || message_grant));
      none_passes_message: assert (!message_request_i || !write_grant);
      none_passes_fetch: assert (!fetch_request_i || !read_grant);
      data_at_once: assert (!(data_request_i && w_free) || data_grant);
      owed_right: assert (\u_port.owed_q  == special_owed_q && (special_owed_q == '0 ||
                                                              \u_port.message_owes_q  == message_q));
      at_most_two: assert (special_owed_q <= 2'd2);
      message_one_beat: assert (!(message_q && special_owed_q != '0) || special_owed_q == 2'd1);
      stalls_told: assert (read_stall == (arvalid && !arready_i) &&
                           write_stall == ((awvalid && !awready_i) || (wvalid && !wready_i)));
      payload_bounded: assert (payload_owed_q <= 8'd128);
      completion_between: cover (completion_grant && wvalid);
      data_before_address: cover (awvalid && !awready_i && special_owed_q == 2'd1);
      all_kinds: cover (completion_request_i && message_request_i && write_request_i && awvalid && awid == 2'd0 &&
                        payload_owed_q == 8'd2);
    end
    if (started_q && past_q) begin
      aw_stable: assert (!aw_waits_q || (awvalid && aw == aw_q));
      w_stable: assert (!w_waits_q || (wvalid && w == w_q));
      ar_stable: assert (!ar_waits_q || (arvalid && ar == ar_q));
      aw_only_granted: assert (awvalid == (aw_waits_q || aw_grant_q));
      ar_only_granted: assert (arvalid == (ar_waits_q || ar_grant_q));
      w_only_owed: assert (wvalid == (w_waits_q || data_grant_q || special_load_q));
      payload_as_given: assert (!data_grant_q || (w == data_q && data_granted));
      special_as_given: assert (!special_load_q || w == special_q);
    end
  end

endmodule
