"""The request to start a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.model.person import Person


@dataclass(frozen=True, kw_only=True)
class StartJob:
    """Somebody asks for a job."""

    person: Person
    stack: str
    job: str
    #: None: the job's only environment, or none at all.
    environment: str | None = None
    #: As typed or clicked; read and checked by the job's form.
    inputs: Mapping[str, Any]
    #: Names this very request: a double click and a re-sent event carry the same key and so find the same run.
    key: str
    #: Where it came from: "slack", "cli", "timer" ...
    origin: str
    #: Why, for people; empty: the person asked.
    cause: str = ""
    #: Where the run's message goes; None: the stack's channel.
    channel: str | None = None
