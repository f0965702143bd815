"""Answers of a form as people read them in Slack."""

from collections.abc import Mapping
from datetime import datetime

from bot.base.text import cut
from bot.model.file import file_words, files_of
from bot.model.form import FieldType, FormField
from bot.slack.mrkdwn import DAY_TIME, at_time, one_line

_LENGTH = 500


def in_words(value: object, asked: FormField | None = None) -> str:
    """An answer as plain words: `yes`, `One by one, Slowly`, `30 min`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if files := files_of(value):
        return file_words(files)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "; ".join(_row(row, asked) for row in value)
    labels = {choice.value: choice.label for choice in asked.choices} if asked else {}
    if isinstance(value, list):
        return ", ".join(labels.get(item, str(item)) for item in value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    said = labels.get(str(value), str(value))
    return f"{said} {asked.unit}" if asked and asked.unit else said


def answer_words(
    value: object,
    asked: FormField | None = None,
    *,
    most: int = _LENGTH,
    named: Mapping[str, str] | None = None,
) -> str:
    """An answer as mrkdwn: people and channels by their names, moments in the reader's time zone. Empty: none.

    A message would tell whom it mentions: give it the names of people, by id, as *named*.
    """
    if value in (None, "", []):
        return ""
    match asked.type if asked else None:
        case FieldType.USER:
            who = str(value)
            return f"<@{one_line(who)}>" if named is None else one_line(named.get(who, who))
        case FieldType.CHANNEL:
            return f"<#{one_line(str(value))}>"
        case FieldType.DATE_TIME:
            return _moment(str(value))
    return one_line(cut(in_words(value, asked), most))


def _moment(written: str) -> str:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return one_line(written)
    return at_time(moment, DAY_TIME) if moment.tzinfo else one_line(written)


def _row(row: dict[str, object], group: FormField | None) -> str:
    fields = {field.name: field for field in group.fields} if group else {}
    return ", ".join(in_words(value, fields.get(name)) for name, value in row.items() if value not in (None, "", []))
