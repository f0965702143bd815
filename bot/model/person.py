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

    @property
    def is_terminal(self) -> bool:
        """Does this person sit at the machine's own terminal?"""
        return self.id.startswith("cli:")

    @property
    def is_automatic(self) -> bool:
        """Is this no person but the program itself, acting on a declared rule?"""
        return self.id.startswith("auto:")


#: Who acts when a timer comes due.
TIMER = Person(id="auto:timer", name="Timer")
