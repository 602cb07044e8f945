// SPDX-License-Identifier: MIT
// Checks on what an access may do to one side's registers, bound into doorbell windows and FIFO channels: an access by
// somebody else is refused while the side is owned, a refused access has no effect but those that the register's text
// names, and it stores nothing. One branch in a cycle without an access, and there is none in reset.

module access_checker (
  input logic       clk_i,
  input logic       request_i,
  // The requester is not the owner of the side that is asked.
  input logic       foreign_i,
  // The decoder of that side may store what is written.
  input logic       allow_i,
  input logic [3:0] refusal_i,
  // What accesses cause here.
  input logic       effect_i
);

  always_ff @(posedge clk_i) begin
    if (request_i) begin
      owner_kept: assert (!foreign_i || refusal_i != mailbox_registers_pkg::REFUSAL_CODE_NONE)
        else $error("an access of somebody else was not refused");
      refused_has_no_effect: assert (!effect_i || refusal_i == mailbox_registers_pkg::REFUSAL_CODE_NONE)
        else $error("a refused access had an effect");
      refused_stores_nothing: assert (!allow_i || (refusal_i != mailbox_registers_pkg::REFUSAL_CODE_OWNER &&
                                                   refusal_i != mailbox_registers_pkg::REFUSAL_CODE_LOCKED))
        else $error("a refused access could be stored");
    end
  end

endmodule
