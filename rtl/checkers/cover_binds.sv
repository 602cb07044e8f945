// SPDX-License-Identifier: MIT
// Where the functional points of the reference mailbox are observed, but for those of its rings. Only models that are
// built to measure coverage have them: what they remember costs simulation time.

bind mailbox_doorbell doorbell_cover u_cover (
  .clk_i,
  .rst_ni,
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

bind mailbox_fifo_channel fifo_cover #(
  .Depth(Depth),
  .Parity(Parity)
) u_cover (
  .clk_i,
  .rst_ni,
  .sender_request_i,
  .receiver_request_i,
  .push_i(push),
  .pop_i(pop),
  .pop_write_i(pop_write),
  .auto_pop_i(auto_pop),
  .sender_flush_i(send_flush_write && send_flush_data),
  .receiver_flush_i(receive_flush_write && receive_flush_data),
  .sender_clear_i,
  .receiver_clear_i,
  .push_held_i,
  .push_waited_i,
  .push_wait_i(push_wait_o),
  .refusal_i(refusal_o),
  .level_i(level),
  .full_i(full),
  .empty_i(empty),
  .write_pointer_i(u_fifo.u_words.write_pointer_q),
  .read_pointer_i(u_fifo.u_words.read_pointer_q),
  .bad_i(bad),
  .inject_i(inject),
  .space_i(space_o),
  .receive_i(receive_o),
  .high_watermark_i(high_watermark)
);

bind mailbox_agent agent_cover #(
  .Sources(Sources)
) u_cover (
  .clk_i,
  .rst_ni,
  .access_i,
  .access_code_i,
  .request_i,
  .irq_source_i(irq_source_o),
  .test_i(test),
  .message_control_write_i(message_control_write),
  .message_enable_data_i(message_enable_data),
  .message_enable_i(message_enable),
  .message_request_i(message_request_o),
  .message_pending_i(message_pending),
  .message_failed_i(message_failed),
  .message_offered_i,
  .message_done_i,
  .message_error_i,
  .message_busy_i(message_busy),
  .hold_i(hold_o),
  .timer_match_i(timer_match_o),
  .timer_pending_i(timer_pending),
  .timer_write_i(compare_low_write),
  .timer_clear_i(timer_status_write && timer_pending_data),
  .timer_periodic_i(timer_periodic),
  .cycle_i,
  .compare_i(compare),
  .resetting_i(resetting_o),
  .reset_done_i(reset_done_o),
  .rings_busy_i,
  .peer_reset_write_i(peer_reset_write),
  .peer_reset_i(peer_reset),
  .peer_resets_i(u_state.peer_resets),
  .quiesce_request_i,
  .quiesced_i(quiesced),
  .refused_i(refused[0]),
  .count_clear_i(count_clear_o),
  .lock_i(lock)
);
