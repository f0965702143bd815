"""What a database that is locked, full, damaged or away says, as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, NotSupportedError, ProgrammingError

from bot.base.errors import SetupProblem
from bot.base.text import first_line

#: These say that the program asked for the wrong thing, and so are mistakes of ours.
_BUGS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


@contextmanager
def in_words() -> Iterator[None]:
    """Turn the database's troubles inside the block into a SetupProblem; our own mistakes fly on."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, _BUGS):
            raise
        reason = first_line(str(error.orig))
        raise SetupProblem(f"The database did not do it: {reason}.", hint="To look closer: stackhand doctor") from error
