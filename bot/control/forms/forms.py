"""Walks a form: which fields are asked with the answers so far, what can be chosen, and what was answered."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.base.errors import WrongInputs
from bot.base.text import did_you_mean
from bot.catalog.catalog import Catalog
from bot.catalog.expressions import ExpressionProblem, evaluate, names_in
from bot.catalog.plan import scope_before
from bot.control.access import Access
from bot.control.forms.answers import is_empty, read_answer
from bot.control.forms.choices import Choices, NoChoices, NoLists, NotYet
from bot.model.form import Choice, ChoiceSource, FieldType, FormField, FormValue
from bot.model.person import Person
from bot.model.stack import Environment, Job, Stack

_WITH_CHOICES = {FieldType.CHOICE, FieldType.MULTI_CHOICE, FieldType.VERSION, FieldType.SECRET}


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a form stands in: what its expressions may name beside its answers, and who answers."""

    #: env, vars, stack, job: plain JSON.
    scope: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    #: The names of the stack's environments that the person may see, and of those that they may not.
    environments: Sequence[str] = ()
    unseen: frozenset[str] = frozenset()
    choices: Choices = dataclasses.field(default_factory=NoLists)
    #: The stack's folder: secrets and checks read files from there.
    folder: Path = Path()
    #: How long to wait for lists that nobody has read yet. None: as long as the form's author allows.
    patience_s: float | None = None
    #: Where the person is: what they mean by 14:30.
    zone: tzinfo = UTC


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One field, as the answers before it leave it."""

    #: With its choices filled in.
    field: FormField
    #: False: its `when` is not true, so it has no answer.
    is_shown: bool = True
    value: FormValue = None
    #: What was given, read or not: what the input holds.
    given: Any = None
    #: A sentence for whoever answered; empty when the answer is fine.
    error: str = ""
    #: Errors inside a group, by row and field: "0.port".
    inner: Mapping[str, str] = dataclasses.field(default_factory=dict)
    #: Why nothing can be chosen: its list cannot be read, or needs another answer first.
    trouble: str = ""
    #: The list is on its way.
    is_coming: bool = False
    #: The rows of a group.
    rows: tuple[tuple["Asked", ...], ...] = ()


class Forms:
    """The forms of all jobs, as one person answers them in one environment."""

    def __init__(self, *, catalog: Catalog, access: Access, choices: Choices) -> None:
        self._catalog = catalog
        self._access = access
        self._choices = choices

    def around(
        self,
        stack: Stack,
        job: Job,
        environment: Environment | None,
        person: Person,
        *,
        patience_s: float | None = None,
    ) -> Around:
        """What the form of *job* stands in. Raises Refused when the environment is not complete."""
        names, rights = self._catalog.environment_names(stack), self._access.rights(person)
        seen = [name for name in names if rights.may("see", f"{stack.name}//{name}")]
        return Around(
            scope=scope_before(stack, job, environment, self._catalog.vars),
            environments=seen,
            unseen=frozenset(names) - frozenset(seen),
            choices=self._choices,
            folder=stack.folder,
            patience_s=patience_s,
            zone=zone_of(person),
        )


def read_inputs(
    fields: Sequence[FormField], raw: Mapping[str, Any], around: Around | None = None
) -> dict[str, FormValue]:
    """The answers in *raw* as their fields' types, in the order of the form, and defaults for those not in it.

    A field that is there and empty was emptied on purpose: it gets no default. One that is not asked has None. Raises
    WrongInputs with a sentence for every wrong answer and for every name that the form does not have, and NotYet where
    a list did not come within the patience of *around*.
    """
    known = [field.name for field in fields]
    errors = {name: f"There is no such field. {_nearby(name, known)}".strip() for name in raw if name not in known}
    answers: dict[str, FormValue] = {}
    for asked in walk_form(fields, raw, around or Around()):
        _demand_that_lists_came(asked)
        name = asked.field.name
        answers[name] = asked.value
        errors |= {f"{name}.{place}": text for place, text in asked.inner.items()}
        if asked.error:
            errors[name] = asked.error
    if errors:
        raise WrongInputs(errors)
    return answers


def walk_form(fields: Sequence[FormField], raw: Mapping[str, Any], around: Around) -> Iterator[Asked]:
    """Every field in the order of the form, with what *raw* answers and what is wrong with that."""
    answers: dict[str, FormValue] = {}
    for one in fields:
        asked = _asked(one, raw, answers, around, fields)
        answers[one.name] = asked.value
        yield asked


def depends_on(one: FormField) -> set[str]:
    """The fields whose answers decide whether *one* is asked, or what can be chosen; "" is the environment."""
    source = one.choices_from
    written: list[Any] = [one.when or ""]
    written += [source.url, source.with_, source.headers] if source else []
    written += [one.default] if one.read_only else []
    try:
        names = names_in(written)
    except ExpressionProblem:
        return set()
    found = {name[1] for name in names if name[0] == "form" and len(name) > 1}
    return found | ({""} if any(name[0] == "env" for name in names) else set())


def _demand_that_lists_came(asked: Asked) -> None:
    for one in (asked, *chain.from_iterable(asked.rows)):
        if one.is_coming and one.error:
            raise NotYet(one.error)


def zone_of(person: Person) -> tzinfo:
    """Where *person* is; where this machine is when nobody knows."""
    try:
        return ZoneInfo(person.timezone) if person.timezone else _here()
    except (ZoneInfoNotFoundError, ValueError):
        return _here()


def _here() -> tzinfo:
    return datetime.now().astimezone().tzinfo or UTC


def _nearby(name: str, known: Sequence[str]) -> str:
    return did_you_mean(name, known) if known else "This job asks for nothing."


def _asked(
    one: FormField,
    raw: Mapping[str, Any],
    answers: Mapping[str, FormValue],
    around: Around,
    fields: Sequence[FormField],
) -> Asked:
    scope = {**around.scope, "form": answers}
    given = raw.get(one.name, one.default)
    if one.when is not None and not _is_true(one.when, scope):
        said = raw.get(one.name)
        wrong = "" if is_empty(said) or said is False else "With these answers it is not asked. Leave it out."
        return Asked(field=one, is_shown=False, error=wrong)
    if one.read_only:
        return _shown_only(one, raw, scope, around)
    if one.type is FieldType.GROUP:
        return _group(one, given, around)
    try:
        filled = _with_choices(one, scope, around, fields)
    except NoChoices as none:
        error = none.reason if one.required or not is_empty(given) else ""
        is_coming = isinstance(none, NotYet)
        return Asked(field=one, given=given, error=error, trouble=str(none), is_coming=is_coming)
    try:
        return Asked(field=filled, given=given, value=read_answer(filled, given, around.zone))
    except ValueError as wrong:
        return Asked(field=filled, given=given, error=str(wrong))


def _shown_only(one: FormField, raw: Mapping[str, Any], scope: Mapping[str, Any], around: Around) -> Asked:
    try:
        value = read_answer(replace(one, required=False), evaluate(one.default, scope), around.zone)
    except (ExpressionProblem, ValueError) as problem:
        return Asked(field=one, error=f"The stack's author has to mend this field: {problem}")
    same = one.name not in raw or is_empty(raw[one.name]) or str(raw[one.name]) == str(value)
    return Asked(field=one, given=value, value=value, error="" if same else f"It is always {value}. Leave it out.")


def _group(one: FormField, given: Any, around: Around) -> Asked:
    try:
        written = _rows(given)
    except ValueError as wrong:
        return Asked(field=one, error=str(wrong))
    rows = tuple(tuple(walk_form(one.fields, row, around)) for row in written)
    known = [inner.name for inner in one.fields]
    inner = {f"{at}.{asked.field.name}": asked.error for at, row in enumerate(rows) for asked in row if asked.error} | {
        f"{at}.{name}": f"There is no such field. {_nearby(name, known)}"
        for at, row in enumerate(written)
        for name in row
        if name not in known
    }
    return Asked(
        field=one,
        given=written,
        value=[{asked.field.name: asked.value for asked in row} for row in rows],
        error=_row_count(one, len(rows)),
        inner=inner,
        rows=rows,
    )


def _rows(given: Any) -> list[dict[str, Any]]:
    if is_empty(given):
        return []
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        found = None
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ValueError('Write rows as JSON, like [{"name": "web1"}, {"name": "web2"}].')
    return [{str(name): value for name, value in row.items()} for row in found]


def _row_count(one: FormField, count: int) -> str:
    least = int(one.min) if one.min is not None else int(one.required)
    if count < least:
        return f"Give at least {least} {'row' if least == 1 else 'rows'}."
    if one.max is not None and count > one.max:
        return f"Give at most {int(one.max)} {'row' if one.max == 1 else 'rows'}."
    return ""


def _is_true(condition: str, scope: Mapping[str, Any]) -> bool:
    try:
        return bool(evaluate(condition, scope))
    except ExpressionProblem:
        # `form.minutes > 60` while nobody has said how many: not yet.
        return False


def _with_choices(one: FormField, scope: Mapping[str, Any], around: Around, fields: Sequence[FormField]) -> FormField:
    """The field with what can be chosen now. Raises NoChoices."""
    if one.type is FieldType.ENVIRONMENT:
        given = one.choices or [Choice(value=name, label=name) for name in around.environments]
        return _offering(one, [choice for choice in given if choice.value not in around.unseen])
    if one.choices_from is None or one.type not in _WITH_CHOICES:
        return one
    source = _filled(one.choices_from, scope, fields)
    found = around.choices.read(source, folder=around.folder, patience_s=around.patience_s)
    return replace(_offering(one, found), choices_from=source)


def _offering(one: FormField, choices: Sequence[Choice]) -> FormField:
    if not choices:
        raise NoChoices(f"There is nothing to choose for {one.label}.")
    return replace(one, choices=tuple(choices))


def _filled(source: ChoiceSource, scope: Mapping[str, Any], fields: Sequence[FormField]) -> ChoiceSource:
    """*source* with its expressions computed. Raises NoChoices when an answer that it needs is missing."""
    written = [source.url, source.with_, source.headers]
    labels = {one.name: one.label for one in fields}
    try:
        for name in sorted(names_in(written)):
            if name[0] == "form" and len(name) > 1 and is_empty(scope["form"].get(name[1])):
                raise NoChoices(f"First answer “{labels.get(name[1], name[1])}”.")
        # What people typed is one piece of the address and cannot lead elsewhere.
        quoted = {**scope, "form": {name: _quoted(value) for name, value in scope["form"].items()}}
        return replace(
            source,
            url=str(evaluate(source.url, quoted)),
            with_=evaluate(source.with_, scope),
            headers=evaluate(source.headers, scope),
        )
    except ExpressionProblem as problem:
        raise NoChoices(f"The stack's author has to mend this list: {problem}") from problem


def _quoted(value: Any) -> Any:
    return quote(value, safe="") if isinstance(value, str) else value
