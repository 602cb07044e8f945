// SPDX-License-Identifier: MIT
// Functional points of doorbell windows, bound into mailbox_doorbell: the collisions that the rules are about.

module doorbell_cover (
  input logic        clk_i,
  input logic        rst_ni,
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
  input logic [31:0] acknowledge_data_i,
  input logic [31:0] flags_i,
  input logic [31:0] mask_i,
  input logic [31:0] acknowledge_i
);

  logic [31:0] clear;

  assign clear = clear_write_i ? clear_data_i : '0;

  ring_of_clear_flag: cover property (@(posedge clk_i) rst_ni && (ring_i & ~flags_i) != '0);
  ring_coalesces: cover property (@(posedge clk_i) rst_ni && (ring_i & flags_i & ~clear) != '0);
  ring_collides_with_clear: cover property (@(posedge clk_i) rst_ni && (ring_i & flags_i & clear) != '0);
  ring_collides_with_clear_of_clear_flag:
    cover property (@(posedge clk_i) rst_ni && (ring_i & ~flags_i & clear) != '0);
  ring_during_other_clear: cover property (@(posedge clk_i) rst_ni && ring_i != '0 && (clear & ~ring_i) != '0);
  clear_of_clear_flag: cover property (@(posedge clk_i) rst_ni && (clear & ~flags_i) != '0);
  ring_while_masked: cover property (@(posedge clk_i) rst_ni && (ring_i & mask_i) != '0);
  mask_with_pending: cover property (@(posedge clk_i) rst_ni && mask_set_write_i && (mask_set_data_i & flags_i) != '0);
  unmask_with_pending:
    cover property (@(posedge clk_i) rst_ni && mask_clear_write_i && (mask_clear_data_i & mask_i & flags_i) != '0);
  ring_collides_with_unmask:
    cover property (@(posedge clk_i) rst_ni && mask_clear_write_i && (mask_clear_data_i & mask_i & ring_i) != '0);
  ring_collides_with_mask:
    cover property (@(posedge clk_i) rst_ni && mask_set_write_i && (mask_set_data_i & ring_i) != '0);
  acknowledged: cover property (@(posedge clk_i) rst_ni && (flags_i & clear & ~ring_i) != '0);
  acknowledged_again: cover property (@(posedge clk_i) rst_ni && (flags_i & clear & ~ring_i & acknowledge_i) != '0);
  acknowledge_taken_back:
    cover property (@(posedge clk_i) rst_ni && acknowledge_write_i && (acknowledge_data_i & acknowledge_i) != '0);
  ring_while_acknowledged: cover property (@(posedge clk_i) rst_ni && (ring_i & acknowledge_i) != '0);
  reset_of_receiver_with_flags: cover property (@(posedge clk_i) rst_ni && receiver_clear_i && flags_i != '0);
  reset_of_receiver_with_mask: cover property (@(posedge clk_i) rst_ni && receiver_clear_i && mask_i != '0);
  reset_of_receiver_collides_with_ring: cover property (@(posedge clk_i) rst_ni && receiver_clear_i && ring_i != '0);
  reset_of_sender_with_acknowledge: cover property (@(posedge clk_i) rst_ni && sender_clear_i && acknowledge_i != '0);
  reset_of_sender_with_flags: cover property (@(posedge clk_i) rst_ni && sender_clear_i && flags_i != '0);

endmodule
