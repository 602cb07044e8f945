// SPDX-License-Identifier: MIT
// Who is next in turn: the first candidate after the one that was served last, round the end.

module mailbox_ring_turn #(
  parameter int unsigned Candidates = 4,
  localparam int unsigned IndexWidth = $clog2(Candidates)
) (
  input  logic [Candidates-1:0] candidates_i,
  input  logic [IndexWidth-1:0] last_i,
  output logic [IndexWidth-1:0] index_o
);

  always_comb begin
    index_o = '0;
    if (candidates_i != '0) begin
      // The lowest of all, unless there is one above the last: the lowest of those.
      for (int unsigned i = 0; i < Candidates; i++) begin
        if (candidates_i[Candidates - 1 - i]) begin
          index_o = IndexWidth'(Candidates - 1 - i);
        end
      end
      for (int unsigned i = 0; i < Candidates; i++) begin
        if (candidates_i[Candidates - 1 - i] && IndexWidth'(Candidates - 1 - i) > last_i) begin
          index_o = IndexWidth'(Candidates - 1 - i);
        end
      end
    end
  end

endmodule
