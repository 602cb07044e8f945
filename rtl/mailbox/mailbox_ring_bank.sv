// SPDX-License-Identifier: MIT
// The rings of all agents, and the choice among them. Towards what serves them a ring is its number: agent * Rings +
// ring.

module mailbox_ring_bank #(
  parameter int unsigned Agents = 2,
  parameter int unsigned Rings = 2,
  localparam int unsigned RingCount = Agents * Rings,
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic           [63:0] cycle_i,

  // Registers: of agent_i's ring address_i[11:8].
  input  logic                  request_i,
  input  logic                  write_i,
  input  logic            [2:0] agent_i,
  input  logic           [11:0] address_i,
  input  logic           [31:0] write_data_i,
  input  logic            [7:0] requester_i,
  output logic           [31:0] read_data_o,
  output logic            [3:0] refusal_o,

  // One bit an agent.
  input  logic     [Agents-1:0] lock_ring_i,
  input  logic     [Agents-1:0] lock_owner_i,
  input  logic     [Agents-1:0] clear_i,
  input  logic     [Agents-1:0] count_clear_i,
  input  logic     [Agents-1:0] hold_i,
  input  logic     [Agents-1:0] abort_i,
  output logic     [Agents-1:0] busy_o,
  output logic     [Agents-1:0] completion_o,
  output logic     [Agents-1:0] error_o,
  output logic     [Agents-1:0] completed_o,

  // All ones, or the distance to the nearest deadline of moderation.
  output logic           [63:0] quiet_o,

  // What serves the rings: the choice is taken when the first descriptor of a message is asked for.
  output logic                  choice_valid_o,
  output logic [IndexWidth-1:0] choice_o,
  output logic  [RingCount-1:0] aborting_o,
  output logic  [RingCount-1:0] drop_o,
  output logic  [RingCount-1:0] exhausted_o,
  input  logic  [RingCount-1:0] in_work_i,

  // A descriptor of fetch_ring_i: its place; it was asked for; it could not be read, or holds back its ring.
  input  logic                  fetch_request_i,
  input  logic [IndexWidth-1:0] fetch_ring_i,
  output logic           [63:0] fetch_address_o,
  output logic           [15:0] fetch_number_o,
  input  logic                  fetch_grant_i,
  input  logic                  fetch_first_i,
  input  logic [IndexWidth-1:0] held_ring_i,
  input  logic                  barrier_i,
  input  logic                  fetch_failed_i,
  input  logic           [63:0] fetch_failed_address_i,

  // A completion of completion_ring_i: its place; its answer, in this cycle.
  input  logic                  completion_request_i,
  input  logic [IndexWidth-1:0] completion_ring_i,
  output logic           [63:0] completion_address_o,
  output logic           [15:0] completion_number_o,
  output logic                  completion_phase_o,
  input  logic                  completed_i,
  input  logic                  completed_bad_i,
  input  logic                  completed_interrupt_i,
  input  logic                  completed_barrier_i,
  input  logic           [15:0] completed_descriptors_i,
  input  logic                  completion_failed_i,
  input  logic           [63:0] completion_failed_address_i
);

  // ---- what is said to one ring ----
  logic [RingCount-1:0] ring_request;
  logic [RingCount-1:0] ring_fetch_take;
  logic [RingCount-1:0] ring_barrier;
  logic [RingCount-1:0] ring_fetch_failed;
  logic [RingCount-1:0] ring_completed;
  logic [RingCount-1:0] ring_completion_failed;

  always_comb begin
    ring_fetch_take = '0;
    if (fetch_request_i) begin
      ring_fetch_take[fetch_ring_i] = fetch_grant_i;
    end
  end

  always_comb begin
    ring_barrier = '0;
    ring_fetch_failed = '0;
    if (barrier_i || fetch_failed_i) begin
      ring_barrier[held_ring_i] = barrier_i;
      ring_fetch_failed[held_ring_i] = fetch_failed_i;
    end
  end

  always_comb begin
    ring_completed = '0;
    ring_completion_failed = '0;
    if (completed_i || completion_failed_i) begin
      ring_completed[completion_ring_i] = completed_i;
      ring_completion_failed[completion_ring_i] = completion_failed_i;
    end
  end

  // ---- the rings ----
  logic [RingCount*32-1:0] ring_read_data;
  logic [RingCount*4-1:0] ring_refusal;
  logic [RingCount-1:0] ring_completion_event;
  logic [RingCount-1:0] ring_error_event;
  logic [RingCount-1:0] ring_busy;
  logic [RingCount-1:0] ring_moderating;
  logic [RingCount*64-1:0] ring_quiet;
  logic [RingCount-1:0] ring_ready;
  logic [RingCount-1:0] ring_high_priority;
  logic [RingCount*64-1:0] ring_fetch_address;
  logic [RingCount*16-1:0] ring_fetch_number;
  logic [RingCount*64-1:0] ring_completion_address;
  logic [RingCount*16-1:0] ring_completion_number;
  logic [RingCount-1:0] ring_completion_phase;
  logic message_take;

  assign message_take = fetch_grant_i && fetch_first_i;

  for (genvar a = 0; a < Agents; a++) begin : gen_agent
    for (genvar r = 0; r < Rings; r++) begin : gen_ring
      localparam int unsigned Ring = a * Rings + r;

      mailbox_ring u_ring (
        .clk_i,
        .rst_ni,
        .clear_i(clear_i[a]),
        .count_clear_i(count_clear_i[a]),
        .lock_ring_i(lock_ring_i[a]),
        .lock_owner_i(lock_owner_i[a]),
        .hold_i(hold_i[a]),
        .abort_i(abort_i[a]),
        .cycle_i,
        .request_i(ring_request[Ring]),
        .write_i,
        .word_i(address_i[7:2]),
        .write_data_i,
        .requester_i,
        .read_data_o(ring_read_data[32*Ring +: 32]),
        .refusal_o(ring_refusal[4*Ring +: 4]),
        .completion_event_o(ring_completion_event[Ring]),
        .error_event_o(ring_error_event[Ring]),
        .busy_o(ring_busy[Ring]),
        .moderating_o(ring_moderating[Ring]),
        .quiet_o(ring_quiet[64*Ring +: 64]),
        .in_work_i(in_work_i[Ring]),
        .ready_o(ring_ready[Ring]),
        .high_priority_o(ring_high_priority[Ring]),
        .aborting_o(aborting_o[Ring]),
        .drop_o(drop_o[Ring]),
        .exhausted_o(exhausted_o[Ring]),
        .fetch_address_o(ring_fetch_address[64*Ring +: 64]),
        .fetch_number_o(ring_fetch_number[16*Ring +: 16]),
        .fetch_take_i(ring_fetch_take[Ring]),
        .message_take_i(ring_fetch_take[Ring] && fetch_first_i),
        .barrier_i(ring_barrier[Ring]),
        .fetch_failed_i(ring_fetch_failed[Ring]),
        .fetch_failed_address_i,
        .completion_address_o(ring_completion_address[64*Ring +: 64]),
        .completion_number_o(ring_completion_number[16*Ring +: 16]),
        .completion_phase_o(ring_completion_phase[Ring]),
        .completed_i(ring_completed[Ring]),
        .completed_bad_i,
        .completed_interrupt_i,
        .completed_barrier_i,
        .completed_descriptors_i,
        .completion_failed_i(ring_completion_failed[Ring]),
        .completion_failed_address_i
      );
    end

    assign busy_o[a] = ring_busy[a*Rings +: Rings] != '0;
    assign completion_o[a] = ring_completion_event[a*Rings +: Rings] != '0;
    assign error_o[a] = ring_error_event[a*Rings +: Rings] != '0;
  end

  // ---- register accesses ----
  always_comb begin
    ring_request = '0;
    read_data_o = '0;
    refusal_o = mailbox_registers_pkg::REFUSAL_CODE_NONE;
    if (request_i) begin
      refusal_o = mailbox_registers_pkg::REFUSAL_CODE_ADDRESS;
      for (int unsigned i = 0; i < RingCount; i++) begin
        if (32'(agent_i) == i / Rings && 32'(address_i[11:8]) == i % Rings) begin
          ring_request[i] = 1'b1;
          read_data_o = ring_read_data[32*i +: 32];
          refusal_o = ring_refusal[4*i +: 4];
        end
      end
    end
  end

  // Registers are words.
  logic [1:0] unused_address;
  assign unused_address = address_i[1:0];

  // ---- what is next ----
  mailbox_ring_arbiter #(
    .RingCount(RingCount)
  ) u_arbiter (
    .clk_i,
    .rst_ni,
    .ready_i(ring_ready),
    .high_priority_i(ring_high_priority),
    .valid_o(choice_valid_o),
    .index_o(choice_o),
    .take_i(message_take)
  );

  always_comb begin
    fetch_address_o = '0;
    fetch_number_o = '0;
    if (fetch_request_i) begin
      fetch_address_o = ring_fetch_address[64*fetch_ring_i +: 64];
      fetch_number_o = ring_fetch_number[16*fetch_ring_i +: 16];
    end
  end

  always_comb begin
    completion_address_o = '0;
    completion_number_o = '0;
    completion_phase_o = 1'b0;
    if (completion_request_i) begin
      completion_address_o = ring_completion_address[64*completion_ring_i +: 64];
      completion_number_o = ring_completion_number[16*completion_ring_i +: 16];
      completion_phase_o = ring_completion_phase[completion_ring_i];
    end
  end

  // ---- what the agents hear of ----
  always_comb begin
    completed_o = '0;
    if (completed_i) begin
      for (int unsigned a = 0; a < Agents; a++) begin
        completed_o[a] = ring_completed[a*Rings +: Rings] != '0;
      end
    end
  end

  always_comb begin
    quiet_o = '1;
    if (ring_moderating != '0) begin
      for (int unsigned i = 0; i < RingCount; i++) begin
        if (ring_quiet[64*i +: 64] < quiet_o) begin
          quiet_o = ring_quiet[64*i +: 64];
        end
      end
    end
  end

endmodule
