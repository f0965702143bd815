"""What a copy leaves that was killed or aborted in the middle: staging as it was."""

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from actions.api import Cancelled
from actions.database.cli import WORK
from actions.database.job import MASK_KEY, Job
from tests.actions.database import shop

OLD = "SELECT count(*) FROM old"
KEPT = "before_20990101t000000"


def _start(databases, folder: Path) -> "subprocess.Popen[bytes]":
    job = Job.model_validate(
        {
            "task": "copy",
            "source": databases.source,
            "target": databases.target,
            "tables": shop.RULES,
            "kept": f"{_name(databases)}_{KEPT}",
        }
    )
    (folder / "job.json").write_text(job.model_dump_json())
    environment = {"PATH": os.environ["PATH"], MASK_KEY: shop.KEY}
    # A session of its own, so that its children can be killed with it, as the machine's end would.
    return subprocess.Popen([*WORK, str(folder / "job.json")], env=environment, start_new_session=True)


def _name(databases) -> str:
    if databases.target.startswith("sqlite"):
        return str(databases.target.removeprefix("sqlite://"))
    return str(databases.target.rpartition("/")[2])


def test_kill_9_at_any_moment_leaves_staging_as_it_was_or_complete(databases, copy, context, tmp_path):
    began = time.monotonic()
    copy().run(context(secrets=shop.SECRETS))
    whole_s = time.monotonic() - began
    databases.run(databases.target, "CREATE TABLE old (id integer)", "DELETE FROM items")
    moments = random.Random(7)

    for _ in range(4):
        program = _start(databases, tmp_path)
        with suppress(subprocess.TimeoutExpired):
            program.wait(timeout=moments.uniform(0.2, 1.0) * whole_s)
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()

        if databases.ask(databases.target, "SELECT count(*) FROM items") == [(2 * shop.ORDERS,)]:
            # It came to its end before it was killed.
            assert any(name.endswith(KEPT) for name in databases.beside())
        else:
            assert databases.ask(databases.target, OLD) == [(0,)]
            assert databases.ask(databases.target, "SELECT count(*) FROM items") == [(0,)]
        assert not databases.found(shop.MARK.encode())


def test_the_next_copy_clears_away_what_a_killed_one_left(databases, copy, context, tmp_path):
    program = _start(databases, tmp_path)
    while not any(name.endswith("_new") for name in databases.beside()):
        assert program.poll() is None
    os.killpg(program.pid, signal.SIGKILL)
    program.wait()

    done = copy().run(context(secrets=shop.SECRETS))

    assert databases.beside() == [done.kept]
    assert databases.ask(databases.target, "SELECT count(*) FROM items") == [(2 * shop.ORDERS,)]


def test_a_copy_whose_swap_was_done_before_the_crash_is_not_made_again(databases, tmp_path):
    assert _start(databases, tmp_path).wait() == 0
    databases.run(databases.target, "DELETE FROM items")

    assert _start(databases, tmp_path).wait() == 0

    assert databases.ask(databases.target, "SELECT count(*) FROM items") == [(0,)]


def test_an_aborted_copy_leaves_nothing_behind(databases, copy, context):
    aborted = context(secrets=shop.SECRETS, cancelled=lambda: any(n.endswith("_new") for n in databases.beside()))

    with pytest.raises(Cancelled):
        copy().run(aborted)

    assert databases.ask(databases.target, OLD) == [(0,)]
    assert databases.beside() == []
