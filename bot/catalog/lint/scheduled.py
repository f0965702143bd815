"""Checks announcements by the clock: do they say when, where and what, and is there what they speak of?"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.base.text import did_you_mean
from bot.catalog.expressions import ExpressionProblem
from bot.catalog.marks import Entries, plain
from bot.catalog.names import Names, Scope, condition_faults
from bot.catalog.problems import Fault
from bot.catalog.templates import names_of, template_text

#: What every template is given besides; `link(url, text)` writes a link.
_GIVEN: Names = {"vars": None, "today": None}


def scheduled_faults(tree: Entries, resources: Mapping[str, Entries], folder: Path) -> Iterator[Fault]:
    """What is wrong with the announcements of a stack that has these *resources*."""
    declared = tree.entries.get("announcements")
    known: Names = {**_GIVEN, "resources": dict.fromkeys(resources)}
    if not isinstance(declared, Entries):
        return
    for name, one in declared.entries.items():
        if not isinstance(one, Entries):
            continue
        if ("cron" in one.entries) == ("dates" in one.entries):
            yield declared.keys[name], f'When? Give {name} exactly one of "cron" and "dates".'
        if not {"channel"} & (one.entries.keys() | tree.entries.keys()):
            yield one.mark, 'It has no "channel", and neither has the stack.'
        yield from condition_faults(one.entries.get("when"), Scope(known))
        yield from _template_faults(one, {**known, "link": None}, folder)


def _template_faults(one: Entries, known: Names, folder: Path) -> Iterator[Fault]:
    template = one.entries.get("template")
    written = plain(template) if template else None
    if template is None or not isinstance(written, str):
        return
    try:
        names = sorted(names_of(template_text(written, folder)))
    except ExpressionProblem as problem:
        yield template.mark, str(problem)
        return
    resources = known["resources"] or {}
    for name in names:
        first, _, second = name.partition(".")
        if first not in known:
            yield template.mark, f'The template has no "{first}". {did_you_mean(first, list(known))}'.rstrip()
        elif first == "resources" and second and second not in resources:
            hint = did_you_mean(second, list(resources))
            yield template.mark, f'The template speaks of a resource "{second}" that there is not. {hint}'.rstrip()
