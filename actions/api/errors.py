"""How an action says that the work did not go well."""


class ActionFailed(Exception):  # noqa: N818 - reads as what happened: the work said no
    """The work said no: a person has to act.

    *reason* is one sentence for people, with the value that was wrong; *hint* says what to do next.
    Any other exception that leaves an action is taken as a bug in it.
    """

    def __init__(self, reason: str, *, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Cancelled(BaseException):
    """The run was aborted. Raised by the waiting calls of `Context`.

    A BaseException, so that no `except Exception` of an action swallows it. Clean up and let it fly.
    """
