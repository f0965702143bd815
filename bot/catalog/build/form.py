"""Makes the form of a job in which no mistake was found."""

from collections.abc import Mapping

from bot.base.text import parse_bytes, parse_duration
from bot.catalog.build.watch import in_braces
from bot.catalog.raw.form import RawChoices, RawField
from bot.catalog.raw.watch import RawResource
from bot.model.form import Choice, ChoiceSource, FieldType, FormField
from bot.model.limit import measured

#: Of files whose author says nothing of their size.
_MAX_SIZE = "20 MB"


def form(raw: Mapping[str, RawField], resources: Mapping[str, RawResource]) -> tuple[FormField, ...]:
    """The fields, in the order of the file."""
    return tuple(_field(name, field, resources) for name, field in raw.items())


def readable(name: str) -> str:
    """`put_up-page` -> `Put up page`."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _field(name: str, raw: RawField, resources: Mapping[str, RawResource]) -> FormField:
    choices = raw.choices.items() if isinstance(raw.choices, dict) else [(value, value) for value in raw.choices or ()]
    return FormField(
        name=name,
        type=raw.type,
        label=raw.label or readable(name),
        help=raw.help,
        required=raw.required,
        default=raw.default,  # type: ignore[arg-type]  # its type was checked when the file was
        min=_limit(raw.type, raw.min),
        max=_limit(raw.type, raw.max),
        unit=raw.unit,
        pattern=raw.pattern,
        message=raw.message,
        choices=tuple(Choice(value=value, label=label) for value, label in choices),
        choices_from=_source(raw, resources),
        when=in_braces(raw.when),
        read_only=raw.read_only,
        weekends=raw.weekends,
        types=tuple(raw.types or ()),
        max_files=raw.max_files or 1,
        max_bytes=parse_bytes(raw.max_size or _MAX_SIZE) if raw.type is FieldType.FILE else None,
        fields=form(raw.fields or {}, {}),
    )


def _limit(type_: FieldType, written: float | str | None) -> float | None:
    return measured(type_, written) if isinstance(written, str) else written


def _source(raw: RawField, resources: Mapping[str, RawResource]) -> ChoiceSource | None:
    if raw.resource and raw.resource in resources:
        resource = resources[raw.resource]
        return ChoiceSource(check=resource.check, with_=resource.with_)
    return _made(raw.choices_from) if raw.choices_from else None


def _made(raw: RawChoices) -> ChoiceSource:
    return ChoiceSource(
        check=raw.check or "",
        with_=raw.with_,
        url=raw.url or "",
        headers=raw.headers,
        secret_headers=raw.secret_headers,
        items=raw.items,
        value=raw.value,
        label=raw.label,
        cache_s=parse_duration(raw.cache).total_seconds(),
        timeout_s=parse_duration(raw.timeout).total_seconds(),
    )
