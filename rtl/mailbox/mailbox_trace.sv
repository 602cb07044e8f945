// SPDX-License-Identifier: MIT
// Trace lanes 0, 3, 4 and 5: what accesses did, which wires changed, which timers matched, which resets ended. Lanes 1 and
// 2 come from the rings. Kinds, channels and values are listed in OPERATION.md.

module mailbox_trace #(
  parameter int unsigned Agents = 2
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  // The access of this cycle to an agent's window; code 0 is OKAY.
  input  logic              access_i,
  input  logic              write_i,
  input  logic        [2:0] agent_i,
  input  logic       [15:0] offset_i,
  input  logic       [31:0] write_data_i,
  input  logic        [7:0] requester_i,
  input  logic        [3:0] code_i,
  input  logic       [15:0] flushed_words_i,

  input  logic [Agents-1:0] irq_i,
  input  logic [Agents-1:0] timer_match_i,
  input  logic [Agents-1:0] reset_done_i,

  output logic              access_valid_o,
  output logic        [7:0] access_kind_o,
  output logic        [7:0] access_channel_o,
  output logic       [31:0] access_value_o,
  // {reset_done, timer_match, wires}, each for all agents together.
  output logic        [2:0] whole_valid_o,
  output logic       [23:0] whole_kind_o,
  output logic       [95:0] whole_value_o
);

  localparam logic [7:0] KindNone = 8'd0;
  localparam logic [7:0] KindDoorbellSet = 8'd1;
  localparam logic [7:0] KindDoorbellClear = 8'd2;
  localparam logic [7:0] KindFifoPush = 8'd3;
  localparam logic [7:0] KindFifoPop = 8'd4;
  localparam logic [7:0] KindFifoFlush = 8'd5;
  localparam logic [7:0] KindRingSubmit = 8'd6;
  localparam logic [7:0] KindRingAbort = 8'd7;
  localparam logic [7:0] KindSoftReset = 8'd8;
  localparam logic [7:0] KindRefused = 8'd9;
  localparam logic [7:0] KindWires = 8'd32;
  localparam logic [7:0] KindTimerMatch = 8'd33;
  localparam logic [7:0] KindResetDone = 8'd34;

  // ---- lane 0 ----
  logic [7:0] kind;
  logic [31:0] value;
  logic [7:0] doorbell_channel;
  logic [7:0] fifo_channel;
  logic [7:0] ring_channel;
  logic [7:0] channel;

  assign doorbell_channel = {agent_i, offset_i[9:7], offset_i[6:5]};
  assign fifo_channel = {agent_i, offset_i[10:8], offset_i[7:6]};
  assign ring_channel = {agent_i, 3'd0, offset_i[9:8]};

  always_comb begin
    kind = KindNone;
    channel = '0;
    value = '0;
    if (access_i) begin
      channel = {agent_i, 5'd0};
      value = write_data_i;
      if (code_i != mailbox_registers_pkg::REFUSAL_CODE_NONE) begin
        kind = KindRefused;
        value = {offset_i, requester_i, 3'd0, write_i, code_i};
      end else if (write_i) begin
        case (offset_i[15:12])
          4'd0: begin
            if (offset_i[11:0] == mailbox_registers_pkg::CONTROL_OFFSET &&
                write_data_i[mailbox_registers_pkg::CONTROL_SOFT_RESET_LOW]) begin
              kind = KindSoftReset;
              value = '0;
            end
          end
          4'd1: begin
            channel = doorbell_channel;
            if (offset_i[4:0] == mailbox_registers_pkg::DOORBELL_SET_OFFSET[4:0]) begin
              kind = KindDoorbellSet;
            end
          end
          4'd2: begin
            channel = doorbell_channel;
            if (offset_i[4:0] == mailbox_registers_pkg::DOORBELL_CLEAR_OFFSET[4:0]) begin
              kind = KindDoorbellClear;
            end
          end
          4'd3: begin
            channel = fifo_channel;
            if (offset_i[5:0] == mailbox_registers_pkg::FIFO_PUSH_OFFSET[5:0]) begin
              kind = KindFifoPush;
            end else if (offset_i[5:0] == mailbox_registers_pkg::FIFO_SEND_FLUSH_OFFSET[5:0] &&
                         write_data_i[mailbox_registers_pkg::FIFO_SEND_FLUSH_FLUSH_LOW]) begin
              kind = KindFifoFlush;
              value = {16'd0, flushed_words_i};
            end
          end
          4'd4: begin
            channel = fifo_channel;
            if (offset_i[5:0] == mailbox_registers_pkg::FIFO_POP_OFFSET[5:0]) begin
              kind = KindFifoPop;
              value = {16'd0, write_data_i[15:0]};
            end else if (offset_i[5:0] == mailbox_registers_pkg::FIFO_RECEIVE_FLUSH_OFFSET[5:0] &&
                         write_data_i[mailbox_registers_pkg::FIFO_RECEIVE_FLUSH_FLUSH_LOW]) begin
              kind = KindFifoFlush;
              value = {16'd0, flushed_words_i};
            end
          end
          4'd5: begin
            channel = ring_channel;
            if (offset_i[7:0] == mailbox_registers_pkg::RING_SUBMISSION_TAIL_OFFSET[7:0]) begin
              kind = KindRingSubmit;
              value = {16'd0, write_data_i[15:0]};
            end else if (offset_i[7:0] == mailbox_registers_pkg::RING_COMMAND_OFFSET[7:0] &&
                         write_data_i[mailbox_registers_pkg::RING_COMMAND_ABORT_LOW]) begin
              kind = KindRingAbort;
              value = '0;
            end
          end
          default: ;
        endcase
      end else if (offset_i[15:12] == 4'd4 &&
                   offset_i[5:0] == mailbox_registers_pkg::FIFO_AUTO_POP_OFFSET[5:0]) begin
        kind = KindFifoPop;
        channel = fifo_channel;
        value = 32'd1;
      end
    end
  end

  assign access_valid_o = kind != KindNone;
  assign access_kind_o = kind;
  assign access_channel_o = channel;
  assign access_value_o = value;

  // ---- lanes 3, 4, 5 ----
  logic [Agents-1:0] irq_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      irq_q <= '0;
    end else if (irq_i != irq_q) begin
      irq_q <= irq_i;
    end
  end

  assign whole_valid_o = {reset_done_i != '0, timer_match_i != '0, irq_i != irq_q};
  assign whole_kind_o = {KindResetDone, KindTimerMatch, KindWires};
  assign whole_value_o = {32'(reset_done_i), 32'(timer_match_i), 32'(irq_i)};

endmodule
