// SPDX-License-Identifier: MIT
// Binds the checkers of the rings into the design. The design itself does not know of them.

bind mailbox_rings axi_manager_checker u_axi_manager_checker (
  .clk_i,
  .rst_ni,
  .active_i(busy_o),
  .awid_i(mem_awid_o),
  .awaddr_i(mem_awaddr_o),
  .awlen_i(mem_awlen_o),
  .awsize_i(mem_awsize_o),
  .awburst_i(mem_awburst_o),
  .awvalid_i(mem_awvalid_o),
  .awready_i(mem_awready_i),
  .wdata_i(mem_wdata_o),
  .wstrb_i(mem_wstrb_o),
  .wlast_i(mem_wlast_o),
  .wvalid_i(mem_wvalid_o),
  .wready_i(mem_wready_i),
  .bid_i(mem_bid_i),
  .bvalid_i(mem_bvalid_i),
  .bready_i(mem_bready_o),
  .arid_i(mem_arid_o),
  .araddr_i(mem_araddr_o),
  .arlen_i(mem_arlen_o),
  .arsize_i(mem_arsize_o),
  .arburst_i(mem_arburst_o),
  .arvalid_i(mem_arvalid_o),
  .arready_i(mem_arready_i),
  .rid_i(mem_rid_i),
  .rvalid_i(mem_rvalid_i),
  .rready_i(mem_rready_o)
);

bind mailbox_ring ring_checker u_ring_checker (
  .clk_i,
  .rst_ni,
  .awake_i(working || request_i),
  .clear_i,
  .enable_i(enable_q),
  .in_work_i,
  .aborting_i(aborting_o),
  .abort_end_i(abort_end),
  .drop_i(drop_o),
  .barrier_i(barrier_q),
  .submission_tail_i(submission_tail_q),
  .submission_head_i(submission_head_q),
  .fetch_i(fetch_q),
  .submission_size_i(submission_size),
  .completion_tail_i(completion_tail_q),
  .completion_head_i(completion_head_q),
  .reserved_i(reserved_q),
  .completion_size_i(completion_size),
  .high_water_mark_i(high_water_mark_q),
  .fetch_take_i,
  .message_take_i,
  .completed_i,
  .completed_descriptors_i,
  .completion_event_i(event_q[0]),
  .announce_i(announce)
);

bind mailbox_moderation moderation_checker u_moderation_checker (
  .clk_i,
  .rst_ni,
  .clear_i,
  .cycle_i,
  .count_i,
  .threshold_i,
  .time_i,
  .announce_i(announce_o),
  .counted_i(counted_q)
);

bind mailbox_ring_arbiter ring_arbiter_checker #(
  .RingCount(RingCount)
) u_ring_arbiter_checker (
  .clk_i,
  .rst_ni,
  .ready_i,
  .high_priority_i,
  .index_i(index_o),
  .passes_i(passes_q),
  .take_i
);

bind mailbox_memory_port memory_port_checker u_memory_port_checker (
  .clk_i,
  .rst_ni,
  .fetch_request_i,
  .fetch_grant_i(fetch_grant_o),
  .read_request_i,
  .read_grant_i(read_grant_o),
  .write_grant_i(write_grant_o),
  .completion_request_i,
  .completion_grant_i(completion_grant_o),
  .message_request_i,
  .message_grant_i(message_grant_o),
  .data_owed_i,
  .data_grant_i(data_grant_o),
  .address_waits_i(aw_valid_q && !mem_awready_i),
  .read_address_waits_i(ar_valid_q && !mem_arready_i),
  .owed_i(owed_q)
);

bind mailbox_dma dma_checker #(
  .BufferDepth(BufferDepth),
  .BeatsWidth(BeatsWidth)
) u_dma_checker (
  .clk_i,
  .rst_ni,
  .load_i,
  .active_i(active_q),
  .stop_i(stop),
  .finish_i(finish_o),
  .good_i(!stop_q),
  .ar_grant_i,
  .aw_grant_i,
  .w_grant_i,
  .r_valid_i,
  .b_valid_i,
  .push_i(push),
  .pop_i(pop),
  .buffer_full_i(u_buffer.full_o),
  .buffer_empty_i(buffer_empty),
  .free_i(32'(u_reader.free_q)),
  .expected_i(32'(u_reader.expected_q)),
  .owed_i(32'(u_writer.data_owed_q)),
  .outstanding_i(32'(u_writer.outstanding_q)),
  .clean_i(32'(u_writer.b_clean_q)),
  .read_left_i(u_reader.beats_left_q),
  .accept_left_i(u_reader.accept_left_q),
  .write_left_i(u_writer.beats_left_q),
  .data_left_i(u_writer.w_beats_left_q),
  .answer_left_i(u_writer.b_beats_left_q)
);

bind mailbox_rings ring_pipeline_checker #(
  .RingCount(RingCount)
) u_ring_pipeline_checker (
  .clk_i,
  .rst_ni,
  .aborting_i(aborting),
  .drop_i(drop),
  .choice_take_i(fetch_grant && fetch_first),
  .fetch_grant_i(fetch_grant),
  .fetch_ring_i(fetch_ring),
  .take_i(u_pipeline.take),
  .held_first_i(u_pipeline.held_first),
  .held_last_i(u_pipeline.held_last),
  .held_fence_i(u_pipeline.held_fence),
  .held_ring_i(held_ring),
  .descriptor_read_i(descriptor_read),
  .segment_start_i(segment_start),
  .move_i(move),
  .move_abort_i(move_abort),
  .move_active_i(u_memory.u_dma.active_q),
  .payload_r_pending_i(u_memory.payload_r_pending),
  .payload_b_pending_i(u_memory.payload_b_pending),
  .ar_grant_i(u_memory.ar_grant),
  .aw_grant_i(u_memory.aw_grant),
  .w_granted_i(u_memory.w_granted),
  .w_strobe_i(mem_wstrb_o),
  .complete_i(u_pipeline.complete),
  .engine_ring_i(move_ring),
  .engine_occupied_i(u_pipeline.engine_occupied),
  .engine_drop_i(u_pipeline.u_engine.drop),
  .chain_fetch_failed_i(fetch_failed && !u_pipeline.held_first),
  .completion_occupied_i(u_pipeline.completion_occupied),
  .completion_ring_i(completion_ring),
  .completion_grant_i(completion_grant),
  .completion_pending_i(completion_pending),
  .answered_i(answered),
  .completion_b_valid_i(completion_b_valid),
  .completed_i(u_bank.ring_completed),
  .completion_failed_i(u_bank.ring_completion_failed),
  .descriptors_i(u_pipeline.descriptors)
);
