// SPDX-License-Identifier: MIT
// Soft reset, quiesce, locks and the resets of the others, for one agent.
//
// A soft reset waits until the memory port owes this agent nothing more: what the memory was offered can not be taken
// back, and an answer that came later would meet a new owner. Then everything happens in one step, done_o. A lock
// outlives it, and so does the news that another agent was reset in that very step: the two must not miss each other.

module mailbox_agent_state #(
  parameter int unsigned Agents = 2,
  parameter int unsigned Agent = 0
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  // An access to the control frame, which every write below is.
  input  logic              request_i,
  input  logic              control_write_i,
  input  logic              soft_reset_data_i,
  input  logic              quiesce_data_i,
  input  logic              resume_data_i,
  input  logic              quiesce_request_i,
  input  logic              memory_busy_i,
  output logic              resetting_o,
  output logic              quiescing_o,
  output logic              quiesced_o,
  output logic              done_o,

  // Bits as in LOCK: {ring, owner, message_interrupt}.
  input  logic              lock_write_i,
  input  logic        [2:0] lock_data_i,
  output logic        [2:0] lock_o,

  // done_o of every agent.
  input  logic [Agents-1:0] resets_i,
  input  logic              peer_reset_write_i,
  input  logic        [7:0] peer_reset_data_i,
  output logic        [7:0] peer_reset_o
);

  logic resetting_q;
  logic quiesce_q;
  logic [2:0] lock_q;
  logic [7:0] peer_reset_q;
  logic [7:0] peer_resets;

  assign done_o = resetting_q && !memory_busy_i;
  assign resetting_o = resetting_q;
  assign quiescing_o = quiesce_q || quiesce_request_i;
  assign quiesced_o = quiescing_o && !memory_busy_i;
  assign lock_o = lock_q;
  assign peer_reset_o = peer_reset_q;

  always_comb begin
    peer_resets = '0;
    if (resets_i != '0) begin
      peer_resets = 8'(resets_i);
      peer_resets[Agent] = 1'b0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      resetting_q <= 1'b0;
      quiesce_q <= 1'b0;
      lock_q <= '0;
      peer_reset_q <= '0;
    end else if (request_i || resets_i != '0) begin
      if (control_write_i || done_o) begin
        resetting_q <= !done_o && (resetting_q || soft_reset_data_i);
        quiesce_q <= !done_o && (quiesce_data_i || (quiesce_q && !resume_data_i));
      end
      lock_q <= lock_q | (lock_write_i ? lock_data_i : '0);
      peer_reset_q <= (done_o ? '0 : peer_reset_q & ~(peer_reset_write_i ? peer_reset_data_i : '0)) | peer_resets;
    end
  end

endmodule
