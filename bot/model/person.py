"""People, as the bot knows them."""

import re
from dataclasses import dataclass

_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,30}")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody, or something, that asks."""

    #: Slack's user id; `cli:NAME` for the terminal; `auto:NAME` for the program itself.
    id: str
    name: str
    email: str = ""
    #: Handles of user groups, without "@".
    groups: frozenset[str] = frozenset()
    #: Where they are, as "Europe/Berlin"; empty when nobody knows.
    timezone: str = ""
    #: A guest of the workspace, or somebody of another one in a shared channel: not meant by `everyone`.
    is_guest: bool = False

    @property
    def is_terminal(self) -> bool:
        """Does this person sit at the machine's own terminal?"""
        return self.id.startswith("cli:")

    @property
    def is_automatic(self) -> bool:
        """Is this no person but the program itself, acting on a declared rule?"""
        return self.id.startswith("auto:")


@dataclass(frozen=True, kw_only=True)
class JobName:
    """A job, as people keep it at hand."""

    stack: str
    job: str


#: Who starts a job by a declared trigger.
TRIGGER = Person(id="auto:trigger", name="Trigger")
#: Whoever built a workflow of Slack: `workflows` in access.yml.
WORKFLOW = Person(id="workflow:slack", name="A workflow")
#: Who acts when a timer comes due.
TIMER = Person(id="auto:timer", name="Timer")


def is_slack_id(who: str) -> bool:
    """Is it Slack's id of a person, like `U024BE7LH`? Those of terminals and timers have a colon."""
    return _SLACK_ID.fullmatch(who) is not None
