# SPDX-License-Identifier: MIT
"""The list of requirements, and the tool that says which are met."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel_ipc.tools import features, requirements
from kernel_ipc.tools.requirements import Evidence, FeaturesError, Outcome, Side, Status

ROOT = Path(__file__).parents[3]
REQUIREMENTS = ROOT / "kernel_ipc" / "requirements.csv"
WAITING = ROOT / "kernel_ipc" / "waiting.csv"
HEADER = "id,source,feature,criterion,where,tier\n"
WAITING_HEADER = "id,half,layer,reason\n"
PASSED, FAILED, NOT_RUN = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_RUN


def junit(folder: Path, name: str, cases: dict[str, str]) -> Path:
    path = folder / f"{name}.xml"
    body = "".join(f'<testcase name="{case}">{inner}</testcase>' for case, inner in cases.items())
    path.write_text(f"<testsuites><testsuite>{body}</testsuite></testsuites>", encoding="utf-8")
    return path


def test_the_list_has_390_rows_with_unique_ids() -> None:
    rows = requirements.read_requirements(REQUIREMENTS)
    assert len(rows) == 390
    assert len({row.identifier for row in rows}) == 390
    assert all(row.feature and row.criterion and row.where and row.source for row in rows)
    assert all(row.tier in (1, 2, 3) for row in rows)
    assert {part for row in rows for part in row.where.split(",")} == {"H", "Q", "V", "B", "D", "X"}


def test_a_repeated_or_malformed_id_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    row = "EXO-SY-01,003:1,f,c,H,1\n"
    path.write_text(HEADER + row + row, encoding="utf-8")
    with pytest.raises(FeaturesError, match="twice"):
        requirements.read_requirements(path)
    path.write_text(HEADER + row.replace("01", "1"), encoding="utf-8")
    with pytest.raises(FeaturesError, match="malformed"):
        requirements.read_requirements(path)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("test_EXO_SY_05_no_lost_wakeup", ["EXO-SY-05"]),
        ("test_EXO_ER_02_03_full_and_empty", ["EXO-ER-02", "EXO-ER-03"]),
        ("test_VR4_ST_01_MOS_CH_05_order", ["VR4-ST-01", "MOS-CH-05"]),
        ("test_VR4_DUP_01_body", ["VR4-DUP-01"]),
        ("test_something_else", []),
        ("test_EXO_SY_123_no_row", []),
    ],
)
def test_rows_are_read_from_names(name: str, rows: list[str]) -> None:
    assert requirements.rows_of(name) == rows


def write_rows(folder: Path, where: dict[str, str]) -> list[requirements.Requirement]:
    path = folder / "rows.csv"
    lines = [f'{identifier},003:1,f,c,"{halves}",1\n' for identifier, halves in where.items()]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return requirements.read_requirements(path)


def write_waiting(folder: Path, *lines: str) -> Path:
    path = folder / "waiting.csv"
    path.write_text(WAITING_HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def status_of_row(folder: Path, where: str, tests: list[tuple[Side, Outcome]], *waits: str) -> requirements.Row:
    """A single row EXO-SY-01 with the given tests and lines of waiting.csv."""
    rows = write_rows(folder, {"EXO-SY-01": where})
    waiting = requirements.read_waiting(write_waiting(folder, *waits), rows)
    named = [Evidence(f"test_EXO_SY_01_{i}", side, outcome) for i, (side, outcome) in enumerate(tests)]
    return requirements.assemble(rows, named, waiting)[0]


HOST, SOC = Side.HOST, Side.SOC
HOST_WAITS = "EXO-SY-01,host,POSIX layer,pipes"
SOC_WAITS = "EXO-SY-01,SoC,address spaces,pages that fault"
BOTH_WAIT = "EXO-SY-01,both,signals,handlers"


@pytest.mark.parametrize(
    ("where", "tests", "waits", "status"),
    [
        ("H", [(HOST, PASSED)], [], Status.DONE),
        ("H", [(HOST, FAILED)], [], Status.FAILED),
        ("H", [(HOST, NOT_RUN)], [], Status.NOT_RUN),
        ("H", [(HOST, PASSED), (HOST, NOT_RUN)], [], Status.NOT_RUN),
        ("H", [(HOST, PASSED), (HOST, FAILED)], [], Status.FAILED),
        ("H", [(HOST, PASSED), (SOC, FAILED)], [], Status.FAILED),
        ("H", [], [], Status.MISSING),
        ("H", [(SOC, PASSED)], [], Status.MISSING),
        ("H,Q", [(HOST, PASSED)], [], Status.MISSING),
        ("H,Q", [(SOC, PASSED)], [], Status.MISSING),
        ("H,Q", [(HOST, PASSED), (SOC, PASSED)], [], Status.DONE),
        ("H,V", [(HOST, PASSED), (SOC, NOT_RUN)], [], Status.NOT_RUN),
        ("H,Q", [(HOST, PASSED)], [SOC_WAITS], Status.HALF),
        ("H,Q", [(HOST, FAILED)], [SOC_WAITS], Status.FAILED),
        ("H,Q", [], [SOC_WAITS], Status.MISSING),
        ("H,Q", [], [HOST_WAITS, SOC_WAITS], Status.WAITS),
        ("H,Q", [], [BOTH_WAIT], Status.WAITS),
        ("B", [(HOST, PASSED)], [], Status.DONE),
        ("D", [(SOC, PASSED)], [], Status.DONE),
        ("B,Q", [(HOST, PASSED)], [], Status.MISSING),
        ("B,Q", [(SOC, PASSED)], [], Status.DONE),
        ("B", [], [], Status.MISSING),
        ("B", [], [BOTH_WAIT], Status.WAITS),
    ],
)
def test_VR4_ST_14_only_passing_tests_of_each_half_make_a_row_done(
    tmp_path: Path, where: str, tests: list[tuple[Side, Outcome]], waits: list[str], status: Status
) -> None:
    assert status_of_row(tmp_path, where, tests, *waits).status is status


def test_a_row_says_what_each_half_waits_for(tmp_path: Path) -> None:
    row = status_of_row(tmp_path, "H,Q", [(HOST, PASSED)], SOC_WAITS)
    assert row.state == "host done, SoC waits for address spaces"
    assert status_of_row(tmp_path, "H,Q", [], BOTH_WAIT).state == "waits for signals"
    assert status_of_row(tmp_path, "H,Q", [(HOST, PASSED)]).state == "host done, SoC no test"
    assert status_of_row(tmp_path, "H", [(HOST, PASSED)]).state == "done"


def test_who_waits_and_passes_is_an_error(tmp_path: Path) -> None:
    stale = requirements.stale([status_of_row(tmp_path, "H,Q", [(HOST, PASSED), (SOC, PASSED)], SOC_WAITS)])
    assert stale == [
        "EXO-SY-01 does not wait for address spaces any more: test_EXO_SY_01_1 passes on the SoC; take its line out of "
        "waiting.csv"
    ]
    assert requirements.stale([status_of_row(tmp_path, "H,Q", [(HOST, PASSED)], SOC_WAITS)]) == []
    assert requirements.stale([status_of_row(tmp_path, "B", [(HOST, PASSED)], BOTH_WAIT)]) != []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["EXO-SY-09,both,signals,r"], "EXO-SY-09 is no requirement"),
        (["EXO-SY-01,both,later,r"], "'later'; layers are address spaces"),
        (["EXO-SY-01,both,signals,"], "without a reason"),
        (["EXO-SY-01,SoC,signals,r"], "no half 'SoC': its column where is H"),
        (["EXO-SY-01,guest,signals,r"], "no half 'guest'"),
        (["EXO-SY-01,host,signals,r", "EXO-SY-01,both,network,r"], "waits twice"),
    ],
)
def test_a_wait_needs_a_row_a_layer_and_a_reason(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(FeaturesError, match=said):
        status_of_row(tmp_path, "H", [], *lines)


def test_a_failure_in_any_run_counts(tmp_path: Path) -> None:
    passed = junit(tmp_path, "passed", {"test_a[1]": "", "test_b": ""})
    failed = junit(tmp_path, "failed", {"test_a[2]": "<error/>", "test_b": "<skipped/>"})
    for files in ([passed, failed], [failed, passed]):
        assert requirements.read_results(files) == {"test_a": Outcome.FAILED, "test_b": Outcome.PASSED}


def test_a_test_that_names_no_row_is_refused() -> None:
    with pytest.raises(FeaturesError, match="EXO-SY-99"):
        requirements.assemble([], [Evidence("test_EXO_SY_99_nothing", HOST, PASSED)], {})


def test_a_test_may_run_on_qemu_from_the_tools_folder(tmp_path: Path) -> None:
    files = [junit(tmp_path, "host", {"test_EXO_SY_01_x": "", "test_EXO_SY_01_x_on_qemu": ""})]
    tests = requirements.gather({HOST: [], SOC: []}, {HOST: files, SOC: []})
    assert {test.name: test.side for test in tests} == {"test_EXO_SY_01_x": HOST, "test_EXO_SY_01_x_on_qemu": SOC}


def rows_of_the_tree() -> list[requirements.Row]:
    """All rows with the tests that the sources define, none of which has run."""
    listed = requirements.read_requirements(REQUIREMENTS)
    sources = {HOST: [ROOT / "kernel_ipc"], SOC: [ROOT / "harness" / "tests"]}
    tests = requirements.gather(sources, {HOST: [], SOC: []})
    assert len(tests) > 100
    return requirements.assemble(listed, tests, requirements.read_waiting(WAITING, listed))


def test_every_test_of_the_tree_names_rows_that_exist() -> None:
    assert len(rows_of_the_tree()) == 390


def test_every_half_of_a_row_has_a_test_or_waits_for_a_layer() -> None:
    assert [
        f"{row.requirement.identifier}: {row.state}" for row in rows_of_the_tree() if row.status is Status.MISSING
    ] == []


def test_tests_that_a_macro_makes_are_known_by_what_they_share(tmp_path: Path) -> None:
    source = tmp_path / "test_a.c"
    source.write_text("#define T(name) \\\n    static void test_EXO_SY_01_##name(void **state) \\\n", encoding="utf-8")
    results = [junit(tmp_path, "host", {"test_EXO_SY_01_x": ""})]
    sources = {HOST: [tmp_path], SOC: []}
    assert requirements.gather(sources, {HOST: [], SOC: []}) == [Evidence("test_EXO_SY_01_", HOST, NOT_RUN)]
    assert requirements.gather(sources, {HOST: results, SOC: []}) == [Evidence("test_EXO_SY_01_x", HOST, PASSED)]


def test_the_command_filters_reports_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rows(tmp_path, {"EXO-SY-01": "H", "MOS-SY-01": "H,Q", "MOS-SY-02": "H"})
    waiting = write_waiting(tmp_path, "MOS-SY-01,both,signals,handlers")
    report = tmp_path / "reports" / "features.md"
    results = tmp_path / "results"
    results.mkdir()
    junit(results, "a", {"test_EXO_SY_01_x": ""})
    common = ["--requirements", str(tmp_path / "rows.csv"), "--waiting", str(waiting), "--host-sources"]
    common += ["--soc-sources", "--host-results", str(results), "--report", str(report)]
    assert features.main(common) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) <= 10
    assert shown[0].startswith("MOS-SY-02  no test")
    assert "3 requirements" in shown[1]
    assert "    1 done " in shown[2]
    assert "waited for: signals (1)" in shown
    assert "| EXO-SY-01 | done |" in report.read_text(encoding="utf-8")
    assert "| MOS-SY-01 | waits for signals |" in report.read_text(encoding="utf-8")
    assert features.main([*common, "--missing"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in shown[:2]] == ["MOS-SY-01", "MOS-SY-02"]
    assert features.main([*common, "--group", "EXO-SY"]) == 0
    text = capsys.readouterr().out
    assert "passed on the host: test_EXO_SY_01_x" in text
    assert "MOS-SY" not in text
    junit(results, "b", {"test_EXO_SY_01_x": "<failure/>"})
    assert features.main(common) == 1


def test_the_command_refuses_who_waits_and_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rows(tmp_path, {"EXO-SY-01": "H,Q"})
    soc = junit(tmp_path, "soc", {"test_EXO_SY_01_x": ""})
    host = junit(tmp_path, "host", {"test_EXO_SY_01_y": ""})
    common = ["--requirements", str(tmp_path / "rows.csv"), "--host-sources", "--soc-sources"]
    common += ["--host-results", str(host), "--soc-results", str(soc), "--waiting"]
    assert features.main([*common, str(write_waiting(tmp_path))]) == 0
    assert features.main([*common, str(write_waiting(tmp_path, SOC_WAITS))]) == 1
    assert "take its line out" in capsys.readouterr().err
    assert features.main([*common, str(write_waiting(tmp_path, SOC_WAITS.replace("address", "other")))]) == 2
    assert "layers are address spaces" in capsys.readouterr().err
