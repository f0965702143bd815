"""The action's side of `work.py`: lets a dump and restic meet in a program that outlives the bot."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from actions.api import ActionFailed, Context
from actions.backup.cli import WORK


class Meeting(BaseModel):
    """What the program is told. Secrets are no part of it: they come by the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: "look" only asks whether the database is empty; "try" restores into one of its own, and drops it.
    task: Literal["save", "look", "restore", "try"]
    #: Its address; of "try" that of a database beside which the trial is made.
    database: str
    #: Restic's command line.
    restic: list[str] = []
    #: Of "save": restic's command line that takes away the locks of those that have died.
    unlock: list[str] = []
    #: The variables that restic needs.
    store_env: list[str] = []
    #: The name of the database that is made for a trial.
    trial: str = ""


def meet_in_program(
    ctx: Context, meeting: Meeting, *, store: Mapping[str, str], database: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Let them meet, and return what restic and the program said in JSON. Raises ActionFailed."""
    job = ctx.scratch / f"{meeting.task}.json"
    new = job.with_suffix(".new")
    new.write_text(meeting.model_copy(update={"store_env": list(store)}).model_dump_json(), encoding="utf-8")
    new.replace(job)
    said: list[dict[str, Any]] = []

    def take(line: str) -> None:
        if not line.startswith("{"):
            ctx.log(line)
            return
        value = json.loads(line)
        if value.get("message_type") == "status":
            ctx.progress(int(value.get("bytes_done", 0)), None, "bytes")
        else:
            said.append(value)

    end = ctx.exec([*WORK, str(job)], env={**store, **database}, on_line=take)
    for value in said:
        if "failed" in value:
            raise ActionFailed(value["failed"], hint=value["hint"])
    if end.code != 0:
        raise ActionFailed(f"The backup program ended with code {end.code}.", hint="The log has more.")
    return said


def rows_of(said: list[dict[str, Any]]) -> dict[str, int]:
    """How many rows each table has, as the program counted."""
    return next((dict(value["rows"]) for value in said if "rows" in value), {})
