"""What an action is: a typed, reusable thing that a step uses."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from actions.api.context import Context


class Outputs(BaseModel):
    """The typed result of an action. Plain JSON values only: it is stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


OutputsT = TypeVar("OutputsT", bound=Outputs)


class Crash(StrEnum):
    """What to do with a step that had begun when the machine died."""

    #: Nobody knows how far it came: a person decides. The safe default.
    ASK = "ask"
    #: Doing it twice is the same as doing it once: run it again.
    AGAIN = "again"
    #: All it changes is changed by programs started with `Context.exec`: run it again, and exec attaches to the
    #: program that is already at work (or reads the result it left). If the program itself died: ask.
    ATTACH = "attach"


class Action(BaseModel, Generic[OutputsT]):
    """A typed, reusable piece of work. The class is the schema: its fields and docstring are the form, help and check.

    A file `actions/kubernetes/scale.py` holds one class, `Scale`, and a stack writes `uses: kubernetes.scale`.
    """

    # "{{ form.minutes }}" is a number; in a list of words it is one of them.
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    #: Is there something to take back after it? Not after what only looks, nor after what adds and writes over nothing.
    needs_undo: ClassVar[bool] = True
    #: How long its preview may take, in seconds: people wait for it. More only where it has to ask a whole world.
    preview_s: ClassVar[float] = 60

    @classmethod
    def outputs_type(cls) -> type[Outputs]:
        """The class of what `run` returns: Scaled for `class Scale(Action[Scaled])`."""
        for base in cls.__mro__:
            arguments = getattr(base, "__pydantic_generic_metadata__", {}).get("args")
            if arguments:
                found: type[Outputs] = arguments[0]
                return found
        raise TypeError(f"{cls.__name__} does not say what it returns: write class {cls.__name__}(Action[Outputs])")

    @property
    def crash(self) -> Crash:
        """What a crash in the middle of this action means. Override with the truth about this action."""
        return Crash.ASK

    @classmethod
    def is_final(cls, fields: Mapping[str, Any]) -> bool:
        """Does what it changes stay, since nothing reverses it? People read so before they start it.

        *fields* are those that a step gives; expressions in them are not computed yet. Override where it depends on
        them.
        """
        del fields
        return cls.needs_undo and cls.undo is Action.undo

    def preview(self, ctx: Context) -> str:
        """What `run` would do, found by reading only. Lines of plain text for people.

        The same text as long as the same would happen, since people's yes is pinned to it: no durations of the looking,
        no names of temporary files, nothing in the order in which answers came.

        Raises ActionFailed if it can already be seen that `run` would fail.
        """
        raise NotImplementedError

    def run(self, ctx: Context) -> OutputsT:
        """Do it, and return what came of it.

        Read first; call `ctx.begin(outputs)` before the first change, so that what fails or crashes below can be
        undone.
        Raises ActionFailed when the work says no.
        """
        raise NotImplementedError

    def rest(self, done: OutputsT | None, hosts: Sequence[str]) -> "Action[Any]":
        """The same work for a further try, when an earlier one has come to an end on *hosts* and not on all others.

        *done* is what the earlier try stored last; its changes are still to be undone, so what `run` returns names
        them too. An action that cannot leave hosts out does all of them again: so it is by default.
        """
        del done, hosts
        return self

    def undo(self, done: OutputsT) -> "Action[Any] | None":
        """The action that reverses this one, given what it stored. None: there is nothing to reverse, or no way back.

        Changes nothing itself, so an undo is previewed, logged, locked and audited like any other action.
        """
        del done
        return None
