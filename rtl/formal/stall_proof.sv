// SPDX-License-Identifier: MIT
// A push into a full channel waits, and not for ever: at most the cycles that FIFO_SEND_CONTROL names, and one more if a
// read has its turn then.
//
// Assumed of the register port, which `axi_lite` proves: a write that could be executed stays until it is, alone among
// writes; it is passed over by one read at most, once nothing holds it back. Resets and who asks are free. Followed is the channel from
// agent 0 to agent 1.

module stall_proof (
  input logic        clk_i,
  input logic        held_i,
  input logic [11:0] held_address_i,
  input logic  [7:0] held_requester_i,
  input logic        execute_i,
  input logic        read_i,
  input logic        other_write_i,
  input logic [11:0] address_i,
  input logic  [7:0] requester_i,
  input logic [31:0] write_data_i,
  input logic  [1:0] clear_i,
  input logic  [1:0] lock_owner_i,
  input logic  [1:0] count_clear_i
);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic wait_push;
  logic [31:0] read_data;
  logic [3:0] refusal;
  logic [1:0] receive;
  logic [1:0] space;
  logic [1:0] error;
  logic moving;
  logic [15:0] flushed_words;

  logic sender_access;

  assign sender_access = execute_i || (read_i && address_i[0]);

  // The write on hold, a read of either frame, or a write to the receiver's frame, which nothing holds back.
  mailbox_fifos #(
    .Agents(2),
    .FifoChannels(1),
    .FifoDepth(2),
    .FifoWidth(1),
    .Parity(0)
  ) u_fifos (
    .clk_i,
    .rst_ni(started_q),
    .sender_request_i(sender_access),
    .receiver_request_i(other_write_i || (read_i && !address_i[0])),
    .write_i(execute_i || other_write_i),
    .agent_i({2'b00, !sender_access}),
    .address_i(execute_i ? held_address_i : {address_i[11:2], 2'b00}),
    .write_data_i,
    .requester_i(execute_i ? held_requester_i : requester_i),
    .read_data_o(read_data),
    .refusal_o(refusal),
    .held_i,
    .held_agent_i(3'd0),
    .held_address_i,
    .held_requester_i,
    .wait_o(wait_push),
    .clear_i,
    .lock_owner_i,
    .count_clear_i,
    .receive_o(receive),
    .space_o(space),
    .error_o(error),
    .moving_o(moving),
    .flushed_words_o(flushed_words)
  );

  (* hierconn *) logic [15:0] \u_fifos.waited_q ;
  (* hierconn *) logic [15:0] \u_fifos.g_receiver[1].g_sender[0].g_channel[0].g_present.u_channel.stall_cycles ;
  (* hierconn *) logic \u_fifos.g_receiver[1].g_sender[0].g_channel[0].g_present.u_channel.full ;

  // The channel that the held push is for, and what it allows.
  logic [15:0] stall_cycles;
  logic full;
  logic for_channel;

  assign stall_cycles = \u_fifos.g_receiver[1].g_sender[0].g_channel[0].g_present.u_channel.stall_cycles ;
  assign full = \u_fifos.g_receiver[1].g_sender[0].g_channel[0].g_present.u_channel.full ;
  assign for_channel = held_i && held_address_i == 12'h100;

  // Cycles since the write could have been executed first, and the bound that held then: a reset of the sender may set
  // it to 0 meanwhile, nothing may raise it.
  logic waiting_q;
  logic passed_q;
  logic [16:0] age_q;
  logic [15:0] bound_q;
  logic [16:0] age;
  logic [15:0] bound;
  logic [19:0] held_q;

  assign age = waiting_q ? age_q : '0;
  assign bound = waiting_q ? bound_q : stall_cycles;

  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) begin
      waiting_q <= 1'b0;
      passed_q <= 1'b0;
      age_q <= '0;
      bound_q <= '0;
      held_q <= '0;
    end else begin
      waiting_q <= held_i && !execute_i;
      passed_q <= held_i && !execute_i && (passed_q || !wait_push);
      age_q <= age + 17'd1;
      bound_q <= bound;
      held_q <= {held_address_i, held_requester_i};
    end
  end

  // After an execution the port is empty for a cycle: the response has just left, or waits.
  logic executed_q;
  always_ff @(posedge clk_i or negedge started_q) begin
    if (!started_q) executed_q <= 1'b0;
    else executed_q <= execute_i;
  end

  always_comb begin
    assume (!waiting_q || (held_i && held_q == {held_address_i, held_requester_i}));
    assume (!executed_q || !held_i);
    assume (!execute_i || (held_i && !wait_push));
    assume (!(held_i && !wait_push && passed_q) || execute_i);
    assume (!(held_i && !wait_push) || execute_i || read_i);
    assume (!other_write_i || !held_i);
    assume (32'(execute_i) + 32'(read_i) + 32'(other_write_i) <= 32'd1);
    if (started_q) begin
      only_pushes_wait: assert (!wait_push || for_channel);
      waits_for_room_alone: assert (!wait_push || full);
      bound_never_grows: assert (!waiting_q || !for_channel || stall_cycles <= bound_q);
      wait_is_counted: assert (!waiting_q || !for_channel || age == {1'b0, \u_fifos.waited_q } + 17'(passed_q));
      passed_while_waiting: assert (!passed_q || waiting_q);
      passed_over_once: assert (!waiting_q || !for_channel || !passed_q || !wait_push);
      count_starts_new: assert (waiting_q || \u_fifos.waited_q  == '0 || executed_q);
      wait_is_bounded: assert (!for_channel || age <= {1'b0, bound} + 17'd1);
      answered_in_time: assert (!(for_channel && age == {1'b0, bound} + 17'd1) || execute_i);
      waits: cover (for_channel && wait_push && age == 17'd1);
      refused_at_the_bound: cover (for_channel && execute_i && refusal != '0 && age == 17'd1 && bound == 16'd1);
      room_in_time: cover (for_channel && execute_i && refusal == '0 && \u_fifos.waited_q  == 16'd1 && bound == 16'd9);
      read_at_the_bound: cover (for_channel && execute_i && age == 17'd2 && bound == 16'd1);
    end
  end

endmodule
