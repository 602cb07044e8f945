// SPDX-License-Identifier: MIT
// Where the checkers sit in the reference mailbox. Names on the right are those of the module that is bound into.

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
  .busy_i(busy_o)
);

bind mailbox_dma axi_manager_checker u_checker (
  .clk_i,
  .rst_ni,
  .active_i(active_q),
  .stop_i(stop_q),
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
  .araddr_i(mem_araddr_o),
  .arlen_i(mem_arlen_o),
  .arsize_i(mem_arsize_o),
  .arburst_i(mem_arburst_o),
  .arvalid_i(mem_arvalid_o),
  .arready_i(mem_arready_i)
);

bind word_fifo fifo_checker #(
  .Width(Width),
  .Depth(Depth)
) u_checker (
  .clk_i,
  .rst_ni,
  .clear_i,
  .push_i,
  .pushed_i(data_i),
  .pop_i,
  .popped_i(data_o),
  .level_i(level_q),
  .full_i(full_o),
  .empty_i(empty_o)
);

bind mailbox_doorbell doorbell_checker u_checker (
  .clk_i,
  .rst_ni,
  .ring_i,
  .clear_write_i,
  .clear_i,
  .mask_set_write_i,
  .mask_set_i,
  .mask_clear_write_i,
  .mask_clear_i,
  .flags_i(flags_o),
  .mask_i(mask_o),
  .masked_flags_i(masked_flags_o)
);

bind mailbox_frame frame_checker #(
  .Sources(Sources)
) u_checker (
  .clk_i,
  .rst_ni,
  .request_i,
  .write_i,
  .push_i(push_o),
  .send_full_i,
  .pop_i(pop_o),
  .receive_empty_i,
  .flags_i(flags),
  .mask_i(mask),
  .overflow_i(overflow_q),
  .underflow_i(underflow_q),
  .error_i(error_o),
  .dma_busy_i(dma_busy),
  .dma_done_i(dma_done),
  .dma_error_i(dma_error),
  .dma_status_write_i(dma_status_write),
  .dma_start_write_i(start_write),
  .dma_end_i(u_dma_channel.complete || u_dma_channel.fail),
  .dma_ring_i(dma_ring),
  .timer_match_i(u_timer.match),
  .timer_pending_i(timer_pending),
  .timer_arm_i(compare_low_write),
  .timer_clear_i(timer_status_write),
  .raw_i(raw),
  .enable_i(enable_q),
  .irq_i(irq_o)
);

bind mailbox quiet_checker u_checker (
  .clk_i,
  .rst_ni,
  .quiet_cycles_i(quiet_cycles_o),
  .skip_cycles_i,
  .irq_i(irq_o),
  .doorbell_i(probe_doorbell_o),
  .fifo_level_i(probe_fifo_level_o),
  .dma_state_i(probe_dma_state_o),
  .bus_valid_i(reg_bvalid_o || reg_rvalid_o || mem_arvalid_o || mem_awvalid_o || mem_wvalid_o),
  .access_i(bus_busy || reg_awvalid_i || reg_wvalid_i || reg_arvalid_i)
);
