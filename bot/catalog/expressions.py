"""Puts values into the texts of a stack: `{{ form.minutes }}`.

Only what the author wrote is ever evaluated. A value that comes out of it, like an answer that somebody typed into a
form, is put in as it is and never looked at again. So "{{ 7 * 7 }}" in a form stays those nine characters.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, UndefinedError, nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.base.text import cut, did_you_mean

#: A dotted name as its parts: ("form", "minutes").
Name = tuple[str, ...]

#: What an author's mistake may raise while Jinja reads or computes an expression.
MISTAKES = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, SyntaxError, TypeError)


class ExpressionProblem(Exception):  # noqa: N818 - it reads as what happened
    """An expression cannot be read or computed. The message is a sentence that names it."""


def evaluate(value: Any, scope: Mapping[str, object]) -> Any:
    """*value* with every expression in its texts replaced; *scope* holds what they may name, as plain JSON.

    A text that is one expression becomes what that one is, a number or a list; within a longer text it becomes text.
    Keys of mappings are names and stay as they are. Raises ExpressionProblem.
    """
    match value:
        case str():
            return _parse(value).evaluate(scope)
        case Mapping():
            return {key: evaluate(item, scope) for key, item in value.items()}
        case list() | tuple():
            return [evaluate(item, scope) for item in value]
    return value


def names_in(value: Any) -> set[Name]:
    """The names that the expressions in *value* need. Raises ExpressionProblem when one of them cannot be read.

    Those that may be missing, as in `vars.x | default(1)` and `vars.x is defined`, are not among them.
    """
    match value:
        case str():
            return {name for part in _parse(value).parts if isinstance(part, _Expression) for name in part.names}
        case Mapping():
            return {name for item in value.values() for name in names_in(item)}
        case list() | tuple():
            return {name for item in value for name in names_in(item)}
    return set()


@dataclass(frozen=True)
class _Expression:
    #: As it is written between the braces.
    source: str
    names: tuple[Name, ...]
    compute: TemplateExpression

    def evaluate(self, scope: Mapping[str, object]) -> Any:
        try:
            return _plain(self.compute(scope))
        except UndefinedError as error:
            raise self._problem(_missing(self.names, scope) or str(error)) from error
        except (*MISTAKES, ValueError) as error:
            raise self._problem(str(error)) from error

    def _problem(self, reason: str) -> ExpressionProblem:
        return ExpressionProblem(f"{{{{ {cut(self.source, 80)} }}}} cannot be computed: {reason}")


@dataclass(frozen=True)
class _Text:
    parts: tuple[str | _Expression, ...]

    def evaluate(self, scope: Mapping[str, object]) -> Any:
        # A block of YAML ends with a line break, and its lone expression is still alone.
        match [part for part in self.parts if isinstance(part, _Expression) or part.strip()]:
            case [_Expression() as lone]:
                return lone.evaluate(scope)
        return "".join(part if isinstance(part, str) else _as_text(part.evaluate(scope)) for part in self.parts)


class SandboxedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with nothing to name but the scope."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, finalize: Callable[[Any], str] | None = None) -> None:
        """*finalize* writes the values of whole templates."""
        super().__init__(
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=finalize,
        )
        self.globals.clear()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Keys only, for mappings: a form may have a field called `items` or `count`."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Products of numbers: `9 ** 9 ** 9` and `"x" * 9999999999` would eat the machine."""
        if operator == "**" or not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError("only numbers can be multiplied, and there are no powers.")
        return super().call_binop(context, operator, left, right)


@cache
def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment()


@lru_cache(maxsize=4096)
def _parse(text: str) -> _Text:
    parts: list[str | _Expression] = []
    source: list[str] | None = None
    try:
        for _, kind, token in _environment().lex(text):
            if kind == "variable_begin":
                source = []
            elif kind == "variable_end":
                parts.append(_expression("".join(source or []).strip()))
                source = None
            elif source is not None:
                source.append(token)
            elif kind == "data":
                parts.append(token)
            else:
                raise ExpressionProblem(f'"{cut(text, 80)}" has {token.strip()}, but only {{{{ ... }}}} works here.')
    except (*MISTAKES, ValueError) as error:
        raise ExpressionProblem(f'"{cut(text, 80)}" cannot be read: {error}') from error
    if source is not None:
        raise ExpressionProblem(f'"{cut(text, 80)}" has no }}}} for its {{{{.')
    return _Text(tuple(parts))


def _expression(source: str) -> _Expression:
    compute = _environment().compile_expression(source, undefined_to_none=False)
    names = sorted(set(_names(_environment().parse(f"{{{{ {source} }}}}"))))
    return _Expression(source=source, names=tuple(names), compute=compute)


def _names(node: nodes.Node) -> Iterator[Name]:
    """The dotted names below *node*, each as long as it is written."""
    name = _name(node)
    if name:
        yield name
        return
    match node:
        case nodes.Filter(name="default" | "d", node=guarded) | nodes.Test(name="defined" | "undefined", node=guarded):
            children = [child for child in node.iter_child_nodes() if child is not guarded or not _name(child)]
        case nodes.Call(node=nodes.Getattr(node=owner) as method):  # in `form.reason.upper()`, `upper` is no name
            children = [owner, *(child for child in node.iter_child_nodes() if child is not method)]
        case _:
            children = list(node.iter_child_nodes())
    for child in children:
        yield from _names(child)


def _name(node: nodes.Node) -> Name | None:
    match node:
        case nodes.Name(name=name):
            return (name,)
        case nodes.Getattr(node=owner, attr=part) | nodes.Getitem(node=owner, arg=nodes.Const(value=str(part))):
            before = _name(owner)
            return (*before, part) if before else None
    return None


def _missing(names: tuple[Name, ...], scope: Mapping[str, object]) -> str:
    """A sentence about the first of *names* that *scope* has not; empty when it has all of them."""
    for name in names:
        missing = _missing_part(name, scope)
        if missing is not None:
            at, known = missing
            return f"there is no {'.'.join(name[: at + 1])}. {did_you_mean(name[at], known)}".strip()
    return ""


def _missing_part(name: Name, scope: Mapping[str, object]) -> tuple[int, list[str]] | None:
    """Which part of *name* is missing, and what there is in its place; None: nothing is missing."""
    owner: object = scope
    for at, part in enumerate(name):
        if not isinstance(owner, Mapping):
            return None  # parts of texts and numbers are Jinja's matter
        if part not in owner:
            return at, [str(key) for key in owner]
        owner = owner[part]
    return None


def _plain(value: Any) -> Any:
    """*value* as plain JSON: filters also return generators, and texts that would escape what is put beside them."""
    match value:
        case Undefined() | str():
            return str(value)  # raises UndefinedError for the former
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | range() | Iterator():
            return [_plain(item) for item in value]
    raise TypeError(f"it gives no value but a {type(value).__name__}.")


def _as_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(_as_text(item) for item in value)
    return str(value)
