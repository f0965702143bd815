"""Checks what a stack.yml means: do the names in it lead somewhere? Its shape is checked elsewhere.

Works on the tree of the file and passes over what has a wrong shape, so that all mistakes are told at once.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.base.text import did_you_mean, join_words
from bot.catalog.calls import Call, of_job
from bot.catalog.expressions import Name
from bot.catalog.lint.fields import Payloads, lossy_faults
from bot.catalog.lint.form import FormLint, form_names
from bot.catalog.lint.scheduled import scheduled_faults
from bot.catalog.lint.steps import StepLint
from bot.catalog.lint.watch import WatchLint
from bot.catalog.marks import Entries, Items, Scalar, Value, plain
from bot.catalog.names import NAMED, RUN, Names, Scope, condition_faults, name_faults
from bot.catalog.problems import Fault
from bot.model.stack import LONGEST_ENVIRONMENT, SLACK_WORDS

_FOLDER = re.compile(r"[a-z0-9][a-z0-9_-]*")


def meaning_faults(tree: Value, folder: Path) -> tuple[list[Fault], tuple[Path, ...], tuple[Call, ...]]:
    """What is wrong in the stack of *folder*, the files in it that were looked for, and the jobs that its steps run."""
    if not isinstance(tree, Entries):
        return [], (), ()
    environments = _mappings(tree.entries.get("environments"))
    payloads = Payloads(folder, environments)
    watch = WatchLint(tree, folder)
    notify = _notify_faults(tree, environments)
    faults = [*notify, *_stack_faults(tree, folder.name), *_environment_faults(environments, watch), *watch.faults()]
    faults += scheduled_faults(tree, watch.resources, folder)
    jobs = _mappings(tree.entries.get("jobs"))
    calls: list[Call] = []
    for name, job in jobs.items():
        own = _environments_of(job, environments)
        faults += _job_faults(job, jobs, environments, has_channel="channel" in tree.entries)
        faults += watch.triggers(job, own)
        before = _scope(job, own).plus(watch.given(own))
        faults += FormLint(before, watch.resources).job(job)
        faults += name_faults(job.entries.get("lock"), before)
        steps = StepLint(Payloads(folder, own, payloads.looked_at))
        after = steps.job(job, before.plus({"run": RUN}))
        faults += [*steps.faults, *name_faults(job.entries.get("announce"), after)]
        faults += name_faults(job.entries.get("then"), after)
        faults += name_faults(job.entries.get("outputs"), after)
        calls += of_job(steps.calls, name)
    return faults, tuple(sorted(payloads.looked_at)), tuple(calls)


def _mappings(value: Value | None) -> dict[str, Entries]:
    """The entries of *value* that are mappings; one without a value is an empty mapping."""
    found = value.entries if isinstance(value, Entries) else {}
    return {
        key: item if isinstance(item, Entries) else Entries(item.mark, {}, {})
        for key, item in found.items()
        if isinstance(item, Entries) or plain(item) is None
    }


def _notify_faults(tree: Entries, environments: Mapping[str, Entries]) -> Iterator[Fault]:
    rules = tree.entries.get("notify")
    for rule in rules.items if isinstance(rules, Items) else ():
        if not isinstance(rule, Entries):
            continue
        if not {"channel"} & (rule.entries.keys() | tree.entries.keys()):
            yield rule.mark, 'It has no "channel", and neither has the stack.'
        yield from _unknown_faults(rule.entries.get("environments"), "environment", environments)
        yield from _unknown_faults(rule.entries.get("jobs"), "job", _mappings(tree.entries.get("jobs")))


def _unknown_faults(named: Value | None, what: str, known: Mapping[str, Entries]) -> Iterator[Fault]:
    for item in named.items if isinstance(named, Items) else ():
        if isinstance(item, Scalar) and isinstance(item.value, str) and item.value not in known:
            yield item.mark, f'There is no {what} "{item.value}". {did_you_mean(item.value, list(known))}'.rstrip()


def _stack_faults(tree: Entries, folder: str) -> Iterator[Fault]:
    name = tree.entries.get("stack")
    if isinstance(name, Scalar) and isinstance(name.value, str) and name.value != folder:
        yield name.mark, f'The stack is called "{name.value}", but its folder "{folder}". Give both the same name.'
    environments = tree.entries.get("environments")
    for written, mark in environments.keys.items() if isinstance(environments, Entries) else ():
        if "{{" not in written and len(written) > LONGEST_ENVIRONMENT:
            yield mark, f"The name has {len(written)} characters; {LONGEST_ENVIRONMENT} are the most."
    if not {"jobs", "announcements", "resources"} & tree.entries.keys():
        yield tree.mark, 'It does nothing: give it "jobs", "announcements" or "resources".'
    if folder in SLACK_WORDS:
        yield tree.mark, f'"/stack {folder}" means something else already. Give the stack and its folder another name.'
    if not _FOLDER.fullmatch(folder):
        yield tree.mark, f'The folder "{folder}" needs a name of small letters, digits, "-" and "_".'


def _environment_faults(environments: Mapping[str, Entries], watch: WatchLint) -> Iterator[Fault]:
    for name, environment in environments.items():
        scope = Scope({"vars": None}).plus(watch.given({name: environment}))
        yield from condition_faults(environment.entries.get("when"), scope)
        for key, value in environment.entries.items():
            if key == "name":
                yield environment.keys[key], 'An environment has its name already: "env.name" is the key above.'
            elif key not in ("when", "protected", "each"):
                yield from name_faults(value, scope)
                yield from lossy_faults(value)


def _environments_of(job: Entries, environments: Mapping[str, Entries]) -> Mapping[str, Entries]:
    """Those that the job may act on."""
    named = job.entries.get("environments")
    if not isinstance(named, Items):
        return environments
    names = [plain(item) for item in named.items]
    return {name: fields for name, fields in environments.items() if name in names}


def _job_faults(
    job: Entries, jobs: Mapping[str, Entries], environments: Mapping[str, Entries], *, has_channel: bool
) -> Iterator[Fault]:
    yield from _unknown_faults(job.entries.get("environments"), "environment", environments)
    if "announce" in job.entries and not has_channel:
        yield job.keys["announce"], '"announce" is told to the stack\'s "channel", which is not given.'
    inverse = job.entries.get("inverse")
    if isinstance(inverse, Scalar) and isinstance(inverse.value, str):
        yield from ((inverse.mark, text) for text in _taken_back(inverse.value, job, jobs))
    then = job.entries.get("then")
    run = then.entries.get("run") if isinstance(then, Entries) else None
    if isinstance(run, Scalar) and isinstance(run.value, str):
        yield from ((run.mark, text) for text in _next_job(run.value, job, jobs, environments))


def _taken_back(name: str, job: Entries, jobs: Mapping[str, Entries]) -> Iterator[str]:
    """Why the job called *name* is no inverse."""
    if name not in jobs:
        yield f'There is no job "{name}". {did_you_mean(name, list(jobs))}'
    elif jobs[name] is job:
        yield "A job cannot take back itself."


def _next_job(
    name: str, job: Entries, jobs: Mapping[str, Entries], environments: Mapping[str, Entries]
) -> Iterator[str]:
    """Why the job called *name* cannot be started by itself after *job*."""
    following = jobs.get(name)
    if following is None:
        yield f'There is no job "{name}". {did_you_mean(name, list(jobs))}'
        return
    reached = _environments_of(following, environments)
    lost = [own for own in _environments_of(job, environments) if own not in reached]
    if lost:
        yield f'The job "{name}" may not act on {join_words(lost)}, where this one may.'
    asked = [field for field, entries in _mappings(following.entries.get("form")).items() if _must_be_asked(entries)]
    if asked:
        yield f'The job "{name}" asks for {join_words(asked)}, and nobody will be there to answer: give a default.'


def _must_be_asked(field: Entries) -> bool:
    written = plain(field)
    # One with a `when` may well not be asked.
    return written.get("required", True) is True and written.get("default") is None and "when" not in written


def _scope(job: Entries, environments: Mapping[str, Entries]) -> Scope:
    """What expressions may name before the first step."""
    form = job.entries.get("form")
    known: dict[str, Names | None] = {
        "form": form_names(form),
        "vars": None,
        "stack": NAMED,
        "job": NAMED,
    }
    if not environments:
        return Scope(known, {("env",): 'There is no "env" here: the job has no environments.'})
    fields = {
        name: {*environment.entries} - {"when", "protected", "each"} for name, environment in environments.items()
    }
    some = set().union(*fields.values())
    reasons: dict[Name, str] = {
        ("env", key): f'Environment {join_words([name for name in fields if key not in fields[name]])} has no "{key}".'
        for key in some
    }
    everywhere = some.intersection(*fields.values())
    return Scope({**known, "env": dict.fromkeys([*sorted(everywhere), "name"])}, reasons)
