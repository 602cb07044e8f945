# SPDX-License-Identifier: MIT
"""Tests of the mutation tool: what it changes, that it changes nothing unasked, and that it judges rightly."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from harness.paths import ROOT
from rtl.mutation.build import MutationError
from rtl.mutation.campaign import Campaign, Outcome, Run, read_runs
from rtl.mutation.mutate import choose, report_text, share
from rtl.mutation.operators import neighbours
from rtl.mutation.schemata import Mutant, mutate
from rtl.mutation.sites import find_sites
from rtl.mutation.survivors import Explanation, explained, read_explanations, stale
from rtl.mutation.tokens import SourceError, tokenize

MODULE = """
module example #(parameter int unsigned Width = 8 + 0) (
  input logic clk_i, input logic rst_ni, input logic [Width-1:0] data_i, output logic [7:0] data_o
);
  localparam int unsigned Half = Width / 2;
  logic [3:0] count_q; // with a comment: a == b
  assign data_o = {{4{count_q[3]}}, 4'(data_i[7:4] & {2{2'b01}})};
  if (Width > 4) begin : gen_wide
    other #(.Depth(Width + 1)) u_other (.clk_i, .go_i(count_q == 4'd3), .out_o(data[Half - 1:0]));
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
    end else if (data_i[0] && count_q < 4'd9) begin
      count_q <= data_i[1] ? count_q + 4'd1 : '0;
    end
  end
endmodule
"""


def changes(statement: str) -> list[tuple[str, str]]:
    """Operators and texts after, of all mutants of one statement in a combinational block."""
    _, mutants = mutate("x.sv", f"module m;\nalways_comb begin\n{statement}\nend\nendmodule\n", 1)
    return [(mutant.operator, mutant.after) for mutant in mutants]


def test_tokens_know_their_place_and_comments_are_none() -> None:
    tokens = tokenize("a /* x */ <= 4'hF; // y\n'0 pkg::b")
    assert [token.text for token in tokens] == ["a", "<=", "4'hF", ";", "'0", "pkg::b"]
    assert [token.line for token in tokens] == [1, 1, 1, 1, 2, 2]


def test_what_is_no_token_is_an_error_that_names_the_line() -> None:
    with pytest.raises(SourceError, match="line 2"):
        tokenize("a\n\\b")


def test_sites_are_what_runs_and_not_what_sizes_it() -> None:
    sites = {(site.kind, site.target) for site in find_sites(MODULE)}
    assert sites == {
        ("assign", "data_o"),
        ("port", ".go_i"),
        ("reset", "count_q"),
        ("condition", ""),
        ("next", "count_q"),
    }


def test_widths_counts_and_ranges_are_left_alone() -> None:
    _, mutants = mutate("example.sv", MODULE, 1)
    for mutant in mutants:
        assert "Half" not in mutant.after
        assert (
            re.findall(r"\{[42]\{", mutant.after) == re.findall(r"\{[42]\{", mutant.before)
            or "(deleted)" in mutant.after
        )
        assert "[7:4]" in mutant.after or "data_o" not in mutant.before


def test_lines_stay_where_they_are() -> None:
    source = "module m;\nassign a = b &&\n  c;\nassign d = !e;\nendmodule\n"
    text, mutants = mutate("m.sv", source, 1)
    assert text.count("\n") == source.count("\n")
    assert {mutant.line for mutant in mutants if "assign d" in mutant.before} == {4}
    assert text.splitlines()[3].startswith("assign d")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("a = b == c;", ("operator", "a = b != c")),
        ("a = b && c;", ("operator", "a = b || c")),
        ("a = b & c;", ("operator", "a = b | c")),
        ("a = b < c;", ("operator", "a = b <= c")),
        ("a = b + c;", ("operator", "a = b - c")),
        ("a = !b;", ("negation", "a = b")),
        ("a = &b;", ("reduction", "a = |b")),
        ("a = b[3];", ("index", "a = b[2]")),
        ("a = s ? b : c;", ("arms", "a = s ? (c) : (b)")),
        ("a = s ? t ? b : c : d;", ("arms", "a = s ? (d) : (t ? b : c)")),
        ("if (b) a = 4'd1;", ("forced", "if (1'b0)")),
        ("a = 0; if (b) a = 1;", ("deleted", "(deleted) a = 1")),
    ],
)
def test_each_operator_makes_its_change(statement: str, expected: tuple[str, str]) -> None:
    assert expected in changes(statement)


def test_an_assignment_without_a_value_before_it_is_not_deleted() -> None:
    assert not [text for operator, text in changes("if (b) a = c; else a = d;") if operator == "deleted"]


def test_a_reset_value_is_flipped_and_the_reset_stays() -> None:
    _, mutants = mutate("example.sv", MODULE, 1)
    assert [mutant.after for mutant in mutants if mutant.operator == "reset"] == ["count_q <= '1"]
    assert not [mutant for mutant in mutants if "rst_ni" in mutant.before]


@pytest.mark.parametrize(
    ("number", "expected"),
    [("1'b0", ["1'b1"]), ("'0", ["'1"]), ("4'hf", ["4'he", "4'h0"]), ("3'd0", ["3'd7", "3'd1"]), ("8", ["9", "7"])],
)
def test_neighbours_of_a_number_are_as_wide(number: str, expected: list[str]) -> None:
    assert neighbours(number) == expected


BENCH = """
module bench;
  logic clk = 0, rst_n = 0, clear, push, pop;
  logic [7:0] data, got, wanted;
  logic [2:0] level, level_wanted;
  logic full, empty, full_wanted, empty_wanted;
  logic [31:0] random = 32'd1;
  int differences = 0;
  PORTS
  initial begin
    for (int i = 0; i < 2000; i++) begin
      random = random * 32'd1664525 + 32'd1013904223;
      clear = i > 99 && random[31:28] == 4'd0;
      {push, pop, data} = {random[27:20] > 8'd100, random[19:12] > 8'd110, random[11:4]};
      rst_n = i > 2;
      #1 clk = 1;
      #1 clk = 0;
      if (rst_n && {level, full, empty} != {level_wanted, full_wanted, empty_wanted}) differences++;
      if (rst_n && !empty && got != wanted) differences++;
    end
    $display("differences %0d", differences);
    $finish;
  end
endmodule
"""
FIFO = """
module {name} (
  input logic clk_i, input logic rst_ni, input logic clear_i, input logic push_i, input logic [7:0] data_i,
  input logic pop_i, output logic [7:0] data_o, output logic [2:0] level_o, output logic full_o, output logic empty_o
);
  logic [7:0] storage_q [4];
  logic [1:0] write_q, read_q;
  logic [2:0] level_q;
  logic push, pop;
  assign full_o = level_q == 3'd4;
  assign empty_o = level_q == '0;
  assign level_o = level_q;
  assign data_o = storage_q[read_q];
  assign push = push_i && !full_o;
  assign pop = pop_i && !empty_o;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= '0;
      read_q <= '0;
      level_q <= '0;
    end else if (clear_i || push || pop) begin
      write_q <= clear_i ? '0 : write_q + 2'(push);
      read_q <= clear_i ? '0 : read_q + 2'(pop);
      level_q <= clear_i ? '0 : level_q + 3'(push) - 3'(pop);
    end
  end
  always_ff @(posedge clk_i) begin
    if (push) begin
      storage_q[write_q] <= data_i;
    end
  end
endmodule
"""


def differences(program: Path, number: int | None) -> int:
    """In how many cycles the module with mutants differs from the one without."""
    environment = {name: value for name, value in os.environ.items() if name != "BELFRY_MUTANT"}
    if number is not None:
        environment["BELFRY_MUTANT"] = str(number)
    said = subprocess.run([program], env=environment, capture_output=True, text=True, check=True, timeout=30).stdout
    found = re.search(r"differences (\d+)", said)
    assert found is not None, said
    return int(found.group(1))


def test_without_a_number_the_mutated_module_is_the_original_and_with_one_it_is_not(tmp_path: Path) -> None:
    connections = ".clk_i(clk), .rst_ni(rst_n), .clear_i(clear), .push_i(push), .data_i(data), .pop_i(pop)"
    mutated, mutants = mutate("fifo.sv", FIFO.replace("{name}", "mutated"), 1)
    ports = f"mutated u_mutated ({connections}, .data_o(got), .level_o(level), .full_o(full), .empty_o(empty));"
    ports += f"original u_original ({connections}, .data_o(wanted), .level_o(level_wanted), .full_o(full_wanted), "
    ports += ".empty_o(empty_wanted));"
    (tmp_path / "all.sv").write_text(mutated + FIFO.replace("{name}", "original") + BENCH.replace("PORTS", ports))
    tool = ROOT / "rtl" / "mutation"
    files = [str(tool / "mutation_selector_pkg.sv"), str(tool / "mutation_selector.cpp"), str(tmp_path / "all.sv")]
    options = ["--binary", "--timing", "-Wno-fatal", "-Wno-lint", "--x-initial", "fast", "-CFLAGS", "-O0"]
    subprocess.run(
        ["verilator", *options, "--top-module", "bench", "--Mdir", str(tmp_path / "o"), "-o", "bench", *files],
        check=True,
        capture_output=True,
    )
    program = tmp_path / "o" / "bench"
    assert differences(program, None) == 0
    assert differences(program, 0) == 0
    assert differences(program, len(mutants) + 1) == 0
    unseen = [mutant.after for mutant in mutants if differences(program, mutant.number) == 0]
    # More pushes than pops, a full FIFO and a clear have all happened: what is left is equal by construction.
    assert set(unseen) <= {"if (1'b1)"}


def fake_runner(folder: Path, body: str) -> Path:
    """A folder with a runner that is a script."""
    path = folder / "runner"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return folder


def a_mutant(number: int, file: str = "rtl/mailbox/a.sv") -> Mutant:
    return Mutant(number, file, 1, "operator", f"a{number} = b", f"a{number} = c")


def campaign(folder: Path, body: str) -> Campaign:
    runs = [Run("runner", ("--profile", "D"), ()), Run("runner", ("--profile", "B"), ("ring_*",))]
    return Campaign(fake_runner(folder, body), folder / "design.so", runs)


def test_the_check_that_failed_is_told_and_the_likely_run_comes_first(tmp_path: Path) -> None:
    tried = campaign(tmp_path, 'test "$BELFRY_MUTANT" = 0 || { echo "FAIL check=$3 cycle=1"; exit 1; }')
    assert tried.baseline() >= 0
    assert tried.try_mutant(a_mutant(1)).check == "D"
    assert tried.try_mutant(a_mutant(2, "rtl/mailbox/ring_x.sv")).check == "B"


def test_a_hanging_and_a_crashing_mutant_are_caught(tmp_path: Path) -> None:
    tried = campaign(tmp_path, 'case "$BELFRY_MUTANT" in 1) sleep 60 ;; 2) kill -SEGV $$ ;; esac')
    tried.limit = 0.3
    assert [tried.try_mutant(a_mutant(number)).check for number in (1, 2, 3)] == ["time_limit", "crash", ""]


def test_an_explained_mutant_is_tried_with_one_run(tmp_path: Path) -> None:
    tried = campaign(tmp_path, 'test "$3" = D || { echo "FAIL check=late cycle=1"; exit 1; }')
    tried.explained = frozenset((2,))
    assert [tried.try_mutant(a_mutant(number)).check for number in (1, 2)] == ["late", ""]


def test_pairs_of_a_group_share_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "survivors.toml"
    path.write_text('[[equal]]\nreason = "never read"\n[equal.mutants]\n"a.sv" = [["x", "y"], ["x", "z"]]\n')
    assert read_explanations(path) == [Explanation("a.sv", "x", after, "never read") for after in "yz"]
    path.write_text('[[equal]]\n[equal.mutants]\n"a.sv" = [["x", "y"]]\n')
    with pytest.raises(ValueError, match=r"no reason: a\.sv"):
        read_explanations(path)


def test_a_proven_mutant_must_be_planted_in_its_proof(tmp_path: Path) -> None:
    proof = tmp_path / "sum.toml"
    proof.write_text(
        'name = "sum"\nproperty = "p"\ntop = "t"\nfiles = ["a.sv"]\nmode = "induction"\ndepth = 1\ncover_depth = 1\n'
        'sizes = "full"\n[[plant]]\nname = "n"\nfile = "a.sv"\nold = "[32]"\nnew = "[31]"\n'
    )
    path = tmp_path / "survivors.toml"
    group = '[[proven]]\n{}reason = "late"\n[proven.mutants]\n"a.sv" = [["s[32]", "{}"]]\n'
    path.write_text(group.format('proof = "sum"\n', "s[31]"))
    assert read_explanations(path, tmp_path) == [Explanation("a.sv", "s[32]", "s[31]", "late")]
    path.write_text(group.format('proof = "sum"\n', "s[30]"))
    with pytest.raises(ValueError, match=r"proof sum does not plant a\.sv"):
        read_explanations(path, tmp_path)
    path.write_text(group.format("", "s[31]"))
    with pytest.raises(ValueError, match="names no `proof`"):
        read_explanations(path, tmp_path)


def test_a_run_on_a_variant_takes_that_variant(tmp_path: Path) -> None:
    tried = campaign(tmp_path, 'case "$1" in */odd.so) echo "FAIL check=seen cycle=1"; exit 1 ;; esac')
    assert tried.try_mutant(a_mutant(1)).check == ""
    tried.runs.append(Run("runner", (), (), "odd"))
    tried.variants = {"odd": tmp_path / "odd.so"}
    assert tried.try_mutant(a_mutant(1)).check == "seen"


def test_a_runner_that_cannot_run_is_an_error_and_catches_nothing(tmp_path: Path) -> None:
    with pytest.raises(MutationError, match="ended with 2"):
        campaign(tmp_path, "echo no such profile; exit 2").try_mutant(a_mutant(1))


def test_a_design_that_fails_without_a_mutant_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MutationError, match="without a mutant"):
        campaign(tmp_path, "echo FAIL check=irq_wire; exit 1").baseline()


def test_explained_survivors_do_not_count_and_others_do() -> None:
    outcomes = [
        Outcome(a_mutant(1), "irq_wire", "", 0),
        Outcome(a_mutant(2), "", "", 0),
        Outcome(a_mutant(3), "", "", 0),
    ]
    mutants = [outcome.mutant for outcome in outcomes]
    reasons = explained(mutants, [Explanation("rtl/mailbox/a.sv", "a2 = b", "a2 = c", "never read")])
    assert reasons == {2: "never read"}
    assert share(outcomes, reasons) == pytest.approx(0.5)
    text = report_text(outcomes, reasons)
    assert "a3 = c" in text
    assert "a2 = c" not in text


def test_an_explanation_of_what_is_caught_or_not_there_is_stale() -> None:
    outcomes = [Outcome(a_mutant(1), "irq_wire", "", 0), Outcome(a_mutant(2), "", "", 0)]
    entries = [Explanation("rtl/mailbox/a.sv", f"a{number} = b", f"a{number} = c", "x") for number in (1, 2, 3, 4)]
    found = stale(outcomes, [a_mutant(1), a_mutant(2), a_mutant(3)], entries)
    assert found == [entries[0], entries[3]]  # 3 exists and was not tried


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    mutants = [a_mutant(number) for number in range(1, 100)]
    assert choose(mutants, "*", 10, 1) == choose(mutants, "*", 10, 1)
    assert choose(mutants, "*", 10, 1) != choose(mutants, "*", 10, 2)
    assert len(choose(mutants, "a.sv", 0, 1)) == 99
    assert choose(mutants, "b.sv", 0, 1) == []


def test_runs_of_the_project_are_readable() -> None:
    runs = read_runs(ROOT / "rtl" / "mutation" / "runs.toml")
    assert all("--seed" in run.arguments for run in runs if run.program == "block_run")
    assert {run.program for run in runs} == {"block_run", "block_measure"}
