// SPDX-License-Identifier: MIT
// One agent: its frame of registers and everything that belongs to this agent alone.
//
// What agents share (the two FIFOs, the copy engine, the cycle counter) is outside and connected by plain ports. The
// register side is that of axi_lite_subordinate: a request takes one cycle, answer included.

module mailbox_frame #(
  parameter logic [7:0] Agent = 8'd0,
  parameter int unsigned FifoLevelWidth = 5,
  parameter int unsigned LengthMaximum = 1048576,
  localparam int unsigned LengthWidth = $clog2(LengthMaximum + 1)
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic                      request_i,
  input  logic                      write_i,
  input  logic               [11:0] address_i,
  input  logic               [31:0] write_data_i,
  output logic               [31:0] read_data_o,
  output logic                      error_o,

  input  logic               [63:0] cycle_i,

  // Doorbells: ring_o goes to the peer's ring_i, flags_o to its peer_flags_i.
  output logic               [31:0] ring_o,
  input  logic               [31:0] ring_i,
  output logic               [31:0] flags_o,
  input  logic               [31:0] peer_flags_i,

  // The FIFO towards the peer and the one from it.
  output logic                      push_o,
  output logic               [31:0] push_data_o,
  input  logic [FifoLevelWidth-1:0] send_level_i,
  input  logic                      send_full_i,
  input  logic                      send_empty_i,
  output logic                      pop_o,
  input  logic               [31:0] pop_data_i,
  input  logic [FifoLevelWidth-1:0] receive_level_i,
  input  logic                      receive_full_i,
  input  logic                      receive_empty_i,

  output logic                      dma_request_o,
  output logic               [63:0] dma_source_o,
  output logic               [63:0] dma_destination_o,
  output logic    [LengthWidth-1:0] dma_length_o,
  input  logic                      dma_accept_i,
  input  logic                      dma_progress_i,
  input  logic    [LengthWidth-1:0] dma_bytes_i,
  input  logic                      dma_finish_i,
  input  logic                [3:0] dma_error_code_i,
  input  logic               [63:0] dma_error_address_i,
  output logic                      dma_busy_o,

  output logic               [63:0] timer_quiet_o,
  output logic                      irq_o
);

  localparam int unsigned SourceDoorbell = mailbox_registers_pkg::INTERRUPT_STATUS_DOORBELL_LOW;
  localparam int unsigned SourceFifoReceive = mailbox_registers_pkg::INTERRUPT_STATUS_FIFO_RECEIVE_LOW;
  localparam int unsigned SourceFifoError = mailbox_registers_pkg::INTERRUPT_STATUS_FIFO_ERROR_LOW;
  localparam int unsigned SourceDmaDone = mailbox_registers_pkg::INTERRUPT_STATUS_DMA_DONE_LOW;
  localparam int unsigned SourceDmaError = mailbox_registers_pkg::INTERRUPT_STATUS_DMA_ERROR_LOW;
  localparam int unsigned SourceTimer = mailbox_registers_pkg::INTERRUPT_STATUS_TIMER_LOW;
  localparam int unsigned Sources = mailbox_registers_pkg::INTERRUPT_ENABLE_SOURCES_WIDTH;

  // ---- registers: strobes and data of the decoder ----
  logic decode_error;
  logic cycle_low_read;
  logic [31:0] compare_low_data;
  logic [31:0] compare_high_data;
  logic compare_low_write;
  logic compare_high_write;
  logic [31:0] period;
  logic timer_enable;
  logic timer_periodic;
  logic timer_pending_data;
  logic timer_status_write;
  logic [31:0] set_data;
  logic [31:0] clear_data;
  logic [31:0] mask_set_data;
  logic [31:0] mask_clear_data;
  logic set_write;
  logic clear_write;
  logic mask_set_write;
  logic mask_clear_write;
  logic push_write;
  logic pop_read;
  logic overflow_data;
  logic underflow_data;
  logic fifo_error_write;
  logic [63:0] source;
  logic [63:0] destination;
  logic [31:0] length;
  logic [31:0] dma_doorbell;
  logic start_data;
  logic start_write;
  logic done_data;
  logic error_data;
  logic dma_status_write;
  logic [Sources-1:0] enable_set_data;
  logic [Sources-1:0] enable_clear_data;
  logic enable_set_write;
  logic enable_clear_write;

  // ---- state that the registers show ----
  logic [31:0] cycle_high_q;
  logic [63:0] compare;
  logic timer_armed;
  logic timer_pending;
  logic [31:0] flags;
  logic [31:0] mask;
  logic [31:0] masked_flags;
  logic overflow_q;
  logic underflow_q;
  logic dma_busy;
  logic dma_done;
  logic dma_error;
  logic [3:0] dma_error_code;
  logic [63:0] dma_error_address;
  logic [31:0] dma_bytes_done;
  logic [31:0] dma_ring;
  logic [Sources-1:0] raw;
  logic [Sources-1:0] enable_q;
  logic [31:0] oldest_word;

  assign oldest_word = receive_empty_i ? '0 : pop_data_i;

  mailbox_registers u_registers (
    .clk_i,
    .rst_ni,
    .request_i,
    .write_i,
    .address_i,
    .write_data_i,
    .read_data_o,
    .error_o(decode_error),
    .configuration_agent_i(Agent),
    .cycle_low_value_i(cycle_i[31:0]),
    .cycle_low_read_o(cycle_low_read),
    .cycle_high_value_i(cycle_high_q),
    .timer_compare_low_value_i(compare[31:0]),
    .timer_compare_low_value_data_o(compare_low_data),
    .timer_compare_low_write_o(compare_low_write),
    .timer_compare_high_value_i(compare[63:32]),
    .timer_compare_high_value_data_o(compare_high_data),
    .timer_compare_high_write_o(compare_high_write),
    .timer_period_cycles_o(period),
    .timer_control_enable_o(timer_enable),
    .timer_control_periodic_o(timer_periodic),
    .timer_status_pending_i(timer_pending),
    .timer_status_pending_data_o(timer_pending_data),
    .timer_status_armed_i(timer_armed),
    .timer_status_write_o(timer_status_write),
    .doorbell_set_flags_data_o(set_data),
    .doorbell_set_write_o(set_write),
    .doorbell_peer_status_flags_i(peer_flags_i),
    .doorbell_status_flags_i(flags),
    .doorbell_masked_status_flags_i(masked_flags),
    .doorbell_clear_flags_data_o(clear_data),
    .doorbell_clear_write_o(clear_write),
    .doorbell_mask_flags_i(mask),
    .doorbell_mask_set_flags_data_o(mask_set_data),
    .doorbell_mask_set_write_o(mask_set_write),
    .doorbell_mask_clear_flags_data_o(mask_clear_data),
    .doorbell_mask_clear_write_o(mask_clear_write),
    .fifo_push_word_data_o(push_data_o),
    .fifo_push_write_o(push_write),
    .fifo_send_status_level_i(8'(send_level_i)),
    .fifo_send_status_full_i(send_full_i),
    .fifo_send_status_empty_i(send_empty_i),
    .fifo_pop_word_i(oldest_word),
    .fifo_pop_read_o(pop_read),
    .fifo_peek_word_i(oldest_word),
    .fifo_receive_status_level_i(8'(receive_level_i)),
    .fifo_receive_status_full_i(receive_full_i),
    .fifo_receive_status_empty_i(receive_empty_i),
    .fifo_error_overflow_i(overflow_q),
    .fifo_error_overflow_data_o(overflow_data),
    .fifo_error_underflow_i(underflow_q),
    .fifo_error_underflow_data_o(underflow_data),
    .fifo_error_write_o(fifo_error_write),
    .dma_source_low_value_o(source[31:0]),
    .dma_source_high_value_o(source[63:32]),
    .dma_destination_low_value_o(destination[31:0]),
    .dma_destination_high_value_o(destination[63:32]),
    .dma_length_bytes_o(length),
    .dma_doorbell_flags_o(dma_doorbell),
    .dma_start_start_data_o(start_data),
    .dma_start_write_o(start_write),
    .dma_status_busy_i(dma_busy),
    .dma_status_done_i(dma_done),
    .dma_status_done_data_o(done_data),
    .dma_status_error_i(dma_error),
    .dma_status_error_data_o(error_data),
    .dma_status_error_code_i(dma_error_code),
    .dma_status_write_o(dma_status_write),
    .dma_bytes_done_bytes_i(dma_bytes_done),
    .dma_error_address_low_value_i(dma_error_address[31:0]),
    .dma_error_address_high_value_i(dma_error_address[63:32]),
    .interrupt_status_doorbell_i(raw[SourceDoorbell]),
    .interrupt_status_fifo_receive_i(raw[SourceFifoReceive]),
    .interrupt_status_fifo_error_i(raw[SourceFifoError]),
    .interrupt_status_dma_done_i(raw[SourceDmaDone]),
    .interrupt_status_dma_error_i(raw[SourceDmaError]),
    .interrupt_status_timer_i(raw[SourceTimer]),
    .interrupt_enable_sources_i(enable_q),
    .interrupt_enable_set_sources_data_o(enable_set_data),
    .interrupt_enable_set_write_o(enable_set_write),
    .interrupt_enable_clear_sources_data_o(enable_clear_data),
    .interrupt_enable_clear_write_o(enable_clear_write),
    .interrupt_pending_sources_i(raw & enable_q)
  );

  // ---- what single registers refuse ----
  logic overflow;
  logic underflow;
  logic start_refused;

  assign overflow = push_write && send_full_i;
  assign underflow = pop_read && receive_empty_i;
  assign start_refused = start_write && start_data && dma_busy;
  assign error_o = decode_error || overflow || underflow || start_refused;

  assign push_o = push_write && !send_full_i;
  assign pop_o = pop_read && !receive_empty_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      overflow_q <= 1'b0;
      underflow_q <= 1'b0;
    end else if (overflow || underflow || fifo_error_write) begin
      overflow_q <= overflow || (overflow_q && !(fifo_error_write && overflow_data));
      underflow_q <= underflow || (underflow_q && !(fifo_error_write && underflow_data));
    end
  end

  // ---- cycle counter: the high half as it was when the low half was read ----
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cycle_high_q <= '0;
    end else if (cycle_low_read) begin
      cycle_high_q <= cycle_i[63:32];
    end
  end

  // ---- timer ----
  mailbox_timer u_timer (
    .clk_i,
    .rst_ni,
    .cycle_i,
    .enable_i(timer_enable),
    .periodic_i(timer_periodic),
    .period_i(period),
    .compare_low_write_i(compare_low_write),
    .compare_low_data_i(compare_low_data),
    .compare_high_write_i(compare_high_write),
    .compare_high_data_i(compare_high_data),
    .clear_i(timer_status_write && timer_pending_data),
    .compare_o(compare),
    .armed_o(timer_armed),
    .pending_o(timer_pending),
    .quiet_o(timer_quiet_o)
  );

  // ---- doorbells ----
  assign ring_o = (set_write ? set_data : '0) | dma_ring;
  assign flags_o = flags;

  mailbox_doorbell u_doorbell (
    .clk_i,
    .rst_ni,
    .ring_i,
    .clear_write_i(clear_write),
    .clear_i(clear_data),
    .mask_set_write_i(mask_set_write),
    .mask_set_i(mask_set_data),
    .mask_clear_write_i(mask_clear_write),
    .mask_clear_i(mask_clear_data),
    .flags_o(flags),
    .mask_o(mask),
    .masked_flags_o(masked_flags)
  );

  // ---- copy engine ----
  assign dma_busy_o = dma_busy;

  mailbox_dma_channel #(
    .LengthMaximum(LengthMaximum)
  ) u_dma_channel (
    .clk_i,
    .rst_ni,
    .start_i(start_write && start_data),
    .source_i(source),
    .destination_i(destination),
    .length_i(length),
    .doorbell_i(dma_doorbell),
    .clear_done_i(dma_status_write && done_data),
    .clear_error_i(dma_status_write && error_data),
    .busy_o(dma_busy),
    .done_o(dma_done),
    .error_o(dma_error),
    .error_code_o(dma_error_code),
    .error_address_o(dma_error_address),
    .bytes_done_o(dma_bytes_done),
    .ring_o(dma_ring),
    .engine_request_o(dma_request_o),
    .engine_source_o(dma_source_o),
    .engine_destination_o(dma_destination_o),
    .engine_length_o(dma_length_o),
    .engine_accept_i(dma_accept_i),
    .engine_progress_i(dma_progress_i),
    .engine_bytes_i(dma_bytes_i),
    .engine_finish_i(dma_finish_i),
    .engine_error_code_i(dma_error_code_i),
    .engine_error_address_i(dma_error_address_i)
  );

  // ---- interrupts ----
  always_comb begin
    raw = '0;
    raw[SourceDoorbell] = masked_flags != '0;
    raw[SourceFifoReceive] = !receive_empty_i;
    raw[SourceFifoError] = overflow_q || underflow_q;
    raw[SourceDmaDone] = dma_done;
    raw[SourceDmaError] = dma_error;
    raw[SourceTimer] = timer_pending;
  end

  assign irq_o = (raw & enable_q) != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      enable_q <= '0;
    end else if (enable_set_write || enable_clear_write) begin
      enable_q <= enable_set_write ? (enable_q | enable_set_data) : (enable_q & ~enable_clear_data);
    end
  end

endmodule
