"""The program in which a dump and restic meet: `python -m actions.backup.work JOB.json`. It outlives the bot."""

import json
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from actions.api import ActionFailed
from actions.backup.cli import DATABASE_PASSWORD, ask, count, meet, save, surroundings
from actions.backup.databases import RESTORING, Database
from actions.backup.meeting import Meeting

_ELSEWHERE = "Nothing was changed. Restore into a new, empty database, then swap."


def main() -> int:
    """Do the job of the file that the command line names, each program with the secrets that it needs and no other."""
    signal.signal(signal.SIGTERM, _stop)
    job = Meeting.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8"))
    password = surroundings([DATABASE_PASSWORD]).get(DATABASE_PASSWORD, "")
    opens = {"PGPASSWORD": password, "MYSQL_PWD": password} if password else {}
    try:
        rows = _do(job, Database.parse(job.database), opens, surroundings(job.store_env))
    except ActionFailed as failed:
        sys.stdout.write(json.dumps({"failed": failed.reason, "hint": failed.hint}) + "\n")
        return 1
    sys.stdout.write(json.dumps({"rows": rows}) + "\n")
    return 0


def _do(job: Meeting, database: Database, opens: Mapping[str, str], store: Mapping[str, str]) -> Mapping[str, int]:
    match job.task:
        case "save":
            return save(database, job.restic, unlock=job.unlock, opens=opens, store=store)
        case "look":
            _demand_empty(database, opens)
            return {}
        case "restore":
            _demand_empty(database, opens)
            return _restore(job, database, opens, store)
        case "try":
            return _try(job, database, opens, store)


def _demand_empty(database: Database, opens: Mapping[str, str]) -> None:
    """A dump of MariaDB drops tables before it makes them, so a database in use would lose its own."""
    if database.product == "sqlite":
        if Path(database.name).exists():
            raise ActionFailed(f"There is something at {database.name} already.", hint=_ELSEWHERE)
    elif (there := ask(database, opens, database.things)) and not _is_half(database, opens):
        raise ActionFailed(f"{database} is not empty: it has {there[0]}.", hint=_ELSEWHERE)


def _restore(job: Meeting, database: Database, opens: Mapping[str, str], store: Mapping[str, str]) -> Mapping[str, int]:
    """Load the dump, all of it or nothing: what is cut off leaves the place free."""
    if database.product == "mariadb":
        return _fill_mariadb(job, database, opens, store)
    if database.product == "postgresql":
        meet(job.restic, database.load(), of_writer=store, of_reader=opens)
        return count(database, opens)
    new = database.named(f"{database.name}.new")
    Path(new.name).unlink(missing_ok=True)
    meet(job.restic, new.load(), of_writer=store, of_reader=opens)
    rows = count(new, opens)
    Path(new.name).replace(database.name)
    return rows


def _fill_mariadb(
    job: Meeting, database: Database, opens: Mapping[str, str], store: Mapping[str, str]
) -> Mapping[str, int]:
    """It makes no table in a transaction: so what came is deleted when it is not all, at the latest by the next one."""
    if _is_half(database, opens):
        _empty(database, opens)
    ask(database, opens, f"CREATE TABLE {RESTORING} (since timestamp) SELECT now() AS since;")
    try:
        meet(job.restic, database.load(), of_writer=store, of_reader=opens)
    except BaseException:
        # Why it broke off is what people have to know; what it leaves, the next one deletes.
        with suppress(ActionFailed):
            _empty(database, opens)
        raise
    ask(database, opens, f"DROP TABLE {RESTORING};")
    return count(database, opens)


def _is_half(database: Database, opens: Mapping[str, str]) -> bool:
    """Is there what a restore has left that was killed? Raises ActionFailed while one is still at work there."""
    if database.product != "mariadb" or not ask(database, opens, f"SHOW TABLES LIKE '{RESTORING}';"):
        return False
    if ask(database, opens, database.others):
        raise ActionFailed(
            f"A restore is at work in {database}, or something else has it open.",
            hint="Wait until that is over, or restore into another new, empty database.",
        )
    return True


def _empty(database: Database, opens: Mapping[str, str]) -> None:
    make = ask(database, opens, database.how_made)
    ask(database, opens, f"DROP DATABASE {database.quoted()};", *make)


def _try(job: Meeting, server: Database, opens: Mapping[str, str], store: Mapping[str, str]) -> Mapping[str, int]:
    """Load the dump into a database that is there for this trial only."""
    trial = server.named(job.trial)
    if server.product == "sqlite":
        make, drop = "", ""
        Path(trial.name).unlink(missing_ok=True)
    else:
        make, drop = f"CREATE DATABASE {trial.quoted()};", f"DROP DATABASE IF EXISTS {trial.quoted()};"
        # An earlier trial may have been cut off.
        ask(server, opens, drop, make)
    try:
        meet(job.restic, trial.load(for_trial=True), of_writer=store, of_reader=opens)
        return count(trial, opens)
    finally:
        if drop:
            ask(server, opens, drop)
        else:
            Path(trial.name).unlink(missing_ok=True)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """Leave in order, so that a trial is dropped."""
    del frame
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
