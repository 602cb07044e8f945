// SPDX-License-Identifier: MIT
// The FIFO channels of every agent to every other, which of them an access means, and how long a push may wait.
//
// Vectors over channels count by receiver, sender, channel, the last one fastest; what the sender sees, by sender first.
// An agent's channels to itself do not exist.

module mailbox_fifos #(
  parameter int unsigned Agents = 2,
  parameter int unsigned FifoChannels = 2,
  parameter int unsigned FifoDepth = 16,
  parameter int unsigned FifoWidth = 32,
  parameter int unsigned Parity = 1
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  // An access to the sender's or the receiver's frame of FIFO channels of agent_i.
  input  logic              sender_request_i,
  input  logic              receiver_request_i,
  input  logic              write_i,
  input  logic        [2:0] agent_i,
  input  logic       [11:0] address_i,
  input  logic       [31:0] write_data_i,
  input  logic        [7:0] requester_i,
  output logic       [31:0] read_data_o,
  output logic        [3:0] refusal_o,

  // A write to the sender's frame of held_agent_i that could be executed now.
  input  logic              held_i,
  input  logic        [2:0] held_agent_i,
  input  logic       [11:0] held_address_i,
  input  logic        [7:0] held_requester_i,
  output logic              wait_o,

  input  logic [Agents-1:0] clear_i,
  input  logic [Agents-1:0] lock_owner_i,
  input  logic [Agents-1:0] count_clear_i,

  output logic [Agents-1:0] receive_o,
  output logic [Agents-1:0] space_o,
  output logic [Agents-1:0] error_o,
  output logic              moving_o,
  output logic       [15:0] flushed_words_o
);

  localparam int unsigned Channels = Agents * Agents * FifoChannels;

  localparam int unsigned IndexWidth = $clog2(Channels);

  logic [IndexWidth-1:0] index;
  logic present;
  logic [Channels-1:0] sender_request;
  logic [Channels-1:0] receiver_request;
  logic [Channels-1:0] active;
  logic [Channels-1:0] push_held;
  logic [Channels-1:0] push_wait;
  logic [Channels-1:0] receive;
  logic [Channels-1:0] space;
  logic [Channels-1:0] receive_error;
  logic [Channels-1:0] send_error;
  logic [Channels-1:0] moving;
  logic [Channels*32-1:0] read_data;
  logic [Channels*4-1:0] refusal;
  logic [Channels*16-1:0] flushed_words;
  logic [15:0] waited_q;

  function automatic logic [IndexWidth-1:0] index_of(logic [2:0] receiver, logic [2:0] sender, logic [1:0] channel);
    index_of = IndexWidth'((32'(receiver) * Agents + 32'(sender)) * FifoChannels + 32'(channel));
  endfunction

  // Whether the upper bits of an address are those of a channel that exists, seen from an agent.
  function automatic logic is_present(logic [2:0] agent, logic [5:0] number);
    is_present = !number[5] && 32'(number[4:2]) < Agents && number[4:2] != agent && 32'(number[1:0]) < FifoChannels;
  endfunction

  // Looked up once for all channels: one that nothing is for costs no more than its bit.
  always_comb begin
    index = '0;
    present = 1'b0;
    sender_request = '0;
    receiver_request = '0;
    if (sender_request_i || receiver_request_i) begin
      present = is_present(agent_i, address_i[11:6]);
      index = sender_request_i ? index_of(address_i[10:8], agent_i, address_i[7:6]) :
                                 index_of(agent_i, address_i[10:8], address_i[7:6]);
      sender_request[index] = present && sender_request_i;
      receiver_request[index] = present && receiver_request_i;
    end
  end

  always_comb begin
    push_held = '0;
    if (held_i && held_address_i[5:0] == mailbox_registers_pkg::FIFO_PUSH_OFFSET[5:0]) begin
      push_held[index_of(held_address_i[10:8], held_agent_i, held_address_i[7:6])] =
          is_present(held_agent_i, held_address_i[11:6]);
    end
  end

  assign active = (clear_i != '0 || count_clear_i != '0) ? '1 : sender_request | receiver_request;
  assign wait_o = push_wait != '0;
  assign moving_o = moving != '0;

  // One push can wait at a time. The count stays while a read comes before a push that waits no longer, so that the wait
  // does not begin anew; it ends at the channel's bound, so that it can not wrap.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      waited_q <= '0;
    end else if (held_i || waited_q != '0) begin
      waited_q <= held_i ? waited_q + 16'(wait_o) : '0;
    end
  end

  for (genvar r = 0; r < Agents; r++) begin : g_receiver
    for (genvar s = 0; s < Agents; s++) begin : g_sender
      for (genvar c = 0; c < FifoChannels; c++) begin : g_channel
        localparam int unsigned Index = (r * Agents + s) * FifoChannels + c;
        localparam int unsigned SenderIndex = (s * Agents + r) * FifoChannels + c;

        if (r != s) begin : g_present
          mailbox_fifo_channel #(
            .Depth(FifoDepth),
            .Width(FifoWidth),
            .Parity(Parity)
          ) u_channel (
            .clk_i,
            .rst_ni,
            .active_i(active[Index]),
            .sender_request_i(sender_request[Index]),
            .receiver_request_i(receiver_request[Index]),
            .write_i,
            .address_i(address_i[5:0]),
            .write_data_i,
            .requester_i,
            .read_data_o(read_data[32 * Index +: 32]),
            .refusal_o(refusal[4 * Index +: 4]),
            .push_held_i(push_held[Index]),
            .push_requester_i(held_requester_i),
            .push_waited_i(waited_q),
            .push_wait_o(push_wait[Index]),
            .sender_clear_i(clear_i[s]),
            .receiver_clear_i(clear_i[r]),
            .sender_lock_owner_i(lock_owner_i[s]),
            .receiver_lock_owner_i(lock_owner_i[r]),
            .count_clear_i(count_clear_i[r]),
            .space_o(space[SenderIndex]),
            .receive_o(receive[Index]),
            .send_error_o(send_error[SenderIndex]),
            .receive_error_o(receive_error[Index]),
            .moving_o(moving[Index]),
            .flushed_words_o(flushed_words[16 * Index +: 16])
          );
        end else begin : g_absent
          assign push_wait[Index] = 1'b0;
          assign receive[Index] = 1'b0;
          assign space[Index] = 1'b0;
          assign receive_error[Index] = 1'b0;
          assign send_error[Index] = 1'b0;
          assign moving[Index] = 1'b0;
          assign read_data[32 * Index +: 32] = '0;
          assign refusal[4 * Index +: 4] = '0;
          assign flushed_words[16 * Index +: 16] = '0;
        end
      end
    end
  end

  always_comb begin
    read_data_o = '0;
    flushed_words_o = '0;
    refusal_o = mailbox_registers_pkg::REFUSAL_CODE_NONE;
    if (sender_request_i || receiver_request_i) begin
      refusal_o = mailbox_registers_pkg::REFUSAL_CODE_ADDRESS;
      if (present) begin
        read_data_o = read_data[32 * 32'(index) +: 32];
        refusal_o = refusal[4 * 32'(index) +: 4];
        flushed_words_o = flushed_words[16 * 32'(index) +: 16];
      end
    end
  end

  for (genvar a = 0; a < Agents; a++) begin : g_agent
    localparam int unsigned First = a * Agents * FifoChannels;

    assign receive_o[a] = |receive[First +: Agents * FifoChannels];
    assign space_o[a] = |space[First +: Agents * FifoChannels];
    assign error_o[a] = |receive_error[First +: Agents * FifoChannels] || |send_error[First +: Agents * FifoChannels];
  end

endmodule
