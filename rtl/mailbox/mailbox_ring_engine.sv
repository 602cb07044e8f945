// SPDX-License-Identifier: MIT
// The message in work: takes its descriptors, has their segments moved one after the other, and hands the message on
// to be completed.
//
// The first error of a message ends the moving; the remaining descriptors of a chain are taken and passed over, so
// that the next message begins where it should. A message whose ring is being aborted, whose ring has failed, or whose
// next descriptor could not be read is dropped once nothing of it is being moved: it has no completion.

module mailbox_ring_engine #(
  parameter int unsigned LengthMaximum = 1048576,
  parameter int unsigned RingCount = 4,
  localparam int unsigned LengthWidth = $clog2(LengthMaximum + 1),
  localparam int unsigned IndexWidth = $clog2(RingCount)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  // Rings that are being aborted: what is being moved is ended. Rings whose messages are to be dropped.
  input  logic   [RingCount-1:0] abort_i,
  input  logic   [RingCount-1:0] drop_i,

  // The descriptor that is held.
  input  logic                   held_valid_i,
  input  logic  [IndexWidth-1:0] held_ring_i,
  input  logic                   held_first_i,
  input  logic                   held_last_i,
  input  logic                   held_partial_i,
  input  logic                   held_malformed_i,
  input  logic            [31:0] held_length_i,
  input  logic            [15:0] held_tag_i,
  input  logic                   held_interrupt_i,
  input  logic                   held_fence_i,
  input  logic                   held_barrier_i,
  input  logic                   held_crc_i,
  input  logic                   held_notify_i,
  input  logic             [4:0] held_flag_i,
  input  logic             [1:0] held_window_i,
  input  logic             [2:0] held_peer_i,
  output logic                   take_o,
  // A descriptor that is not the first of its message, so one of the message in work, could not be read.
  input  logic                   fetch_failed_i,

  // The copy engine. Status and bytes belong to the segment that ended last.
  output logic                   move_o,
  output logic                   move_abort_o,
  input  logic                   move_finish_i,
  input  logic             [7:0] move_status_i,
  input  logic [LengthWidth-1:0] move_bytes_i,
  output logic                   crc_clear_o,
  output logic                   crc_enable_o,

  // The message in work; with complete_o it is handed on to be completed.
  output logic                   occupied_o,
  output logic  [IndexWidth-1:0] ring_o,
  input  logic                   completion_free_i,
  input  logic                   completion_occupied_i,
  input  logic  [IndexWidth-1:0] completion_ring_i,
  output logic                   complete_o,
  output logic             [7:0] status_o,
  output logic            [31:0] bytes_o,
  output logic            [15:0] descriptors_o,
  output logic            [15:0] tag_o,
  output logic                   interrupt_o,
  output logic                   barrier_o,
  output logic                   notify_o,
  output logic             [4:0] flag_o,
  output logic             [1:0] window_o,
  output logic             [2:0] peer_o
);

  localparam logic [7:0] StatusOk = 8'd0;
  localparam logic [7:0] StatusLength = 8'd1;
  localparam logic [7:0] StatusDescriptor = 8'd6;
  localparam logic [7:0] StatusChain = 8'd7;

  localparam logic [1:0] StateIdle = 2'd0;
  localparam logic [1:0] StateMove = 2'd1;
  localparam logic [1:0] StateNext = 2'd2;
  localparam logic [1:0] StateFinished = 2'd3;

  logic [1:0] state_q;
  logic [IndexWidth-1:0] ring_q;
  logic doomed_q;
  logic ended_q;
  logic [7:0] status_q;
  logic [31:0] bytes_q;
  logic [15:0] descriptors_q;
  logic crc_q;
  logic last_q;
  logic partial_q;
  logic [15:0] tag_q;
  logic interrupt_q;
  logic barrier_q;
  logic notify_q;
  logic [4:0] flag_q;
  logic [1:0] window_q;
  logic [2:0] peer_q;

  // ---- the result so far: the segment that has just ended included ----
  logic [7:0] status;
  logic [32:0] bytes_sum;
  logic [31:0] bytes;

  always_comb begin
    status = status_q;
    bytes_sum = '0;
    bytes = bytes_q;
    if (ended_q) begin
      status = (status_q == StatusOk) ? move_status_i : status_q;
      bytes_sum = {1'b0, bytes_q} + 33'(move_bytes_i);
      bytes = bytes_sum[32] ? '1 : bytes_sum[31:0];
    end
  end

  // ---- the next step ----
  logic drop;
  logic fence_holds;
  logic [7:0] check;
  logic [7:0] status_taken;

  always_comb begin
    drop = 1'b0;
    complete_o = 1'b0;
    fence_holds = 1'b0;
    take_o = 1'b0;
    check = StatusOk;
    status_taken = StatusOk;
    move_o = 1'b0;
    if (state_q == StateNext || state_q == StateFinished) begin
      drop = doomed_q || drop_i[ring_q];
      complete_o = state_q == StateFinished && !drop && completion_free_i;
    end
    if (held_valid_i && state_q != StateMove) begin
      // Without regard to an answer in this cycle: earlier completions are those that are not known to be answered.
      fence_holds = held_fence_i && ((completion_occupied_i && completion_ring_i == held_ring_i) ||
                                     (state_q == StateFinished && ring_q == held_ring_i));
      take_o = held_first_i ? (state_q == StateIdle || complete_o) && !fence_holds : state_q == StateNext && !drop;
      check = held_malformed_i ? StatusDescriptor :
              (held_length_i > LengthMaximum) ? StatusLength : StatusOk;
      status_taken = (held_first_i || status == StatusOk) ? check : status;
      move_o = take_o && status_taken == StatusOk && held_length_i != '0;
    end
  end

  assign move_abort_o = state_q == StateMove && abort_i[ring_q];
  assign crc_clear_o = take_o && held_first_i;
  assign crc_enable_o = crc_q;

  assign occupied_o = state_q != StateIdle;
  assign ring_o = ring_q;
  assign status_o = (status == StatusOk && partial_q) ? StatusChain : status;
  assign bytes_o = bytes;
  assign descriptors_o = descriptors_q;
  assign tag_o = tag_q;
  assign interrupt_o = interrupt_q;
  assign barrier_o = barrier_q;
  assign notify_o = notify_q;
  assign flag_o = flag_q;
  assign window_o = window_q;
  assign peer_o = peer_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StateIdle;
      ended_q <= 1'b0;
      doomed_q <= 1'b0;
    end else if (take_o || occupied_o) begin
      ended_q <= move_finish_i;
      doomed_q <= (doomed_q || fetch_failed_i) && !drop && !take_o;
      if (move_o) begin
        state_q <= StateMove;
      end else if (take_o) begin
        state_q <= held_last_i ? StateFinished : StateNext;
      end else if (move_finish_i) begin
        state_q <= last_q ? StateFinished : StateNext;
      end else if (drop || complete_o) begin
        state_q <= StateIdle;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ring_q <= '0;
      crc_q <= 1'b0;
      last_q <= 1'b0;
      partial_q <= 1'b0;
      tag_q <= '0;
      interrupt_q <= 1'b0;
      barrier_q <= 1'b0;
      notify_q <= 1'b0;
      flag_q <= '0;
      window_q <= '0;
      peer_q <= '0;
    end else if (take_o) begin
      ring_q <= held_ring_i;
      crc_q <= held_first_i ? held_crc_i : crc_q;
      last_q <= held_last_i;
      partial_q <= held_partial_i;
      tag_q <= held_tag_i;
      interrupt_q <= held_interrupt_i;
      barrier_q <= held_barrier_i;
      notify_q <= held_notify_i;
      flag_q <= held_flag_i;
      window_q <= held_window_i;
      peer_q <= held_peer_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      status_q <= StatusOk;
      bytes_q <= '0;
      descriptors_q <= '0;
    end else if (take_o || ended_q) begin
      status_q <= take_o ? status_taken : status;
      bytes_q <= (take_o && held_first_i) ? '0 : bytes;
      if (take_o) begin
        descriptors_q <= held_first_i ? 16'd1 : descriptors_q + 16'd1;
      end
    end
  end

endmodule
