"""Whose files a form takes, what they are called, and how long they are kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.base.errors import Refused, WrongInputs
from bot.control.start import StartJob
from bot.model.run import Run
from tests.control.house import ADA, BEN, House

STACK = """\
title: Post
jobs:
  load: {form: {report: {type: file, max_size: 1 KB}}, steps: [{wait: "{{ form.report.size }}m"}]}
  many: {form: {report: {type: file, max_files: 2}}, steps: [{wait: 1m}]}
  other: {form: {report: {type: file}}, steps: [{wait: 1m}]}
"""


@pytest.fixture
def post(the_house: House) -> House:
    the_house.write("post/stack.yml", STACK)
    the_house.catalog.refresh()
    return the_house


def start(house: House, report: Any, *, job: str = "load", by: Any = ADA, key: str = "one") -> Run:
    ask = StartJob(person=by, stack="post", job=job, inputs={"report": report}, key=key, origin="slack")
    return house.control.runs.start(ask)


def test_a_run_keeps_what_is_known_of_its_file_and_not_what_was_claimed(post: House) -> None:
    kept = post.control.files.keep("F1", name="report.csv", size=12, by=ADA)

    run = start(post, {**kept, "name": "other.exe", "size": 1})

    assert run.inputs == {"report": kept}
    assert run.plan.scope["form"]["report"]["path"].endswith(f"{kept['ref']}.csv")


def test_of_several_files_none_is_somebody_elses_and_none_is_too_many(post: House) -> None:
    mine = [post.control.files.keep(f"F{nth}", name=f"{nth}.csv", size=1, by=ADA) for nth in range(3)]
    hers = post.control.files.keep("F9", name="hers.csv", size=1, by=BEN)

    run = start(post, mine[:2], job="many")

    assert run.inputs == {"report": mine[:2]}
    paths = [file["path"] for file in run.plan.scope["form"]["report"]]
    assert [Path(path).stem for path in paths] == [file["ref"] for file in mine[:2]]
    for key, wrong, said in (
        ("few", mine, "At most 2 files"),
        ("hers", [mine[0], hers], "not kept"),
        ("x", [1], "Choose"),
    ):
        with pytest.raises(WrongInputs, match=said):
            start(post, wrong, job="many", key=key)


def test_a_small_size_that_was_claimed_lets_no_large_file_in(post: House) -> None:
    kept = post.control.files.keep("F1", name="report.csv", size=1001, by=ADA)

    with pytest.raises(WrongInputs, match="At most 1 KB"):
        start(post, {**kept, "size": 1})


@pytest.mark.parametrize("forged", [{"ref": 1, "name": "a", "size": 1}, {"ref": "a", "name": [], "size": "x"}, {}, "a"])
def test_what_is_no_file_is_refused(post: House, forged: Any) -> None:
    with pytest.raises(WrongInputs, match=r"Choose a file|Needs an answer"):
        start(post, forged)


def test_the_same_file_twice_is_one(post: House) -> None:
    kept = [post.control.files.keep("F1", name="report.csv", size=12, by=who) for who in (ADA, ADA, BEN)]

    assert kept[0] == kept[1] != kept[2]


@pytest.mark.parametrize("ref", ["", "../../etc/passwd", "forged"])
def test_a_reference_that_nobody_gave_is_refused(post: House, ref: str) -> None:
    with pytest.raises(WrongInputs, match="not kept"):
        start(post, {"ref": ref, "name": "a.csv", "size": 1})


def test_the_file_of_somebody_else_is_refused_unless_a_run_of_the_same_job_had_it(post: House) -> None:
    kept = post.control.files.keep("F1", name="report.csv", size=12, by=ADA)
    with pytest.raises(WrongInputs, match="not kept"):
        start(post, kept, by=BEN)

    first = start(post, kept)

    assert start(post, kept, by=BEN, key="again").inputs == first.inputs
    with pytest.raises(WrongInputs, match="not kept"):
        start(post, kept, by=BEN, job="other", key="other")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\secret\\a.txt", "a.txt"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("a\u202egnp.exe\n", "agnp.exe"),
        ("x" * 300 + ".csv", "x" * 96 + ".csv"),
        ("", "file"),
    ],
)
def test_a_name_leads_nowhere_and_hides_nothing(post: House, name: str, kept: str) -> None:
    assert post.control.files.keep("F1", name=name, size=1, by=ADA)["name"] == kept


def test_an_ending_that_is_no_ending_is_no_part_of_a_path(post: House) -> None:
    kept = post.control.files.keep("F1", name="a.b c;d", size=1, by=ADA)

    assert start(post, kept).plan.scope["form"]["report"]["path"].endswith(f"/{kept['ref']}")


def test_a_file_of_this_machine_is_copied_and_one_that_is_too_large_is_not(post: House, tmp_path: Path) -> None:
    given = tmp_path / "report.csv"
    given.write_bytes(b"x" * 2000)

    kept = post.control.files.take(given, most_bytes=2000, by=ADA)

    assert kept["size"] == 2000
    path = Path(start(post, kept, job="other").plan.scope["form"]["report"]["path"])
    assert path.read_bytes() == given.read_bytes()
    with pytest.raises(Refused, match="too large: 1 KB"):
        post.control.files.take(given, most_bytes=1000, by=ADA)
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_no_run_has_is_forgotten_and_one_of_a_run_stays(post: House) -> None:
    used, unused = (post.control.files.keep(id, name="a.csv", size=1, by=ADA) for id in ("F1", "F2"))
    run = start(post, used)

    def forget() -> list[bool]:
        with post.store.begin() as tx:
            tx.forget.files(post.clock.now() + timedelta(days=1), 10)
            return [tx.files.get(str(file["ref"])) is not None for file in (used, unused)]

    assert forget() == [True, False]
    with post.store.begin() as tx:
        tx.forget.runs([run.number])
    assert forget() == [False, False]


def test_the_content_of_a_file_goes_with_its_row(post: House, tmp_path: Path) -> None:
    given = tmp_path / "report.csv"
    given.write_bytes(b"1")
    used, _ = (post.control.files.take(given, most_bytes=None, by=ADA) for _ in range(2))
    path = Path(start(post, used).plan.scope["form"]["report"]["path"])
    with post.store.begin() as tx:
        tx.forget.files(post.clock.now() + timedelta(days=1), 10)

    post.control.files.sweep(before=datetime.now(UTC) + timedelta(days=1))

    assert list(path.parent.iterdir()) == [path]
