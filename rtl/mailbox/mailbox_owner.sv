// SPDX-License-Identifier: MIT
// Owner of one side of a channel: who claimed it, and whether somebody else asks.
//
// Who asks is told by the bus, so that it can not be pretended. A claim of what another owns never gets here: the access
// was refused already. The number is forgotten when the side is freed, since a free side belongs to nobody.

module mailbox_owner (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       clear_i,
  // An accepted write of the owner register, and bit 0 of its data.
  input  logic       write_i,
  input  logic       owned_data_i,
  input  logic [7:0] requester_i,
  output logic       owned_o,
  output logic [7:0] owner_o,
  // Belongs to the cycle of a request.
  output logic       refuse_o
);

  logic owned_q;
  logic [7:0] owner_q;

  assign owned_o = owned_q;
  assign owner_o = owner_q;
  assign refuse_o = owned_q && owner_q != requester_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      owned_q <= 1'b0;
      owner_q <= '0;
    end else if (clear_i || write_i) begin
      owned_q <= !clear_i && owned_data_i;
      owner_q <= (!clear_i && owned_data_i) ? requester_i : '0;
    end
  end

endmodule
