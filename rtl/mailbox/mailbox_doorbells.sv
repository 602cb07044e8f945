// SPDX-License-Identifier: MIT
// The doorbell windows of every agent to every other, and which of them an access means.
//
// Vectors over windows count by receiver, sender, window, the last one fastest; an agent's windows to itself do not exist.

module mailbox_doorbells #(
  parameter int unsigned Agents = 2,
  parameter int unsigned DoorbellWindows = 2
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // An access to the sender's or the receiver's frame of doorbells of agent_i.
  input  logic                 sender_request_i,
  input  logic                 receiver_request_i,
  input  logic                 write_i,
  input  logic           [2:0] agent_i,
  input  logic          [11:0] address_i,
  input  logic          [31:0] write_data_i,
  input  logic           [7:0] requester_i,
  output logic          [31:0] read_data_o,
  output logic           [3:0] refusal_o,

  input  logic    [Agents-1:0] clear_i,
  input  logic    [Agents-1:0] lock_owner_i,

  // A completed message of agent notify_agent_i rings one flag at notify_peer_i.
  input  logic                 notify_valid_i,
  input  logic           [2:0] notify_agent_i,
  input  logic           [2:0] notify_peer_i,
  input  logic           [1:0] notify_window_i,
  input  logic           [4:0] notify_flag_i,

  output logic    [Agents-1:0] interrupt_o,
  output logic    [Agents-1:0] acknowledge_interrupt_o,
  // The or of the flags of all windows to an agent, 32 bits an agent.
  output logic [Agents*32-1:0] flags_o
);

  localparam int unsigned Windows = Agents * Agents * DoorbellWindows;

  localparam int unsigned IndexWidth = $clog2(Windows);

  logic [IndexWidth-1:0] index;
  logic present;
  logic [Windows-1:0] sender_request;
  logic [Windows-1:0] receiver_request;
  logic [Windows-1:0] notify;
  logic [Windows-1:0] active;
  logic [31:0] notify_flags;
  logic [Windows*32-1:0] read_data;
  logic [Windows*4-1:0] refusal;
  logic [Windows*32-1:0] flags;
  logic [Windows-1:0] interrupt;
  logic [Windows-1:0] acknowledge_interrupt;

  function automatic logic [IndexWidth-1:0] index_of(logic [2:0] receiver, logic [2:0] sender, logic [1:0] window);
    index_of = IndexWidth'((32'(receiver) * Agents + 32'(sender)) * DoorbellWindows + 32'(window));
  endfunction

  // Looked up once for all windows: one that nothing is for costs no more than its bit.
  always_comb begin
    index = '0;
    present = 1'b0;
    sender_request = '0;
    receiver_request = '0;
    if (sender_request_i || receiver_request_i) begin
      present = address_i[11:10] == 2'd0 && 32'(address_i[9:7]) < Agents && address_i[9:7] != agent_i &&
                32'(address_i[6:5]) < DoorbellWindows;
      index = sender_request_i ? index_of(address_i[9:7], agent_i, address_i[6:5]) :
                                 index_of(agent_i, address_i[9:7], address_i[6:5]);
      sender_request[index] = present && sender_request_i;
      receiver_request[index] = present && receiver_request_i;
    end
  end

  always_comb begin
    notify = '0;
    notify_flags = '0;
    if (notify_valid_i) begin
      notify[index_of(notify_peer_i, notify_agent_i, notify_window_i)] = 1'b1;
      notify_flags[notify_flag_i] = 1'b1;
    end
  end

  assign active = (clear_i != '0) ? '1 : sender_request | receiver_request | notify;

  for (genvar r = 0; r < Agents; r++) begin : g_receiver
    for (genvar s = 0; s < Agents; s++) begin : g_sender
      for (genvar w = 0; w < DoorbellWindows; w++) begin : g_window
        localparam int unsigned Index = (r * Agents + s) * DoorbellWindows + w;

        if (r != s) begin : g_present
          mailbox_doorbell_window u_window (
            .clk_i,
            .rst_ni,
            .active_i(active[Index]),
            .sender_request_i(sender_request[Index]),
            .receiver_request_i(receiver_request[Index]),
            .write_i,
            .address_i(address_i[4:0]),
            .write_data_i,
            .requester_i,
            .read_data_o(read_data[32 * Index +: 32]),
            .refusal_o(refusal[4 * Index +: 4]),
            .sender_clear_i(clear_i[s]),
            .receiver_clear_i(clear_i[r]),
            .sender_lock_owner_i(lock_owner_i[s]),
            .receiver_lock_owner_i(lock_owner_i[r]),
            .notify_i(notify[Index]),
            .notify_flags_i(notify_flags),
            .flags_o(flags[32 * Index +: 32]),
            .interrupt_o(interrupt[Index]),
            .acknowledge_interrupt_o(acknowledge_interrupt[(s * Agents + r) * DoorbellWindows + w])
          );
        end else begin : g_absent
          assign read_data[32 * Index +: 32] = '0;
          assign refusal[4 * Index +: 4] = '0;
          assign flags[32 * Index +: 32] = '0;
          assign interrupt[Index] = 1'b0;
          assign acknowledge_interrupt[Index] = 1'b0;
        end
      end
    end
  end

  always_comb begin
    read_data_o = '0;
    refusal_o = mailbox_registers_pkg::REFUSAL_CODE_NONE;
    if (sender_request_i || receiver_request_i) begin
      refusal_o = mailbox_registers_pkg::REFUSAL_CODE_ADDRESS;
      if (present) begin
        read_data_o = read_data[32 * 32'(index) +: 32];
        refusal_o = refusal[4 * 32'(index) +: 4];
      end
    end
  end

  for (genvar a = 0; a < Agents; a++) begin : g_agent
    logic [31:0] all_flags;

    assign interrupt_o[a] = |interrupt[a * Agents * DoorbellWindows +: Agents * DoorbellWindows];
    assign acknowledge_interrupt_o[a] =
        |acknowledge_interrupt[a * Agents * DoorbellWindows +: Agents * DoorbellWindows];
    assign flags_o[32 * a +: 32] = all_flags;

    always_comb begin
      all_flags = '0;
      for (int unsigned i = 0; i < Agents * DoorbellWindows; i++) begin
        all_flags |= flags[32 * (a * Agents * DoorbellWindows + i) +: 32];
      end
    end
  end

endmodule
