"""Which names expressions may use at a place of a stack, and what to say of the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.base.text import did_you_mean
from bot.catalog.expressions import ExpressionProblem, Name, names_in
from bot.catalog.marks import Scalar, Value, scalars
from bot.catalog.problems import Fault

#: What stands under a name; None: anything may.
Names = Mapping[str, "Names | None"]

#: What every run knows of itself; see control.scope.
RUN: Names = {"number": None, "name": None, "started_by": None, "title": None, "status": None}
#: What steps know of a file that was given to the form.
FILE: Names = {"name": None, "size": None, "path": None}
#: What hooks know of the failure that brought them, empty when there was none; see runner.walk.
FAILURE: Names = {"failure": {"step": None, "reason": None}}
#: What the condition of a `retry` knows of the failure; see runner.use.
LAST_FAILURE: Names = {"failure": {"step": None, "reason": None, "hint": None, "attempt": None}}
#: What the copies of a step with `each` know.
ITEM: Names = {"item": None}
#: How expressions call the approval of a job, which is given before its first step.
GATE_NAME = "approval"
NAMED: Names = {"name": None, "title": None}
#: Names that a step cannot have, since expressions mean something else by them.
RESERVED = ("env", "form", "vars", "stack", "job", "run", "failure", "item")


@dataclass(frozen=True)
class Scope:
    """What expressions at one place may name."""

    known: Names
    #: Why some names, which look as if they were there, are not: a sentence for each.
    reasons: Mapping[Name, str] = field(default_factory=dict)

    def plus(self, more: Names) -> "Scope":
        """The same and *more*."""
        return replace(self, known={**self.known, **more})


def name_faults(value: Value | None, scope: Scope) -> Iterator[Fault]:
    """Expressions in *value* that cannot be read or name what is not in *scope*."""
    for scalar in scalars(value) if value else ():
        if isinstance(scalar.value, str):
            yield from ((scalar.mark, text) for text in _wrong(scalar.value, scope))


def condition_faults(value: Value | None, scope: Scope) -> Iterator[Fault]:
    """The same for a `when`, which is one expression as a whole, in braces or not."""
    if not isinstance(value, Scalar) or not isinstance(value.value, str):
        return
    text = value.value.strip()
    if "{{" not in text:
        text = f"{{{{ {text} }}}}"
    if text.count("{{") > 1 or not (text.startswith("{{") and text.endswith("}}")):
        yield value.mark, '"when" is one expression: write all of it inside one pair of braces, or none at all.'
        return
    yield from ((value.mark, sentence) for sentence in _wrong(text, scope))


def _wrong(text: str, scope: Scope) -> Iterator[str]:
    try:
        names = sorted(names_in(text))
    except ExpressionProblem as problem:
        yield str(problem)
        return
    for name in names:
        if sentence := _missing(name, scope):
            yield sentence


def _missing(name: Name, scope: Scope) -> str:
    """Why *name* is not there; empty when it is."""
    known: Names | None = scope.known
    for index, part in enumerate(name):
        if known is None:
            return ""
        if part not in known:
            path = name[: index + 1]
            if path in scope.reasons:
                return scope.reasons[path]
            dotted = [".".join((*path[:-1], other)) for other in known]
            return f'There is no "{".".join(path)}" here. {did_you_mean(".".join(path), dotted)}'.rstrip()
        known = known[part]
    return ""
