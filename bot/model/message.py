"""Messages the bot owes to Slack."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class MessageKind(StrEnum):
    """What a message shows, and so where its text comes from when it is sent."""

    #: A run, made anew from its rows at each sending.
    RUN = "run"
    #: Text and blocks, fixed when it was written.
    FIXED = "fixed"
    #: A timer with its buttons, made anew from its row.
    TIMER = "timer"
    #: The buttons of a stack's jobs, made anew from the catalog.
    BOARD = "board"
    #: An approval with its buttons, made anew from its rows.
    APPROVAL = "approval"
    #: One line about a run, by a rule of its stack.
    NOTICE = "notice"
    #: One line about the runs of quiet hours, made from their rows when those are over.
    QUIET = "quiet"
    #: A new version of a resource, made anew from its rows.
    VERSION = "version"
    #: The new versions of a day or a week, fixed when it was written.
    VERSIONS = "versions"
    #: What a stack announces by the clock, made anew from the catalog and the versions that are there.
    SCHEDULED = "scheduled"
    #: A message that stands already, pinned where it stands.
    PIN = "pin"
    #: How a run came out, for the step of a Slack workflow that waits for it.
    STEP = "step"
    #: A run's whole log, uploaded as a file.
    LOG = "log"
    #: Records of the audit, uploaded as a file.
    AUDIT = "audit"
    #: A week in words and a picture, uploaded as a file.
    DIGEST = "digest"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message owed to Slack: it is posted once, and edited until it shows the newest revision."""

    id: int
    #: Unique; asking twice for the same message posts it once.
    key: str
    kind: MessageKind
    channel: str
    #: The key of the message under which it is a thread reply; None: top level.
    parent: str | None
    run: int | None
    timer: int | None
    body: Mapping[str, Any]
    #: The revision that should be shown, and the one that is (0: not posted).
    wanted: int
    sent: int
    #: Slack's address of it, once posted.
    channel_id: str | None
    ts: str | None
    #: Tries since the last success.
    tries: int
    #: What Slack said at the last of them; empty after a success.
    error: str = ""
