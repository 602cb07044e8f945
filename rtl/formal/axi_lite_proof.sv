// SPDX-License-Identifier: MIT
// Register port: rules of AXI4-Lite (IHI 0022, A3.2, A3.3), one request a transaction, and who may wait for what.
//
// Nothing is assumed of the master: not even that it keeps its valids. The register side may hold a write back for as
// long as it likes, in any cycles that it likes.

module axi_lite_proof (
  input logic        clk_i,
  input logic  [3:0] awaddr_i,
  input logic  [1:0] awuser_i,
  input logic        awvalid_i,
  input logic [31:0] wdata_i,
  input logic  [3:0] wstrb_i,
  input logic        wvalid_i,
  input logic        bready_i,
  input logic  [3:0] araddr_i,
  input logic  [1:0] aruser_i,
  input logic        arvalid_i,
  input logic        rready_i,
  input logic [31:0] read_data_i,
  input logic        error_i,
  input logic        wait_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic awready;
  logic wready;
  logic arready;
  logic [1:0] bresp;
  logic bvalid;
  logic [31:0] rdata;
  logic [1:0] rresp;
  logic rvalid;
  logic request;
  logic write;
  logic partial;
  logic [3:0] address;
  logic [1:0] user;
  logic [31:0] write_data;
  logic held;
  logic held_partial;
  logic [3:0] held_address;
  logic [1:0] held_user;
  logic busy;

  axi_lite_subordinate #(
    .AddressWidth(4),
    .UserWidth(2)
  ) u_port (
    .clk_i,
    .rst_ni(started_q),
    .awaddr_i,
    .awuser_i,
    .awvalid_i,
    .awready_o(awready),
    .wdata_i,
    .wstrb_i,
    .wvalid_i,
    .wready_o(wready),
    .bresp_o(bresp),
    .bvalid_o(bvalid),
    .bready_i,
    .araddr_i,
    .aruser_i,
    .arvalid_i,
    .arready_o(arready),
    .rdata_o(rdata),
    .rresp_o(rresp),
    .rvalid_o(rvalid),
    .rready_i,
    .request_o(request),
    .write_o(write),
    .partial_o(partial),
    .address_o(address),
    .user_o(user),
    .write_data_o(write_data),
    .read_data_i,
    .error_i,
    .held_o(held),
    .held_partial_o(held_partial),
    .held_address_o(held_address),
    .held_user_o(held_user),
    .wait_i,
    .busy_o(busy)
  );

  // Seen inside the port, for the invariants that make the induction close.
  (* hierconn *) logic \u_port.wrote_last_q ;
  (* hierconn *) logic [3:0] \u_port.ar_address_q ;
  (* hierconn *) logic [1:0] \u_port.ar_user_q ;

  // Handshakes that have not been executed, and executed transactions that have not been answered.
  logic aw_owed_q;
  logic w_owed_q;
  logic ar_owed_q;
  logic b_owed_q;
  logic r_owed_q;
  logic [3:0] aw_address_q;
  logic [1:0] aw_user_q;
  logic [31:0] w_data_q;
  logic w_partial_q;
  logic [3:0] ar_address_q;
  logic [1:0] ar_user_q;
  logic [1:0] b_answer_q;
  logic [1:0] r_answer_q;
  logic [31:0] r_data_q;
  logic wrote_last_q;
  logic executed_write;
  logic executed_read;
  logic ready_read;

  assign executed_write = request && write;
  assign executed_read = request && !write;
  assign ready_read = ar_owed_q && !r_owed_q;

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      aw_owed_q <= 1'b0;
      w_owed_q <= 1'b0;
      ar_owed_q <= 1'b0;
      b_owed_q <= 1'b0;
      r_owed_q <= 1'b0;
      wrote_last_q <= 1'b0;
    end else begin
      aw_owed_q <= (awvalid_i && awready) || (aw_owed_q && !executed_write);
      w_owed_q <= (wvalid_i && wready) || (w_owed_q && !executed_write);
      ar_owed_q <= (arvalid_i && arready) || (ar_owed_q && !executed_read);
      b_owed_q <= (executed_write || b_owed_q) && !bready_i;
      r_owed_q <= (executed_read || r_owed_q) && !rready_i;
      wrote_last_q <= request ? write : wrote_last_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (awvalid_i && awready) {aw_address_q, aw_user_q} <= {awaddr_i, awuser_i};
    if (wvalid_i && wready) {w_data_q, w_partial_q} <= {wdata_i, wstrb_i != 4'hF};
    if (arvalid_i && arready) {ar_address_q, ar_user_q} <= {araddr_i, aruser_i};
    if (executed_write) b_answer_q <= error_i ? 2'b10 : 2'b00;
    if (executed_read) {r_answer_q, r_data_q} <= error_i ? {2'b10, 32'd0} : {2'b00, read_data_i};
  end

  // The cycle before.
  logic past_q;
  logic b_waited_q;
  logic r_waited_q;
  logic [1:0] bresp_q;
  logic [1:0] rresp_q;
  logic [31:0] rdata_q;
  // A ready access of the other kind was passed over.
  logic write_passed_q;
  logic read_passed_q;

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      past_q <= 1'b0;
      write_passed_q <= 1'b0;
      read_passed_q <= 1'b0;
    end else begin
      past_q <= 1'b1;
      write_passed_q <= held && !wait_i && !executed_write;
      read_passed_q <= ready_read && !executed_read;
    end
  end

  always_ff @(posedge clk_i) begin
    b_waited_q <= bvalid && !bready_i;
    r_waited_q <= rvalid && !rready_i;
    {bresp_q, rresp_q, rdata_q} <= {bresp, rresp, rdata};
  end

  always_comb begin
    if (started_q) begin
      aw_one_held: assert (awready == !aw_owed_q);
      w_one_held: assert (wready == !w_owed_q);
      ar_one_held: assert (arready == !ar_owed_q);
      request_asked_for: assert (!executed_write || (aw_owed_q && w_owed_q && !b_owed_q));
      read_asked_for: assert (!executed_read || (ar_owed_q && !r_owed_q));
      b_one_each: assert (bvalid == (b_owed_q || executed_write));
      r_one_each: assert (rvalid == (r_owed_q || executed_read));
      write_as_sent: assert (!executed_write || (address == aw_address_q && user == aw_user_q &&
                                                 write_data == w_data_q && partial == w_partial_q));
      read_as_sent: assert (!executed_read || (address == ar_address_q && user == ar_user_q && !partial));
      held_right: assert (held == (aw_owed_q && w_owed_q && !b_owed_q));
      aw_as_sent: assert (!aw_owed_q || (held_address == aw_address_q && held_user == aw_user_q));
      w_as_sent: assert (!w_owed_q || (held_partial == w_partial_q && write_data == w_data_q));
      ar_as_sent: assert (!ar_owed_q || (\u_port.ar_address_q  == ar_address_q && \u_port.ar_user_q  == ar_user_q));
      turns: assert (!(held && !wait_i && ready_read) || executed_write == !wrote_last_q);
      b_right: assert (!b_owed_q || (bresp == b_answer_q));
      r_right: assert (!r_owed_q || (rresp == r_answer_q && rdata == r_data_q));
      r_at_once: assert (!executed_read || (rresp == (error_i ? 2'b10 : 2'b00) &&
                                            rdata == (error_i ? '0 : read_data_i)));
      b_at_once: assert (!executed_write || bresp == (error_i ? 2'b10 : 2'b00));
      wait_heeded: assert (!wait_i || !executed_write);
      wait_lets_reads_by: assert (!(held && wait_i && ready_read) || executed_read);
      nobody_waits_for_nothing: assert (request == (ready_read || (held && !wait_i)));
      quiet_only_if_done: assert (busy == (aw_owed_q || w_owed_q || ar_owed_q || b_owed_q || r_owed_q));
      last_right: assert (\u_port.wrote_last_q  == wrote_last_q);
      passed_by_other: assert (!(write_passed_q && wrote_last_q) && !(read_passed_q && !wrote_last_q));
      write_first: cover (held && !wait_i && ready_read && executed_write);
      read_first: cover (held && !wait_i && ready_read && executed_read);
      waits_and_read_passes: cover (held && wait_i && executed_read);
      both_answers_wait: cover (b_owed_q && r_owed_q && !awready && !wready && !arready);
    end
    if (started_q && past_q) begin
      b_stable: assert (!b_waited_q || (bvalid && bresp == bresp_q));
      r_stable: assert (!r_waited_q || (rvalid && rresp == rresp_q && rdata == rdata_q));
      // Passed over once, a ready access is the next of all, unless it is made to wait again.
      write_not_starved: assert (!(write_passed_q && held && !wait_i) || executed_write);
      read_not_starved: assert (!(read_passed_q && ready_read) || executed_read);
    end
  end

endmodule
