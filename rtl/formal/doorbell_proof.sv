// SPDX-License-Identifier: MIT
// Doorbell window: no ring is lost, an acknowledgement is exact, a masked flag fires when it is unmasked.
//
// Every input is free. The one assumption: in the cycle in which an agent is reset, no write of its own is executed,
// since the writes of an agent that is being reset are refused.

module doorbell_proof (
  input logic        clk_i,
  input logic  [4:0] flag_i,
  input logic        sender_clear_i,
  input logic        receiver_clear_i,
  input logic [31:0] ring_i,
  input logic        clear_write_i,
  input logic [31:0] clear_data_i,
  input logic        mask_set_write_i,
  input logic [31:0] mask_set_data_i,
  input logic        mask_clear_write_i,
  input logic [31:0] mask_clear_data_i,
  input logic        acknowledge_write_i,
  input logic [31:0] acknowledge_data_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic [31:0] flags;
  logic [31:0] mask;
  logic [31:0] acknowledge;

  mailbox_doorbell u_doorbell (
    .clk_i,
    .rst_ni(started_q),
    .active_i(1'b1),
    .sender_clear_i,
    .receiver_clear_i,
    .ring_i,
    .clear_write_i,
    .clear_data_i,
    .mask_set_write_i,
    .mask_set_data_i,
    .mask_clear_write_i,
    .mask_clear_data_i,
    .acknowledge_write_i,
    .acknowledge_data_i,
    .flags_o(flags),
    .mask_o(mask),
    .acknowledge_o(acknowledge)
  );

  // One flag, whichever the solver picks, followed through its life by what happened to it.
  logic past_q;
  logic [4:0] chosen_q;
  logic ring;
  logic clear;
  logic served;
  logic ring_q;
  logic clear_q;
  logic served_q;
  logic taken_q;
  logic receiver_reset_q;
  logic sender_reset_q;
  logic masked_q;
  logic mask_after_q;
  // Rung and not cleared since; cleared and not taken back since.
  logic owed_q;
  logic told_q;

  assign ring = ring_i[chosen_q];
  assign clear = clear_write_i && clear_data_i[chosen_q];
  assign served = owed_q && clear && !ring;

  always_ff @(posedge clk_i) begin
    if (!started_q) chosen_q <= flag_i;
  end

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      past_q <= 1'b0;
      owed_q <= 1'b0;
      told_q <= 1'b0;
      mask_after_q <= 1'b0;
    end else begin
      past_q <= 1'b1;
      owed_q <= !receiver_clear_i && (ring || (owed_q && !clear));
      told_q <= !sender_clear_i && (served || (told_q && !(acknowledge_write_i && acknowledge_data_i[chosen_q])));
      mask_after_q <= !receiver_clear_i && (mask_set_write_i ? (mask_after_q || mask_set_data_i[chosen_q]) :
                      (mask_after_q && !(mask_clear_write_i && mask_clear_data_i[chosen_q])));
    end
  end

  always_ff @(posedge clk_i) begin
    ring_q <= ring;
    clear_q <= clear;
    served_q <= served;
    masked_q <= mask[chosen_q];
    taken_q <= acknowledge_write_i && acknowledge_data_i[chosen_q];
    receiver_reset_q <= receiver_clear_i;
    sender_reset_q <= sender_clear_i;
  end

  always_comb begin
    assume (!(receiver_clear_i && (clear_write_i || mask_set_write_i || mask_clear_write_i)));
    assume (!(sender_clear_i && acknowledge_write_i));
    assume (!(mask_set_write_i && mask_clear_write_i));
    if (started_q) begin
      flag_right: assert (flags[chosen_q] == owed_q);
      acknowledge_right: assert (acknowledge[chosen_q] == told_q);
      mask_right: assert (mask[chosen_q] == mask_after_q);
    end
    if (started_q && past_q) begin
      ring_wins: assert (!ring_q || receiver_reset_q || flags[chosen_q]);
      masked_ring_kept: assert (!(ring_q && masked_q) || receiver_reset_q || flags[chosen_q]);
      served_told: assert (!served_q || sender_reset_q || acknowledge[chosen_q]);
      collision: cover (ring_q && clear_q && flags[chosen_q]);
      told_and_taken: cover (served_q && taken_q && acknowledge[chosen_q]);
      fires_on_unmask: cover (masked_q && flags[chosen_q] && !mask[chosen_q] && !ring_q);
    end
  end

endmodule
