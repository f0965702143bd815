"""Who and what is in a new workspace."""

from dataclasses import dataclass, field

BOT_USER = "U0STACKHAND"
BOT_ID = "B0STACKHAND"
APP_ID = "A0STACKHAND"
TEAM_ID = "T0ACME"
TEAM_NAME = "Acme"
TEAM_DOMAIN = "acme"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member of the workspace; the bot is one, too."""

    id: str
    #: What stands behind an @.
    name: str
    real_name: str
    color: str
    is_bot: bool = False

    @property
    def email(self) -> str:
        """Nobody reads it; jobs may name people by it."""
        return f"{self.name}@example.org"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A place for messages: public, private, or direct between one person and the bot."""

    id: str
    #: Without the #; empty for direct messages.
    name: str
    topic: str = ""
    members: frozenset[str] = frozenset()
    is_private: bool = False
    is_archived: bool = False
    #: The person of a direct message.
    user: str | None = None

    @property
    def is_im(self) -> bool:
        """Is it a direct message?"""
        return self.user is not None


@dataclass(frozen=True, kw_only=True)
class Group:
    """A user group: @platform."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Seed:
    """What a workspace starts with."""

    people: tuple[Person, ...]
    channels: tuple[Channel, ...]
    groups: tuple[Group, ...] = field(default=())


def acme() -> Seed:
    """Two who may do everything, one from support, and one without any group."""
    people = (
        Person(id="U0ADA", name="ada", real_name="Ada Lovelace", color="#9a3b8f"),
        Person(id="U0GRACE", name="grace", real_name="Grace Hopper", color="#1f7a8c"),
        Person(id="U0BEA", name="bea", real_name="Bea Miller", color="#b3541e"),
        Person(id="U0LINUS", name="linus", real_name="Linus Park", color="#4a6b2a"),
    )
    everybody = frozenset({*(person.id for person in people), BOT_USER})
    return Seed(
        people=people,
        channels=(
            Channel(id="C0GENERAL", name="general", topic="For everybody", members=everybody),
            Channel(id="C0OPS", name="ops", topic="What runs, and who runs it", members=everybody),
            Channel(id="C0SUPPORT", name="support", topic="What customers see", members=everybody),
        ),
        groups=(
            Group(id="S0PLATFORM", handle="platform", name="Platform team", users=("U0ADA", "U0GRACE")),
            Group(id="S0SUPPORT", handle="support", name="Support team", users=("U0BEA",)),
        ),
    )
