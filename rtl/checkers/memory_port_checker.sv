// SPDX-License-Identifier: MIT
// Checks on the sharing of the memory port, bound into mailbox_memory_port: one grant a cycle and channel, data in the
// order of the addresses, and nobody waits for longer than the bursts that were begun before.

module memory_port_checker (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       fetch_request_i,
  input logic       fetch_grant_i,
  input logic       read_request_i,
  input logic       read_grant_i,
  input logic       write_grant_i,
  input logic       completion_request_i,
  input logic       completion_grant_i,
  input logic       message_request_i,
  input logic       message_grant_i,
  input logic       data_owed_i,
  input logic       data_grant_i,
  input logic       address_waits_i,
  input logic       read_address_waits_i,
  input logic [1:0] owed_i
);

  // At most 8 bursts of 16 beats are ahead of a completion. How long the memory takes for the reads that they wait for
  // is not bounded here: beats are counted, not cycles.
  localparam logic [7:0] BeatsMaximum = 8'd128;

  logic [7:0] waited_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      waited_q <= '0;
    end else if (fetch_request_i || read_request_i || write_grant_i || completion_request_i || message_request_i ||
                 data_grant_i || owed_i != '0 || waited_q != '0) begin
      one_read: assert (!(fetch_grant_i && read_grant_i)) else $error("two read addresses at once");
      one_write: assert (32'(write_grant_i) + 32'(completion_grant_i) + 32'(message_grant_i) <= 1)
        else $error("two write addresses at once");
      data_apart: assert (!(owed_i != '0 && (data_owed_i || data_grant_i)))
        else $error("payload and a completion owe data at the same time");
      special_in_order: assert (!(completion_grant_i || message_grant_i) || (!data_owed_i && owed_i == '0))
        else $error("an address is granted before the data of the one before");
      payload_held: assert (!write_grant_i || (!completion_request_i && !message_request_i && owed_i == '0))
        else $error("payload passes a waiting completion or interrupt message");
      fetch_served: assert (!fetch_request_i || fetch_grant_i || read_address_waits_i)
        else $error("a descriptor waits though the read channel is free");
      completion_served: assert (!completion_request_i || completion_grant_i || address_waits_i || data_owed_i ||
                                 owed_i != '0)
        else $error("a completion waits though the write channel is free");
      special_bounded: assert (waited_q <= BeatsMaximum)
        else $error("a completion or interrupt message waits for more payload than was begun before it");
      owed_bounded: assert (owed_i <= 2'd2) else $error("owed beats wrap");
      waited_q <= (completion_request_i || message_request_i) && !completion_grant_i && !message_grant_i ?
                  waited_q + 8'(data_grant_i) : '0;
    end
  end

endmodule
