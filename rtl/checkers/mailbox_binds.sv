// SPDX-License-Identifier: MIT
// Where the checkers sit in the reference mailbox, but for those of its rings. Names on the right are those of the module
// that is bound into.

bind axi_lite_subordinate axi_lite_checker u_checker (
  .clk_i,
  .rst_ni,
  .awvalid_i,
  .awready_i(awready_o),
  .wvalid_i,
  .wready_i(wready_o),
  .arvalid_i,
  .arready_i(arready_o),
  .bvalid_i(bvalid_o),
  .bready_i,
  .bresp_i(bresp_o),
  .rvalid_i(rvalid_o),
  .rready_i,
  .rresp_i(rresp_o),
  .rdata_i(rdata_o),
  .request_i(request_o),
  .write_i(write_o),
  .busy_i(busy_o),
  .held_i(held_o),
  .wait_i
);

bind word_fifo fifo_checker #(
  .Width(Width),
  .Depth(Depth)
) u_checker (
  .clk_i,
  .rst_ni,
  .active_i(active),
  .clear_i,
  .push_i,
  .pushed_i(data_i),
  .pop_i,
  .shown_i(data_o),
  .level_i(level_o),
  .full_i(full_o),
  .empty_i(empty_o)
);

bind mailbox_doorbell doorbell_checker u_checker (
  .clk_i,
  .rst_ni,
  .active_i,
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
  .flags_i(flags_o),
  .mask_i(mask_o),
  .acknowledge_i(acknowledge_o)
);

bind mailbox_doorbell_window access_checker u_checker (
  .clk_i,
  .request_i(sender_request_i || receiver_request_i),
  .foreign_i(foreign),
  .allow_i(allow),
  .refusal_i(refusal_o),
  .effect_i(set_write || clear_write || mask_set_write || mask_clear_write || acknowledge_write ||
            sender_owner_write || receiver_owner_write)
);

bind mailbox_fifo channel_checker #(
  .LevelWidth(LevelWidth)
) u_checker (
  .clk_i,
  .rst_ni,
  .active_i(active_i || moving_o),
  .sender_clear_i,
  .receiver_clear_i,
  .push_i,
  .pop_i,
  .sender_flush_i,
  .receiver_flush_i,
  .overflow_i,
  .underflow_i,
  .send_event_write_i,
  .send_event_data_i,
  .receive_event_write_i,
  .receive_event_data_i,
  .inject_i(inject_o),
  .bad_i(bad_o),
  .level_i(level_o),
  .full_i(full_o),
  .send_event_i(send_event_o),
  .receive_event_i(receive_event_o),
  .dropped_i(dropped_o),
  .high_water_mark_i(high_water_mark_o)
);

// An auto-pop that is refused for its parity removes the word, and a refused access may set its event.
bind mailbox_fifo_channel access_checker u_checker (
  .clk_i,
  .request_i(sender_request_i || receiver_request_i),
  .foreign_i(foreign),
  .allow_i(allow),
  .refusal_i(refusal_o),
  .effect_i(push || (pop != '0 && refusal_o != mailbox_registers_pkg::REFUSAL_CODE_PARITY) || send_event_write ||
            send_flush_write || inject_write || receive_event_write || receive_flush_write || sender_owner_write ||
            receiver_owner_write)
);

bind mailbox_owner owner_checker u_checker (
  .clk_i,
  .rst_ni,
  .clear_i,
  .write_i,
  .owned_data_i,
  .requester_i,
  .owned_i(owned_o),
  .owner_i(owner_o)
);

bind mailbox_timer timer_checker u_checker (
  .clk_i,
  .rst_ni,
  .clear_i,
  .cycle_i,
  .enable_i,
  .periodic_i,
  .period_i,
  .compare_low_write_i,
  .clear_pending_i,
  .compare_i(compare_o),
  .armed_i(armed_o),
  .pending_i(pending_o),
  .match_i(match_o)
);

bind mailbox_agent agent_checker #(
  .Sources(Sources)
) u_checker (
  .clk_i,
  .rst_ni,
  .request_i,
  .wires_moving_i(interrupts_moving),
  .doorbell_i,
  .doorbell_acknowledge_i,
  .fifo_receive_i,
  .fifo_space_i,
  .fifo_error_i,
  .ring_completion_i,
  .ring_error_i,
  .timer_pending_i(timer_pending),
  .peer_reset_i(peer_reset),
  .refused_i(refused[0]),
  .quiesced_i(quiesced),
  .test_i(test),
  .status_i(status),
  .enable_i(enable),
  .irq_source_i(irq_source_o),
  .message_enable_i(message_enable),
  .message_pending_i(message_pending),
  .message_request_i(message_request_o),
  .message_offered_i,
  .message_done_i,
  .message_busy_i(message_busy),
  .message_set_up_i({message_address_o, message_data_o}),
  .lock_i(lock),
  .resetting_i(resetting_o),
  .hold_i(hold_o),
  .memory_busy_i(memory_busy_o),
  .rings_busy_i,
  .reset_done_i(reset_done_o)
);

bind mailbox quiet_checker #(
  .Sources(Agents * Sources),
  .FlagsWidth(Agents * 32)
) u_checker (
  .clk_i,
  .rst_ni,
  .quiet_cycles_i(quiet_cycles_o),
  .skip_cycles_i,
  .irq_source_i(irq_source_o),
  .doorbell_i(probe_doorbell_o),
  .trace_valid_i(trace_valid_o),
  .bus_valid_i(reg_bvalid_o || reg_rvalid_o || mem_arvalid_o || mem_awvalid_o || mem_wvalid_o),
  .access_i(bus_busy || reg_awvalid_i || reg_wvalid_i || reg_arvalid_i),
  .quiesce_request_i
);
