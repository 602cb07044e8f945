// SPDX-License-Identifier: MIT
// One submission ring and its completion ring: registers, indices, events, moderation, and the life of the ring from
// enable over abort to idle.
//
// Indices count modulo 65536 and the slot is their low part, so that full and empty differ. `fetch` is ahead of the
// head by what was asked for, `reserved` ahead of the completion tail by the messages in work: a message begins only
// with a slot for its completion. Neither is ever taken back: a message without completion leaves its ring disabled,
// and the next enable sets all to 0.

module mailbox_ring (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        clear_i,
  input  logic        count_clear_i,
  input  logic        lock_ring_i,
  input  logic        lock_owner_i,
  input  logic        hold_i,
  // Level: abort without an event, because of a reset of the agent.
  input  logic        abort_i,
  input  logic [63:0] cycle_i,

  input  logic        request_i,
  input  logic        write_i,
  // The register: bits 7..2 of its offset.
  input  logic  [5:0] word_i,
  input  logic [31:0] write_data_i,
  input  logic  [7:0] requester_i,
  output logic [31:0] read_data_o,
  output logic  [3:0] refusal_o,

  output logic        completion_event_o,
  output logic        error_event_o,
  output logic        busy_o,
  // Completions wait to be announced; for so long nothing happens here unless something else does.
  output logic        moderating_o,
  output logic [63:0] quiet_o,

  // The engine. in_work: something of this ring is in it. The address of the next descriptor is right while not all
  // were asked for, that of the next completion while something is in work.
  input  logic        in_work_i,
  output logic        ready_o,
  output logic        high_priority_o,
  output logic        aborting_o,
  output logic        drop_o,
  output logic        exhausted_o,
  output logic [63:0] fetch_address_o,
  output logic [15:0] fetch_number_o,
  input  logic        fetch_take_i,
  input  logic        message_take_i,
  input  logic        barrier_i,
  input  logic        fetch_failed_i,
  input  logic [63:0] fetch_failed_address_i,
  output logic [63:0] completion_address_o,
  output logic [15:0] completion_number_o,
  output logic        completion_phase_o,
  input  logic        completed_i,
  input  logic        completed_bad_i,
  input  logic        completed_interrupt_i,
  input  logic        completed_barrier_i,
  input  logic [15:0] completed_descriptors_i,
  input  logic        completion_failed_i,
  input  logic [63:0] completion_failed_address_i
);

  localparam logic [3:0] RefusalNone = mailbox_registers_pkg::REFUSAL_CODE_NONE;
  localparam logic [3:0] RefusalAddress = mailbox_registers_pkg::REFUSAL_CODE_ADDRESS;
  localparam logic [3:0] RefusalOwner = mailbox_registers_pkg::REFUSAL_CODE_OWNER;
  localparam logic [3:0] RefusalLocked = mailbox_registers_pkg::REFUSAL_CODE_LOCKED;
  localparam logic [3:0] RefusalBusy = mailbox_registers_pkg::REFUSAL_CODE_BUSY;
  localparam logic [3:0] RefusalIndex = mailbox_registers_pkg::REFUSAL_CODE_INDEX;
  localparam logic [3:0] RefusalDisabled = mailbox_registers_pkg::REFUSAL_CODE_DISABLED;
  localparam int unsigned EnableBit = mailbox_registers_pkg::RING_CONTROL_ENABLE_LOW;
  localparam logic [3:0] SizeLog2Maximum = 4'd12;

  logic enable_q;
  logic high_priority_q;
  logic aborting_q;
  logic aborted_by_reset_q;
  logic drained_q;
  logic failed_q;
  logic barrier_q;
  logic [15:0] submission_tail_q;
  logic [15:0] submission_head_q;
  logic [15:0] fetch_q;
  logic [15:0] completion_tail_q;
  logic [15:0] completion_head_q;
  logic [15:0] reserved_q;
  logic [15:0] high_water_mark_q;
  logic [5:0] event_q;
  logic [63:0] error_address_q;

  // ---- registers ----
  logic [31:0] submission_base_low;
  logic [31:0] submission_base_high;
  logic [31:0] completion_base_low;
  logic [31:0] completion_base_high;
  logic [3:0] submission_log2;
  logic [3:0] completion_log2;
  logic enable_data;
  logic high_priority_data;
  logic control_write;
  logic abort_data;
  logic command_write;
  logic [15:0] submission_tail_data;
  logic submission_tail_write;
  logic [15:0] completion_head_data;
  logic completion_head_write;
  logic [5:0] event_data;
  logic event_write;
  logic [15:0] moderation_count;
  logic [31:0] moderation_time;
  logic owned;
  logic owned_data;
  logic [7:0] owner;
  logic owner_write;

  logic other_owner;
  logic [3:0] refusal;
  logic unmapped;

  mailbox_ring_registers u_registers (
    .clk_i,
    .rst_ni,
    .clear_i,
    .request_i,
    .allow_i(refusal == RefusalNone),
    .write_i,
    .address_i({4'd0, word_i, 2'b00}),
    .write_data_i,
    .read_data_o,
    .error_o(unmapped),
    .ring_submission_base_low_value_o(submission_base_low),
    .ring_submission_base_high_value_o(submission_base_high),
    .ring_completion_base_low_value_o(completion_base_low),
    .ring_completion_base_high_value_o(completion_base_high),
    .ring_size_submission_log2_o(submission_log2),
    .ring_size_completion_log2_o(completion_log2),
    .ring_control_enable_i(enable_q),
    .ring_control_enable_data_o(enable_data),
    .ring_control_high_priority_i(high_priority_q),
    .ring_control_high_priority_data_o(high_priority_data),
    .ring_control_write_o(control_write),
    .ring_command_abort_data_o(abort_data),
    .ring_command_write_o(command_write),
    .ring_status_busy_i(busy_o),
    .ring_status_aborting_i(aborting_o),
    .ring_submission_tail_index_i(submission_tail_q),
    .ring_submission_tail_index_data_o(submission_tail_data),
    .ring_submission_tail_write_o(submission_tail_write),
    .ring_submission_head_index_i(submission_head_q),
    .ring_completion_head_index_i(completion_head_q),
    .ring_completion_head_index_data_o(completion_head_data),
    .ring_completion_head_write_o(completion_head_write),
    .ring_completion_tail_index_i(completion_tail_q),
    .ring_event_completion_i(event_q[0]),
    .ring_event_completion_data_o(event_data[0]),
    .ring_event_error_i(event_q[1]),
    .ring_event_error_data_o(event_data[1]),
    .ring_event_index_i(event_q[2]),
    .ring_event_index_data_o(event_data[2]),
    .ring_event_aborted_i(event_q[3]),
    .ring_event_aborted_data_o(event_data[3]),
    .ring_event_fetch_failed_i(event_q[4]),
    .ring_event_fetch_failed_data_o(event_data[4]),
    .ring_event_completion_failed_i(event_q[5]),
    .ring_event_completion_failed_data_o(event_data[5]),
    .ring_event_write_o(event_write),
    .ring_moderation_count_completions_o(moderation_count),
    .ring_moderation_time_cycles_o(moderation_time),
    .ring_error_address_low_value_i(error_address_q[31:0]),
    .ring_error_address_high_value_i(error_address_q[63:32]),
    .ring_high_water_mark_descriptors_i(high_water_mark_q),
    .ring_owner_owned_i(owned),
    .ring_owner_owned_data_o(owned_data),
    .ring_owner_requester_i(owner),
    .ring_owner_write_o(owner_write)
  );

  mailbox_owner u_owner (
    .clk_i,
    .rst_ni,
    .clear_i(clear_i && !lock_owner_i),
    .write_i(owner_write),
    .owned_data_i(owned_data),
    .requester_i,
    .owned_o(owned),
    .owner_o(owner),
    .refuse_o(other_owner)
  );

  // ---- is there anything to do? ----
  // A ring at rest costs a simulator this one condition: its logic and its flip-flops stand behind it. It looks at
  // flip-flops and at the register port alone, so that what the memory drives does not reach a ring at rest either.
  //
  // `working` leaves out what only changes flip-flops: a soft reset clears the ring when it is not busy, so busy must not
  // be seen to depend on the clear.
  logic exhausted;
  logic working;
  logic awake;

  assign exhausted = fetch_q == submission_tail_q;
  assign working = !exhausted || in_work_i || abort_i || aborting_q || aborted_by_reset_q;
  assign awake = working || request_i || clear_i || count_clear_i || moderating_o;

  // ---- sizes and addresses ----
  logic [15:0] submission_size;
  logic [15:0] completion_size;

  assign fetch_number_o = fetch_q;
  assign completion_number_o = completion_tail_q;

  always_comb begin
    submission_size = '0;
    completion_size = '0;
    fetch_address_o = '0;
    completion_address_o = '0;
    completion_phase_o = 1'b0;
    if (working || request_i) begin
      submission_size = 16'd1 << ((submission_log2 > SizeLog2Maximum) ? SizeLog2Maximum : submission_log2);
      completion_size = 16'd1 << ((completion_log2 > SizeLog2Maximum) ? SizeLog2Maximum : completion_log2);
      if (!exhausted) begin
        fetch_address_o = ({submission_base_high, submission_base_low} & ~64'd31) +
                          {47'd0, fetch_q[11:0] & 12'(submission_size - 16'd1), 5'd0};
      end
      if (in_work_i) begin
        completion_address_o = ({completion_base_high, completion_base_low} & ~64'd15) +
                               {48'd0, completion_tail_q[11:0] & 12'(completion_size - 16'd1), 4'd0};
        // The bit above the slot's number tells the pass; the first pass has phase 1.
        completion_phase_o = (completion_tail_q & completion_size) == '0;
      end
    end
  end

  // ---- which accesses are refused ----
  function automatic logic tail_allowed(logic [15:0] written, logic [15:0] tail, logic [15:0] head, logic [15:0] size);
    tail_allowed = written - head <= size && written - head >= tail - head;
  endfunction

  always_comb begin
    refusal = RefusalNone;
    // Whether there is such a register at all is asked first: `unmapped` does not depend on the refusal.
    refusal_o = RefusalNone;
    if (request_i) begin
      if (other_owner) begin
        refusal = RefusalOwner;
      end else if (write_i) begin
        case ({4'd0, word_i, 2'b00})
          mailbox_registers_pkg::RING_SUBMISSION_BASE_LOW_OFFSET,
          mailbox_registers_pkg::RING_SUBMISSION_BASE_HIGH_OFFSET,
          mailbox_registers_pkg::RING_COMPLETION_BASE_LOW_OFFSET,
          mailbox_registers_pkg::RING_COMPLETION_BASE_HIGH_OFFSET,
          mailbox_registers_pkg::RING_SIZE_OFFSET:
            refusal = lock_ring_i ? RefusalLocked : (enable_q || busy_o) ? RefusalBusy : RefusalNone;
          mailbox_registers_pkg::RING_CONTROL_OFFSET:
            refusal = (write_data_i[EnableBit] && !enable_q && busy_o) ? RefusalBusy : RefusalNone;
          mailbox_registers_pkg::RING_SUBMISSION_TAIL_OFFSET:
            refusal = !enable_q ? RefusalDisabled :
                      tail_allowed(write_data_i[15:0], submission_tail_q, submission_head_q, submission_size) ?
                      RefusalNone : RefusalIndex;
          mailbox_registers_pkg::RING_COMPLETION_HEAD_OFFSET:
            refusal = !enable_q ? RefusalDisabled :
                      (completion_tail_q - write_data_i[15:0] <= completion_tail_q - completion_head_q) ?
                      RefusalNone : RefusalIndex;
          mailbox_registers_pkg::RING_OWNER_OFFSET: refusal = lock_owner_i ? RefusalLocked : RefusalNone;
          default: ;
        endcase
      end
      refusal_o = unmapped ? RefusalAddress : refusal;
    end
  end

  // ---- what the engine sees, and what comes of its answers ----
  logic start;
  logic abort_end;
  logic [15:0] submission_tail_next;
  logic [15:0] submission_head_next;
  logic [15:0] level_next;

  assign exhausted_o = exhausted;
  assign high_priority_o = high_priority_q;

  always_comb begin
    aborting_o = 1'b0;
    busy_o = 1'b0;
    drop_o = 1'b0;
    abort_end = 1'b0;
    if (working) begin
      aborting_o = aborting_q || (abort_i && !aborted_by_reset_q);
      busy_o = in_work_i || aborting_o;
      drop_o = aborting_o || failed_q;
      abort_end = aborting_o && drained_q;
    end
  end

  always_comb begin
    ready_o = 1'b0;
    if (!exhausted) begin
      ready_o = enable_q && !aborting_o && !hold_i && !barrier_q && reserved_q - completion_head_q < completion_size;
    end
  end

  always_comb begin
    start = 1'b0;
    submission_tail_next = '0;
    submission_head_next = '0;
    level_next = '0;
    if (awake) begin
      start = control_write && enable_data && !enable_q;
      submission_tail_next = submission_tail_write ? submission_tail_data : submission_tail_q;
      submission_head_next = submission_head_q + (completed_i ? completed_descriptors_i : '0);
      level_next = submission_tail_next - submission_head_next;
    end
  end

  // ---- events ----
  logic announce;
  logic [5:0] event_set;

  // Moderation goes on while the ring is disabled: what was completed is announced.
  mailbox_moderation u_moderation (
    .clk_i,
    .rst_ni,
    .clear_i(clear_i || start),
    .cycle_i,
    .count_i(completed_i && completed_interrupt_i),
    .threshold_i(moderation_count),
    .time_i(moderation_time),
    .announce_o(announce),
    .waiting_o(moderating_o),
    .quiet_o
  );

  assign completion_event_o = event_q[0];
  assign error_event_o = event_q[5:1] != '0;

  always_comb begin
    event_set = '0;
    if (awake) begin
      event_set = {completion_failed_i, fetch_failed_i, abort_end && !abort_i, refusal == RefusalIndex,
                   completed_i && completed_bad_i, announce};
    end
  end

  // ---- state ----
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      enable_q <= 1'b0;
      high_priority_q <= 1'b0;
      failed_q <= 1'b0;
      aborting_q <= 1'b0;
      aborted_by_reset_q <= 1'b0;
      drained_q <= 1'b0;
      submission_tail_q <= '0;
      submission_head_q <= '0;
      completion_tail_q <= '0;
      completion_head_q <= '0;
      high_water_mark_q <= '0;
      fetch_q <= '0;
      reserved_q <= '0;
      barrier_q <= 1'b0;
      event_q <= '0;
      error_address_q <= '0;
    end else if (awake) begin
      if (clear_i || control_write || abort_end || fetch_failed_i || completion_failed_i) begin
        failed_q <= !clear_i && !start && (failed_q || completion_failed_i);
        enable_q <= !clear_i && !abort_end && !fetch_failed_i && !completion_failed_i &&
                    (control_write ? enable_data : enable_q);
        high_priority_q <= !clear_i && (control_write ? high_priority_data : high_priority_q);
      end
      if (clear_i || command_write || aborting_o || aborted_by_reset_q) begin
        aborting_q <= !clear_i && ((command_write && abort_data) || (aborting_q && !abort_end));
        aborted_by_reset_q <= !clear_i && abort_i && (aborted_by_reset_q || abort_end);
        drained_q <= !clear_i && aborting_o && !in_work_i && !abort_end;
      end
      if (clear_i || start || submission_tail_write || completion_head_write || completed_i || count_clear_i) begin
        submission_tail_q <= (clear_i || start) ? '0 : submission_tail_next;
        submission_head_q <= (clear_i || start) ? '0 : submission_head_next;
        completion_tail_q <= (clear_i || start) ? '0 : completion_tail_q + 16'(completed_i);
        completion_head_q <= (clear_i || start) ? '0 : completion_head_write ? completion_head_data : completion_head_q;
        high_water_mark_q <= (clear_i || start) ? '0 :
                             (count_clear_i || level_next > high_water_mark_q) ? level_next : high_water_mark_q;
      end
      if (clear_i || start || fetch_take_i || barrier_i || completed_i) begin
        fetch_q <= (clear_i || start) ? '0 : fetch_q + 16'(fetch_take_i);
        reserved_q <= (clear_i || start) ? '0 : reserved_q + 16'(message_take_i);
        barrier_q <= !clear_i && !start && (barrier_i || (barrier_q && !(completed_i && completed_barrier_i)));
      end
      if (clear_i || event_write || event_set != '0) begin
        event_q <= clear_i ? '0 : (event_q & ~(event_write ? event_data : '0)) | event_set;
      end
      if (clear_i || completion_failed_i || fetch_failed_i) begin
        error_address_q <= clear_i ? '0 : completion_failed_i ? completion_failed_address_i : fetch_failed_address_i;
      end
    end
  end

endmodule
