"""How the program says no to a person: one sentence, and what to do next."""

import os
from collections.abc import Mapping


def why(error: OSError) -> str:
    """The system's own words for it: libraries put addresses and tuples of theirs around them."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror or error)


class Refused(Exception):  # noqa: N818 - it reads as what happened
    """The program did not do what was asked. *reason* is a sentence for people; *hint* says what to do next."""

    def __init__(self, reason: str, *, hint: str = "") -> None:
        super().__init__(reason if not hint else f"{reason} {hint}")
        self.reason = reason
        self.hint = hint


class NotFound(Refused):
    """There is nothing of this name. The hint has the nearest names."""


class NotAllowed(Refused):
    """This person may not. The hint says who may."""


class WrongInputs(Refused):
    """Some values of a form are wrong. *errors* has a sentence per field name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


class NotNow(Refused):
    """It cannot be done in the present state: a run that is over cannot be cancelled."""


class SetupProblem(Exception):  # noqa: N818
    """The program cannot start as it is set up. One sentence, and the command or setting that mends it."""

    def __init__(self, reason: str, *, hint: str = "") -> None:
        super().__init__(reason if not hint else f"{reason} {hint}")
        self.reason = reason
        self.hint = hint
