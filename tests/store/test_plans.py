"""What is asked each second, or of all that is old, is found by an index: it takes no longer after years."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.model.run import RunStatus
from bot.model.timer import TimerKind
from bot.store.forget import Forget
from bot.store.store import Store, Transaction

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
#: The others hold what is there now, and no more.
GROWING = r"run|step|event|audit|message|timer|start|delivery|version|approval|vote|draft|given_file|file_use"

EACH_SECOND: dict[str, Callable[[Transaction], Any]] = {
    "messages that are owed": lambda tx: tx.messages.claim(by="a", now=NOW, lease_s=1, limit=4),
    "boards to be shown anew": lambda tx: tx.messages.show_boards(),
    "timers that are due": lambda tx: tx.timers.due(NOW),
    "timers to warn of": lambda tx: tx.timers.to_warn(NOW),
    "timers to come": lambda tx: tx.timers.upcoming(kind=TimerKind.START, limit=9),
    "starts that are due": lambda tx: tx.starts.due(NOW),
    "runs that ended": lambda tx: tx.runs.ended(NOW - WEEK, NOW),
    "runs under way": lambda tx: tx.runs.recent(statuses=(RunStatus.QUEUED, RunStatus.RUNNING)),
    "runs that wait": lambda tx: tx.runs.any_waits("web", "deploy", "staging"),
    "runs that are held": lambda tx: tx.runs.held(),
    "a run that changes": lambda tx: tx.runs.change(1),
    "runs about another": lambda tx: tx.runs.follow_ups(1),
    "what is on": lambda tx: tx.runs.last_succeeded("web", ["on", "off"]),
    "a call that comes": lambda tx: tx.starts.deliver("web/x", NOW, same_for=WEEK, keep=WEEK),
    "old runs": lambda tx: tx.forget.runs_before(NOW, limit=9),
    "runs to forget": lambda tx: tx.forget.runs([1, 2]),
}
OLD = (
    Forget.note_idle,
    Forget.timers,
    Forget.messages,
    Forget.messages_about_versions,
    Forget.messages_by_the_clock,
    Forget.versions,
    Forget.starts,
    Forget.drafts,
    Forget.files,
)
ASKED = EACH_SECOND | {some.__name__: partial(lambda some, tx: some(tx.forget, NOW, 9), some) for some in OLD}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path_factory.mktemp('plans') / Path('rows.db')}")
    yield opened
    opened.close()


@pytest.mark.parametrize("name", ASKED)
def test_no_growing_table_is_read_from_end_to_end(store: Store, name: str) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "EXPLAIN")):
            asked.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", note)
    with store.begin() as tx:
        ASKED[name](tx)
    event.remove(store.engine, "before_cursor_execute", note)
    with store.engine.connect() as connection:
        plans = [
            row[-1]
            for statement, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]

    assert plans
    assert [line for line in plans if re.fullmatch(rf"SCAN ({GROWING})", line)] == []
