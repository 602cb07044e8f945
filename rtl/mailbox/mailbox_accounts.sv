// SPDX-License-Identifier: MIT
// What one agent's window tells of the past: the first refused access, and the six counters.
//
// Counters stop at their maximum: a count that has wrapped looks like a small one, one that stands still at all ones
// does not. What happens in the cycle of a clear is not counted, the clearing access included.

module mailbox_accounts (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         clear_i,

  // An access to this agent's window that is answered in this cycle; code 0 is OKAY.
  input  logic         access_i,
  input  logic         write_i,
  input  logic   [3:0] code_i,
  input  logic   [7:0] requester_i,
  input  logic  [15:0] offset_i,

  input  logic         refusal_clear_i,
  // As REFUSAL reads.
  output logic  [31:0] refusal_o,

  input  logic         completed_i,
  input  logic  [31:0] completed_bytes_i,
  input  logic         read_stall_i,
  input  logic         write_stall_i,
  input  logic         count_clear_i,
  // {write stalls, read stalls, bytes, messages, refusals, accesses}
  output logic [191:0] counts_o
);

  // Written out: yosys 0.23 takes '1 in a local parameter for 1.
  localparam logic [31:0] Maximum = 32'hffff_ffff;

  logic active;
  logic refused;
  logic clear_counts;

  // Nothing here moves in any other cycle.
  assign active = access_i || clear_i || completed_i || read_stall_i || write_stall_i;
  assign clear_counts = clear_i || count_clear_i;

  // ---- first refused access ----
  logic valid_q;
  logic write_q;
  logic [3:0] code_q;
  logic [7:0] requester_q;
  logic [15:0] offset_q;

  assign refusal_o = {offset_q, requester_q, code_q, 2'b00, write_q, valid_q};

  // ---- counters ----
  logic [31:0] accesses_q;
  logic [31:0] refusals_q;
  logic [31:0] messages_q;
  logic [31:0] bytes_q;
  logic [31:0] read_stalls_q;
  logic [31:0] write_stalls_q;
  logic [32:0] bytes_sum;

  assign counts_o = {write_stalls_q, read_stalls_q, bytes_q, messages_q, refusals_q, accesses_q};

  always_comb begin
    refused = 1'b0;
    bytes_sum = '0;
    if (active) begin
      refused = access_i && code_i != mailbox_registers_pkg::REFUSAL_CODE_NONE;
      bytes_sum = {1'b0, bytes_q} + {1'b0, completed_bytes_i};
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= 1'b0;
      code_q <= '0;
      requester_q <= '0;
      offset_q <= '0;
      valid_q <= 1'b0;
      accesses_q <= '0;
      refusals_q <= '0;
      messages_q <= '0;
      bytes_q <= '0;
      read_stalls_q <= '0;
      write_stalls_q <= '0;
    end else if (active) begin
      if (clear_i || (refused && !valid_q)) begin
        write_q <= !clear_i && write_i;
        code_q <= clear_i ? '0 : code_i;
        requester_q <= clear_i ? '0 : requester_i;
        offset_q <= clear_i ? '0 : offset_i;
      end
      valid_q <= (clear_i || refused || refusal_clear_i) ? !clear_i && refused : valid_q;
      accesses_q <= clear_counts ? '0 : accesses_q + 32'(access_i && !refused && accesses_q != Maximum);
      refusals_q <= clear_counts ? '0 : refusals_q + 32'(refused && refusals_q != Maximum);
      messages_q <= clear_counts ? '0 : messages_q + 32'(completed_i && messages_q != Maximum);
      bytes_q <= clear_counts ? '0 : !completed_i ? bytes_q : bytes_sum[32] ? Maximum : bytes_sum[31:0];
      read_stalls_q <= clear_counts ? '0 : read_stalls_q + 32'(read_stall_i && read_stalls_q != Maximum);
      write_stalls_q <= clear_counts ? '0 : write_stalls_q + 32'(write_stall_i && write_stalls_q != Maximum);
    end
  end

endmodule
