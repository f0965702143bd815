"""What a start costs: SQLite has one writer, so a hundred who start at once wait for each other."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from bot.store.store import Store
from tests.control.house import STACK, House

ROWS = ["run", "step", "event", "message", "audit"]


def test_a_start_says_and_asks_everything_once(the_house: House) -> None:
    with statements_to(the_house.store) as asked:
        the_house.start("look")

    # Its key, before and within the transaction; what is paused; the hash of the audit's last record.
    assert [line.split("FROM")[1].split()[0] for line in asked if "FROM" in line] == ["run", "run", "pause", "audit"]
    # Its rows, and that it is handed to the engine.
    assert [line.split()[:3][-1].strip('"') for line in asked if line.startswith("INSERT")] == ROWS
    assert len([line for line in asked if line.startswith("UPDATE")]) == 1


def test_all_steps_of_a_start_are_written_at_once(the_house: House) -> None:
    the_house.write("shop/stack.yml", f"{STACK}  many: {{steps: [{', '.join(['{wait: 1s}'] * 30)}]}}\n")
    the_house.catalog.refresh()

    with statements_to(the_house.store) as asked:
        run = the_house.start("many")

    assert len(the_house.control.runs.steps(run.number)) == 30
    assert len([line for line in asked if line.startswith("INSERT INTO step")]) == 1


def test_the_run_that_was_started_is_what_its_row_says(the_house: House) -> None:
    free, waiting = the_house.start("deploy"), the_house.start("restart")

    for run in (free, waiting):
        assert run == the_house.control.runs.get(run.number)


@contextmanager
def statements_to(store: Store) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield asked
    event.remove(store.engine, "before_cursor_execute", note)
