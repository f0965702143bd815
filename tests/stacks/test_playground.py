"""What `up` lays out to be tried on: whole, or not at all."""

from pathlib import Path

import pytest

from bot.base.errors import SetupProblem
from bot.playground import SERVERS, lay_out


def test_a_site_that_could_not_be_copied_whole_is_copied_anew_by_the_next_start(tmp_path: Path) -> None:
    site, playground = tmp_path / "maintenance" / "payload" / "site", tmp_path / "playground"
    site.mkdir(parents=True)
    (site / "index.html").write_text("Welcome")
    (site / "picture").symlink_to("not there yet")
    with pytest.raises(SetupProblem) as problem:
        lay_out(playground, stacks=tmp_path)
    (site / "not there yet").write_text("picture")

    lay_out(playground, stacks=tmp_path)

    assert f"The playground cannot be laid out in {playground}: " in str(problem.value)
    assert {(playground / server / "picture").read_text() for server in SERVERS} == {"picture"}


def test_a_shop_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    statements = tmp_path / "dump-prod-to-staging" / "payload" / "playground.sql"
    statements.parent.mkdir(parents=True)
    # The limit stands for the disk: SQLite says the same at both.
    statements.write_text("PRAGMA max_page_count = 2; CREATE TABLE a (b); CREATE TABLE c (d); CREATE TABLE e (f);")

    with pytest.raises(SetupProblem, match=r"database or disk is full\. Make room there"):
        lay_out(tmp_path / "playground", stacks=tmp_path)
