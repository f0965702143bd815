"""People, as the bot knows them."""

from dataclasses import dataclass


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
