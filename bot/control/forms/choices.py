"""Where a form's lists of choices come from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from bot.base.errors import Refused
from bot.model.form import Choice, ChoiceSource


class NoChoices(Refused):
    """A list cannot be read now. The reason says why, and what to do."""


class NotYet(NoChoices):
    """The list is being read, and has not come in the time that there was."""


class Choices(Protocol):
    """Reads lists of choices, and remembers them for a while."""

    def read(self, source: ChoiceSource, *, folder: Path, patience_s: float | None = None) -> Sequence[Choice]:
        """What can be chosen; *source* holds no expressions any more, *folder* is the stack's.

        Waits *patience_s* at most, or as long as the source itself allows; a list that comes later is remembered.
        Raises NoChoices; NotYet when it may still come.
        """


class NoLists:
    """There are none: for forms whose choices all stand in the file."""

    def read(self, source: ChoiceSource, *, folder: Path, patience_s: float | None = None) -> Sequence[Choice]:
        """Raises NoChoices."""
        del folder, patience_s
        raise NoChoices(f"Nobody reads {source.url or source.check} here.")
