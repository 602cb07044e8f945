// SPDX-License-Identifier: MIT
// Points that runs should reach in what serves the rings, bound into mailbox_ring_pipeline: states and their changes,
// statuses, flags, alignments, aborts in every slot, and what the memory can do.

module ring_pipeline_cover #(
  parameter int unsigned RingCount = 4,
  parameter int unsigned LengthMaximum = 1048576
) (
  input logic                 clk_i,
  input logic                 rst_ni,
  input logic           [1:0] fetch_state_i,
  input logic           [1:0] engine_state_i,
  input logic                 fetch_grant_i,
  input logic                 fetch_first_i,
  input logic                 fetch_failed_i,
  input logic                 take_i,
  input logic                 move_i,
  input logic                 held_valid_i,
  input logic                 held_first_i,
  input logic                 held_last_i,
  input logic                 held_fence_i,
  input logic                 held_barrier_i,
  input logic                 held_interrupt_i,
  input logic                 held_crc_i,
  input logic                 held_notify_i,
  input logic                 held_partial_i,
  input logic           [2:0] held_source_i,
  input logic           [2:0] held_destination_i,
  input logic          [31:0] held_length_i,
  input logic                 held_dropped_i,
  input logic                 engine_dropped_i,
  input logic                 move_abort_i,
  input logic                 doomed_i,
  input logic                 complete_i,
  input logic           [7:0] status_i,
  input logic                 completion_occupied_i,
  input logic                 completion_pending_i,
  input logic                 completion_dropped_i,
  input logic                 completion_request_i,
  input logic                 message_request_i,
  input logic                 message_grant_i,
  input logic           [1:0] message_state_i,
  input logic                 data_owed_i,
  input logic                 answered_i,
  input logic [RingCount-1:0] aborting_i,
  input logic                 awvalid_i,
  input logic                 awready_i,
  input logic                 wvalid_i,
  input logic                 wready_i,
  input logic           [1:0] arid_i,
  input logic                 arvalid_i,
  input logic                 arready_i,
  input logic           [1:0] rid_i,
  input logic                 rlast_i,
  input logic                 rvalid_i,
  input logic           [1:0] bid_i,
  input logic                 bvalid_i
);

  localparam logic [1:0] FetchRead = 2'd1;
  localparam logic [1:0] EngineMove = 2'd1;

  logic [1:0] fetch_state_q;
  logic [1:0] engine_state_q;
  logic [1:0] rid_q;
  logic open_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fetch_state_q <= '0;
      engine_state_q <= '0;
      rid_q <= '0;
      open_q <= 1'b0;
    end else if (fetch_state_i != fetch_state_q || engine_state_i != engine_state_q || rvalid_i) begin
      fetch_state_q <= fetch_state_i;
      engine_state_q <= engine_state_i;
      rid_q <= rvalid_i ? rid_i : rid_q;
      open_q <= rvalid_i ? !rlast_i : open_q;
    end
  end

  // ---- states and their changes: idle, read, held; idle, move, next, finished ----
  for (genvar from = 0; from < 3; from++) begin : gen_fetch_from
    for (genvar to = 0; to < 3; to++) begin : gen_to
      // Nothing is held that was not read.
      if (from != to && !(from == 0 && to == 2)) begin : gen_change
        fetch_changes: cover property (@(posedge clk_i) fetch_state_q == 2'(from) && fetch_state_i == 2'(to));
      end
    end
  end
  for (genvar from = 0; from < 4; from++) begin : gen_engine_from
    for (genvar to = 0; to < 4; to++) begin : gen_to
      // A segment always ends in `next` or `finished`.
      if (from != to && !(from == 1 && to == 0)) begin : gen_change
        engine_changes: cover property (@(posedge clk_i) engine_state_q == 2'(from) && engine_state_i == 2'(to));
      end
    end
  end

  // ---- statuses and flags ----
  for (genvar i = 0; i < 8; i++) begin : gen_status
    completed_with: cover property (@(posedge clk_i) complete_i && status_i == 8'(i));
  end
  flag_interrupt: cover property (@(posedge clk_i) take_i && held_interrupt_i);
  flag_fence: cover property (@(posedge clk_i) take_i && held_first_i && held_fence_i);
  fence_waits: cover property (@(posedge clk_i) held_valid_i && held_fence_i && held_first_i && !take_i &&
                               completion_occupied_i);
  flag_barrier: cover property (@(posedge clk_i) take_i && held_last_i && held_barrier_i);
  flag_crc: cover property (@(posedge clk_i) take_i && held_first_i && held_crc_i);
  flag_notify: cover property (@(posedge clk_i) take_i && held_notify_i);
  chain_goes_on: cover property (@(posedge clk_i) take_i && !held_first_i && move_i);
  chain_passed_over: cover property (@(posedge clk_i) take_i && !held_first_i && !move_i && held_length_i != '0);
  chain_partial: cover property (@(posedge clk_i) take_i && held_partial_i);
  read_ahead: cover property (@(posedge clk_i) fetch_grant_i && fetch_first_i && engine_state_i == EngineMove);
  three_in_work: cover property (@(posedge clk_i) fetch_state_i != '0 && engine_state_i == EngineMove &&
                                 completion_pending_i);
  taken_while_completing: cover property (@(posedge clk_i) take_i && complete_i);

  // ---- lengths and alignments ----
  length_none: cover property (@(posedge clk_i) take_i && held_length_i == '0);
  length_one: cover property (@(posedge clk_i) move_i && held_length_i == 32'd1);
  length_page: cover property (@(posedge clk_i) move_i && held_length_i == 32'd4096);
  length_beyond_page: cover property (@(posedge clk_i) move_i && held_length_i == 32'd4097);
  length_largest: cover property (@(posedge clk_i) move_i && held_length_i == LengthMaximum);
  length_too_large: cover property (@(posedge clk_i) take_i && held_length_i == LengthMaximum + 1);
  for (genvar s = 0; s < 8; s++) begin : gen_source
    for (genvar d = 0; d < 8; d++) begin : gen_destination
      alignment: cover property (@(posedge clk_i) move_i && held_source_i == 3'(s) &&
                                 held_destination_i == 3'(d));
    end
  end

  // ---- aborts and failures, by slot ----
  abort_reading: cover property (@(posedge clk_i) fetch_state_i == FetchRead && aborting_i != '0);
  abort_held: cover property (@(posedge clk_i) held_dropped_i);
  abort_moving: cover property (@(posedge clk_i) move_abort_i);
  abort_moving_owing: cover property (@(posedge clk_i) move_abort_i && data_owed_i);
  abort_moved: cover property (@(posedge clk_i) engine_dropped_i);
  abort_completion: cover property (@(posedge clk_i) completion_dropped_i);
  abort_completing: cover property (@(posedge clk_i) completion_pending_i && aborting_i != '0);
  chain_fetch_fails: cover property (@(posedge clk_i) fetch_failed_i && !held_first_i);
  message_doomed: cover property (@(posedge clk_i) doomed_i);

  // ---- the port ----
  address_waits: cover property (@(posedge clk_i) awvalid_i && !awready_i);
  data_waits: cover property (@(posedge clk_i) wvalid_i && !wready_i);
  read_waits: cover property (@(posedge clk_i) arvalid_i && !arready_i && arid_i == 2'd0);
  fetch_waits: cover property (@(posedge clk_i) arvalid_i && !arready_i && arid_i == 2'd1);
  data_before_address: cover property (@(posedge clk_i) awvalid_i && !awready_i && wvalid_i && wready_i);
  reads_interleave: cover property (@(posedge clk_i) rvalid_i && open_q && rid_i != rid_q);
  message_waits_for_payload: cover property (@(posedge clk_i) message_request_i && data_owed_i);
  message_waits_for_completion: cover property (@(posedge clk_i) message_request_i && completion_request_i);
  message_beside_completion: cover property (@(posedge clk_i) message_grant_i && completion_pending_i);
  message_low_half: cover property (@(posedge clk_i) message_state_i == 2'b10 && bvalid_i && bid_i == 2'd2);
  message_high_half: cover property (@(posedge clk_i) message_state_i == 2'b11 && bvalid_i && bid_i == 2'd2);
  answer_with_choice: cover property (@(posedge clk_i) answered_i && fetch_grant_i);

endmodule
