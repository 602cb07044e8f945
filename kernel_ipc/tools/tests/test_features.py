# SPDX-License-Identifier: MIT
"""The list of requirements, and the tool that says which are met."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel_ipc.tools import features
from kernel_ipc.tools.features import Outcome, Status

ROOT = Path(__file__).parents[3]
REQUIREMENTS = ROOT / "kernel_ipc" / "requirements.csv"
HEADER = "id,source,feature,criterion,where,tier\n"


def junit(folder: Path, name: str, cases: dict[str, str]) -> Path:
    path = folder / f"{name}.xml"
    body = "".join(f'<testcase name="{case}">{inner}</testcase>' for case, inner in cases.items())
    path.write_text(f"<testsuites><testsuite>{body}</testsuite></testsuites>", encoding="utf-8")
    return path


def test_the_list_has_390_rows_with_unique_ids() -> None:
    rows = features.read_requirements(REQUIREMENTS)
    assert len(rows) == 390
    assert len({row.identifier for row in rows}) == 390
    assert all(row.feature and row.criterion and row.where and row.source for row in rows)
    assert all(row.tier in (1, 2, 3) for row in rows)
    assert {part for row in rows for part in row.where.split(",")} == {"H", "Q", "V", "B", "D", "X"}


def test_a_repeated_or_malformed_id_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    row = "EXO-SY-01,003:1,f,c,H,1\n"
    path.write_text(HEADER + row + row, encoding="utf-8")
    with pytest.raises(ValueError, match="twice"):
        features.read_requirements(path)
    path.write_text(HEADER + row.replace("01", "1"), encoding="utf-8")
    with pytest.raises(ValueError, match="malformed"):
        features.read_requirements(path)


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
    assert features.rows_of(name) == rows


def test_VR4_ST_14_only_a_passing_test_makes_a_row_done(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + "".join(f"EXO-SY-0{i},003:1,f,c,H,1\n" for i in range(1, 7)), encoding="utf-8")
    names = {f"test_EXO_SY_0{i}_x" for i in (1, 2, 3, 4)} | {"test_EXO_SY_06_a", "test_EXO_SY_06_b"}
    first = {
        "test_EXO_SY_01_x": "",
        "test_EXO_SY_02_x": "<failure/>",
        "test_EXO_SY_03_x": "<skipped/>",
        "test_EXO_SY_06_a": "",
    }
    results = features.read_results([junit(tmp_path, "first", first)])
    rows = features.assemble(features.read_requirements(path), names, results)
    assert [row.status for row in rows] == [
        Status.DONE,
        Status.FAILED,
        Status.NOT_RUN,
        Status.NOT_RUN,
        Status.MISSING,
        Status.NOT_RUN,
    ]


def test_a_failure_in_any_run_counts(tmp_path: Path) -> None:
    passed = junit(tmp_path, "passed", {"test_a[1]": "", "test_b": ""})
    failed = junit(tmp_path, "failed", {"test_a[2]": "<error/>", "test_b": "<skipped/>"})
    for files in ([passed, failed], [failed, passed]):
        assert features.read_results(files) == {"test_a": Outcome.FAILED, "test_b": Outcome.PASSED}


def test_a_test_that_names_no_row_is_refused() -> None:
    with pytest.raises(ValueError, match="EXO-SY-99"):
        features.assemble([], {"test_EXO_SY_99_nothing"}, {})


def test_every_test_of_the_tree_names_rows_that_exist() -> None:
    names = features.tests_in_sources([ROOT / "kernel_ipc", ROOT / "harness" / "tests"])
    assert len(names) > 100
    features.assemble(features.read_requirements(REQUIREMENTS), names, {})


def test_the_command_filters_reports_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(HEADER + "EXO-SY-01,003:1,first,c,H,1\nMOS-SY-01,000:1,second,c,H,1\n", encoding="utf-8")
    report = tmp_path / "reports" / "features.md"
    results = tmp_path / "results"
    results.mkdir()
    junit(results, "a", {"test_EXO_SY_01_x": ""})
    common = ["--requirements", str(rows), "--sources", "--results", str(results), "--report", str(report)]
    assert features.main([*common, "--missing"]) == 0
    shown = capsys.readouterr().out
    assert "second" in shown
    assert "first" not in shown
    assert "| EXO-SY-01 | done |" in report.read_text(encoding="utf-8")
    assert features.main([*common, "--group", "EXO-SY"]) == 0
    assert "second" not in capsys.readouterr().out
    junit(results, "b", {"test_EXO_SY_01_x": "<failure/>"})
    assert features.main(common) == 1
