// SPDX-License-Identifier: MIT
// One doorbell window from one agent to one other: its state, its registers on both sides, and who owns them.
//
// At most one of the two requests is high in a cycle. What was refused before it got here (`partial_write`,
// `resetting`) is no request. Read data and refusal are 0 without a request.

module mailbox_doorbell_window (
  input  logic        clk_i,
  input  logic        rst_ni,

  // One of the requests, a reset or a notification is there; nothing moves in any other cycle.
  input  logic        active_i,
  input  logic        sender_request_i,
  input  logic        receiver_request_i,
  input  logic        write_i,
  input  logic  [4:0] address_i,
  input  logic [31:0] write_data_i,
  input  logic  [7:0] requester_i,
  output logic [31:0] read_data_o,
  output logic  [3:0] refusal_o,

  // Reset of the agent on that side, and its lock of the owners.
  input  logic        sender_clear_i,
  input  logic        receiver_clear_i,
  input  logic        sender_lock_owner_i,
  input  logic        receiver_lock_owner_i,

  // A completed message rings these flags.
  input  logic        notify_i,
  input  logic [31:0] notify_flags_i,

  output logic [31:0] flags_o,
  output logic        interrupt_o,
  output logic        acknowledge_interrupt_o
);

  logic [31:0] flags;
  logic [31:0] mask;
  logic [31:0] masked_flags;
  logic [31:0] acknowledge;
  logic [31:0] acknowledge_enable;

  logic set_write;
  logic clear_write;
  logic mask_set_write;
  logic mask_clear_write;
  logic acknowledge_write;
  logic [31:0] set_data;
  logic [31:0] acknowledge_data;
  logic [31:0] clear_data;
  logic [31:0] mask_set_data;
  logic [31:0] mask_clear_data;

  logic sender_error;
  logic sender_owned;
  logic sender_owner_write;
  logic sender_owned_data;
  logic [7:0] sender_owner;
  logic sender_foreign;
  logic [31:0] sender_read_data;

  logic receiver_error;
  logic receiver_owned;
  logic receiver_owner_write;
  logic receiver_owned_data;
  logic [7:0] receiver_owner;
  logic receiver_foreign;
  logic [31:0] receiver_read_data;

  logic [31:0] ring;
  logic foreign;
  logic locked;
  logic allow;
  logic [11:0] address;

  assign address = {7'd0, address_i};

  // Apart from what answers, since the decoders wait for it.
  always_comb begin
    foreign = 1'b0;
    locked = 1'b0;
    allow = 1'b0;
    if (sender_request_i) begin
      foreign = sender_foreign;
      locked = sender_lock_owner_i && write_i && address == mailbox_registers_pkg::DOORBELL_SENDER_OWNER_OFFSET;
      allow = !foreign && !locked;
    end else if (receiver_request_i) begin
      foreign = receiver_foreign;
      locked = receiver_lock_owner_i && write_i && address == mailbox_registers_pkg::DOORBELL_RECEIVER_OWNER_OFFSET;
      allow = !foreign && !locked;
    end
  end

  always_comb begin
    refusal_o = mailbox_registers_pkg::REFUSAL_CODE_NONE;
    read_data_o = '0;
    if (sender_request_i || receiver_request_i) begin
      read_data_o = sender_request_i ? sender_read_data : receiver_read_data;
      if (sender_error || receiver_error) begin
        refusal_o = mailbox_registers_pkg::REFUSAL_CODE_ADDRESS;
      end else if (foreign) begin
        refusal_o = mailbox_registers_pkg::REFUSAL_CODE_OWNER;
      end else if (locked) begin
        refusal_o = mailbox_registers_pkg::REFUSAL_CODE_LOCKED;
      end
    end
  end

  // ---- sender's side ----
  mailbox_doorbell_sender_registers u_sender_registers (
    .clk_i,
    .rst_ni,
    .clear_i(sender_clear_i),
    .request_i(sender_request_i),
    .allow_i(allow),
    .write_i,
    .address_i(address),
    .write_data_i,
    .read_data_o(sender_read_data),
    .error_o(sender_error),
    .doorbell_set_flags_data_o(set_data),
    .doorbell_set_write_o(set_write),
    .doorbell_peer_status_flags_i(flags),
    .doorbell_acknowledge_flags_i(acknowledge),
    .doorbell_acknowledge_flags_data_o(acknowledge_data),
    .doorbell_acknowledge_write_o(acknowledge_write),
    .doorbell_acknowledge_enable_flags_o(acknowledge_enable),
    .doorbell_sender_owner_owned_i(sender_owned),
    .doorbell_sender_owner_owned_data_o(sender_owned_data),
    .doorbell_sender_owner_requester_i(sender_owner),
    .doorbell_sender_owner_write_o(sender_owner_write)
  );

  mailbox_owner u_sender_owner (
    .clk_i,
    .rst_ni,
    .clear_i(sender_clear_i && !sender_lock_owner_i),
    .write_i(sender_owner_write),
    .owned_data_i(sender_owned_data),
    .requester_i,
    .owned_o(sender_owned),
    .owner_o(sender_owner),
    .refuse_o(sender_foreign)
  );

  // ---- receiver's side ----
  mailbox_doorbell_receiver_registers u_receiver_registers (
    .clk_i,
    .rst_ni,
    .clear_i(receiver_clear_i),
    .request_i(receiver_request_i),
    .allow_i(allow),
    .write_i,
    .address_i(address),
    .write_data_i,
    .read_data_o(receiver_read_data),
    .error_o(receiver_error),
    .doorbell_status_flags_i(flags),
    .doorbell_masked_status_flags_i(masked_flags),
    .doorbell_clear_flags_data_o(clear_data),
    .doorbell_clear_write_o(clear_write),
    .doorbell_mask_flags_i(mask),
    .doorbell_mask_set_flags_data_o(mask_set_data),
    .doorbell_mask_set_write_o(mask_set_write),
    .doorbell_mask_clear_flags_data_o(mask_clear_data),
    .doorbell_mask_clear_write_o(mask_clear_write),
    .doorbell_receiver_owner_owned_i(receiver_owned),
    .doorbell_receiver_owner_owned_data_o(receiver_owned_data),
    .doorbell_receiver_owner_requester_i(receiver_owner),
    .doorbell_receiver_owner_write_o(receiver_owner_write)
  );

  mailbox_owner u_receiver_owner (
    .clk_i,
    .rst_ni,
    .clear_i(receiver_clear_i && !receiver_lock_owner_i),
    .write_i(receiver_owner_write),
    .owned_data_i(receiver_owned_data),
    .requester_i,
    .owned_o(receiver_owned),
    .owner_o(receiver_owner),
    .refuse_o(receiver_foreign)
  );

  // ---- state ----
  always_comb begin
    ring = '0;
    if (active_i) begin
      ring = (set_write ? set_data : '0) | (notify_i ? notify_flags_i : '0);
    end
  end

  mailbox_doorbell u_doorbell (
    .clk_i,
    .rst_ni,
    .active_i,
    .sender_clear_i,
    .receiver_clear_i,
    .ring_i(ring),
    .clear_write_i(clear_write),
    .clear_data_i(clear_data),
    .mask_set_write_i(mask_set_write),
    .mask_set_data_i(mask_set_data),
    .mask_clear_write_i(mask_clear_write),
    .mask_clear_data_i(mask_clear_data),
    .acknowledge_write_i(acknowledge_write),
    .acknowledge_data_i(acknowledge_data),
    .flags_o(flags),
    .mask_o(mask),
    .acknowledge_o(acknowledge)
  );

  assign masked_flags = flags & ~mask;
  assign flags_o = flags;
  assign interrupt_o = masked_flags != '0;
  assign acknowledge_interrupt_o = (acknowledge & acknowledge_enable) != '0;

endmodule
