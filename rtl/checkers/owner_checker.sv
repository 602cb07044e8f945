// SPDX-License-Identifier: MIT
// Checks on ownership, bound into mailbox_owner: who owns can be changed by the owner, by anybody while it is free, and by
// a reset, and by nothing else. What changed by itself shows at the next command: looking in each cycle would cost more
// than the module.

module owner_checker (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       clear_i,
  input logic       write_i,
  input logic       owned_data_i,
  input logic [7:0] requester_i,
  input logic       owned_i,
  input logic [7:0] owner_i
);

  logic owned_q;
  logic [7:0] owner_q;
  logic commanded_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      owned_q <= 1'b0;
      owner_q <= '0;
      commanded_q <= 1'b0;
    end else if (write_i || clear_i || commanded_q) begin
      owner_kept: assert (owned_i == owned_q && owner_i == owner_q)
        else $error("owned %b by %h, and should be %b by %h", owned_i, owner_i, owned_q, owner_q);
      write_by_owner: assert (!write_i || !owned_i || owner_i == requester_i)
        else $error("requester %h wrote what %h owns", requester_i, owner_i);

      owned_q <= (clear_i || write_i) ? (!clear_i && owned_data_i) : owned_i;
      owner_q <= (clear_i || write_i) ? ((!clear_i && owned_data_i) ? requester_i : '0) : owner_i;
      commanded_q <= write_i || clear_i;
    end
  end

endmodule
