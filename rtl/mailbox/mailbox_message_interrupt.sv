// SPDX-License-Identifier: MIT
// Sends message-signalled interrupts: one 32-bit write at a time, agents in turn.
//
// A request may be withdrawn until the cycle of `offered`; address and data are taken in that cycle, so that software
// may set up the next message while this one is on its way.

module mailbox_message_interrupt #(
  parameter int unsigned Agents = 2,
  localparam int unsigned AgentWidth = $clog2(Agents)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic    [Agents-1:0] request_i,
  input  logic [Agents*64-1:0] address_i,
  input  logic [Agents*32-1:0] data_i,
  output logic    [Agents-1:0] offered_o,
  output logic    [Agents-1:0] done_o,
  output logic                 error_o,
  output logic    [Agents-1:0] busy_o,
  output logic           [2:0] agent_o,

  // The memory port.
  output logic                 port_request_o,
  // Address of the 4-byte word.
  output logic          [61:0] port_address_o,
  input  logic                 port_grant_i,
  output logic          [31:0] port_data_o,
  output logic                 port_high_half_o,
  input  logic                 response_i,
  input  logic                 response_error_i
);

  logic busy_q;
  logic [AgentWidth-1:0] agent_q;
  logic [31:0] data_q;
  logic high_half_q;

  logic [Agents-1:0] candidates;
  logic [AgentWidth-1:0] agent;

  assign candidates = busy_q ? '0 : request_i;

  mailbox_ring_turn #(
    .Candidates(Agents)
  ) u_turn (
    .candidates_i(candidates),
    .last_i(agent_q),
    .index_o(agent)
  );

  assign port_request_o = candidates != '0;
  assign port_data_o = data_q;
  assign port_high_half_o = high_half_q;
  assign error_o = response_error_i;
  assign agent_o = 3'(agent_q);

  always_comb begin
    port_address_o = '0;
    offered_o = '0;
    busy_o = '0;
    done_o = '0;
    if (port_request_o) begin
      port_address_o = address_i[64*agent+2 +: 62];
      offered_o[agent] = port_grant_i;
    end
    if (busy_q) begin
      busy_o[agent_q] = 1'b1;
      done_o[agent_q] = response_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q <= 1'b0;
      agent_q <= AgentWidth'(Agents - 1);
      data_q <= '0;
      high_half_q <= 1'b0;
    end else if (port_grant_i || busy_q) begin
      busy_q <= port_grant_i || !response_i;
      if (port_grant_i) begin
        agent_q <= agent;
        data_q <= data_i[32*agent +: 32];
        high_half_q <= port_address_o[0];
      end
    end
  end

endmodule
