"""One check of one resource: asks, puts in order, and says of each version whether it counts."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
import structlog
from pydantic import ValidationError

from actions import library
from actions.api import ActionFailed, Version
from actions.api.fields import stack_path
from bot.base.clock import Clock
from bot.base.redact import Redactor
from bot.base.text import cut, first_line
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.control.watchers.sieve import in_order, newest, verdict
from bot.model.follow import FOLLOWED
from bot.model.stack import Stack
from bot.model.watch import CheckResult, CheckUse, FoundVersion, Resource, SeenVersion, watcher_id
from bot.watch.polite import Asked, Found, PoliteHttp

log = structlog.get_logger()

#: Reads a secret by its reference, from a stack's folder. Raises ActionFailed.
ReadSecret = Callable[[str, Path], str]

_LONGEST_NOTES = 40_000
#: It goes into buttons. A longer one, or one with control characters, is a page that somebody took for a list.
_NUMBER = re.compile(r"[^\x00-\x1f\x7f]{1,250}")


@dataclass
class LookContext:
    """The program's side of `actions.api.CheckContext`, for one check."""

    folder: Path
    clock: Clock
    polite: PoliteHttp
    read_secret: ReadSecret
    fresh_s: float
    #: What is known already of what is going to be asked.
    given: Mapping[str, Found] = field(default_factory=dict)
    held_until: datetime | None = None
    #: All that was asked, None being what cannot be asked again as it is.
    asked: list[Asked | None] = field(default_factory=list)
    redactor: Redactor = field(default_factory=Redactor)

    def http(self) -> requests.Session:
        """See `actions.api.CheckContext`."""
        return self.polite.session(fresh_s=self.fresh_s, held=self._held, asked=self.asked.append, given=self.given)

    def secret(self, reference: str) -> str:
        """See `actions.api.CheckContext`."""
        value = self.read_secret(reference, self.folder)
        try:
            self.redactor.add(value)
        except ValueError as error:
            raise ActionFailed(f"{reference}: {error}") from error
        return value

    def path(self, written: str) -> Path:
        """See `actions.api.CheckContext`."""
        self.asked.append(None)
        return stack_path(self.folder, written)

    def now(self) -> datetime:
        """See `actions.api.CheckContext`."""
        self.asked.append(None)
        return self.clock.now()

    def masked(self, text: str) -> str:
        """See `actions.api.CheckContext`."""
        return self.redactor.mask(text)

    def safe(self, version: Version) -> Version:
        """*version* without the secrets that were read: a server may send back what it was given."""
        if not self.redactor.patterns():
            return version
        return type(version).model_validate(self.redactor.mask_all(version.model_dump(mode="json")))

    def _held(self, until: datetime) -> None:
        self.held_until = until


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What a look depended on: as long as all of it is the same, so is what it found."""

    resource: Resource
    #: The fields of its checks, with the values of their expressions; empty where they have none.
    fields: tuple[Mapping[str, Any], ...]
    asked: tuple[Asked, ...]

    @property
    def host(self) -> str:
        """Whom it asks first."""
        return self.asked[0].ask.host


@dataclass(frozen=True, kw_only=True)
class Looker:
    """Runs checks; any thread may ask."""

    clock: Clock
    polite: PoliteHttp
    #: For what people follow from Slack: it asks the world, and what an operator allows.
    guarded: PoliteHttp
    read_secret: ReadSecret
    vars: Callable[[], Mapping[str, Any]]

    def look(
        self, stack: Stack, resource: Resource, known: Mapping[str, SeenVersion], *, fresh_s: float = 0.0
    ) -> CheckResult:
        """Check *resource*, of which *known* was seen before. What goes wrong is in the result.

        Answers of the last *fresh_s* seconds are good enough.
        """
        return self.follow(stack, resource, known, fresh_s=fresh_s, given={})[0]

    def again(self, stack: Stack, trail: Trail, *, fresh_s: float) -> Mapping[str, Found] | None:
        """Is all as it was at the look that left *trail*? Then None; else what is known already of what is now.

        Most looks find nothing new: whoever only asks whether an answer is the same need not read it.
        """
        try:
            if trail.fields and self._fields(trail.resource) != trail.fields:
                return {}
            return self._polite(stack).repeat(trail.asked, fresh_s=fresh_s)
        except (ExpressionProblem, ActionFailed):
            # The look that follows says what is wrong.
            return {}

    def follow(
        self,
        stack: Stack,
        resource: Resource,
        known: Mapping[str, SeenVersion],
        *,
        fresh_s: float,
        given: Mapping[str, Found],
    ) -> tuple[CheckResult, Trail | None]:
        """The same as `look`, with what `again` found; and a trail, None where each look has to be made whole."""
        ctx = LookContext(
            folder=stack.folder,
            clock=self.clock,
            polite=self._polite(stack),
            read_secret=self.read_secret,
            fresh_s=fresh_s,
            given=given,
        )
        result = self._result(ctx, stack, resource, known)
        asked = tuple(filter(None, ctx.asked))
        # Whether a version counts may depend on the hour, and on what was seen before.
        if result.error or resource.needs_history or len(asked) < len(ctx.asked):
            return result, None
        return result, Trail(resource=resource, fields=self._fields(resource), asked=asked)

    def _result(
        self, ctx: LookContext, stack: Stack, resource: Resource, known: Mapping[str, SeenVersion]
    ) -> CheckResult:
        result = CheckResult(
            watcher=watcher_id(stack.name, resource.name), spec=spec_of(resource), every_s=resource.every_s
        )
        values = asdict(result)
        try:
            return CheckResult(**values | self._found(ctx, resource, known))
        except ActionFailed as failed:
            error, hint = failed.reason, failed.hint
        except ExpressionProblem as problem:
            error, hint = str(problem), "The stack's author has to mend it in stack.yml."
        except ValidationError as wrong:
            error, hint = f"{resource.use.check} cannot take its fields: {wrong.errors()[0]['msg']}.", ""
        except requests.RequestException as wrong:
            # Masked before it is cut: half a secret nobody would know again.
            said = ctx.masked(str(wrong))
            error, hint = f"{resource.use.check} got no answer: {cut(first_line(said), 200)}.", ""
        except Exception as bug:  # noqa: BLE001 - a boundary: a check that breaks is a check that failed
            log.error("a check broke", watcher=result.watcher, error=ctx.masked(repr(bug)))
            error, hint = f"{resource.use.check} broke: {type(bug).__name__}. This is a mistake in the check.", ""
        if ctx.held_until is not None:
            return CheckResult(**values | {"held_until": ctx.held_until, "error": ctx.masked(error)})
        return CheckResult(**values | {"error": ctx.masked(error), "hint": ctx.masked(hint)})

    def _found(self, ctx: LookContext, resource: Resource, known: Mapping[str, SeenVersion]) -> dict[str, Any]:
        listed = in_order(self._list(ctx, resource.use, {}))
        deployed = newest([one.number for one in self._list(ctx, resource.deployed, {})]) if resource.deployed else ""
        found = []
        for version in listed:
            seen = known.get(version.number)
            why = verdict(
                version,
                resource.filter,
                now=self.clock.now(),
                first_seen_at=seen.first_seen_at if seen else None,
                deployed=deployed,
            )
            # What counted once is not asked for its artefact again.
            if not why and resource.artefact and not (seen and seen.passed_at):
                why = self._missing(ctx, resource, version)
            found.append(_found_version(version, why))
        check = library.find_check(resource.use.check)
        lists = {"lists_all": check.lists_all, "lists_newest": check.lists_newest}
        return {"versions": tuple(found), "deployed": deployed, **lists}

    def _missing(self, ctx: LookContext, resource: Resource, version: Version) -> str:
        if resource.artefact is None:
            return ""
        scope = {"version": version.model_dump(mode="json"), "vars": self.vars()}
        wanted = str(evaluate(resource.artefact.number, scope))
        there = {one.number for one in self._list(ctx, resource.artefact.use, scope)}
        return "" if wanted in there else f"there is no {wanted} of it yet"

    def _list(self, ctx: LookContext, use: CheckUse, scope: Mapping[str, Any]) -> list[Version]:
        check, before = library.find_check(use.check), len(ctx.asked)
        fields = evaluate(use.with_, {"vars": self.vars(), **scope})
        listed = map(ctx.safe, check.model_validate(fields).list_versions(ctx))
        # Each number once, as a check promises: the last word counts.
        versions = list({version.number: version for version in listed}.values())
        if wrong := next((one.number for one in versions if not _NUMBER.fullmatch(one.number)), None):
            raise ActionFailed(
                f"{use.check} lists {cut(wrong, 60)!r}, which is no version.", hint="Say more exactly where they stand."
            )
        if len(ctx.asked) == before:
            # It found them in another way: by a program.
            ctx.asked.append(None)
        return versions

    def _fields(self, resource: Resource) -> tuple[Mapping[str, Any], ...]:
        written = [use.with_ for use in (resource.use, resource.deployed) if use]
        fields = [evaluate(one, {"vars": self.vars()}) for one in written]
        return tuple(fields) if fields != written else ()

    def _polite(self, stack: Stack) -> PoliteHttp:
        return self.guarded if stack.name == FOLLOWED else self.polite


def spec_of(resource: Resource) -> str:
    """The digest of what is checked and filtered: when it changes, what comes next is a new baseline."""
    what = {**asdict(resource), "every_s": None}
    # How it is told, and on which machines it is looked at, changes nothing of what is there.
    del what["announce"], what["when"]
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()


def _found_version(version: Version, why: str) -> FoundVersion:
    fields = version.model_dump(mode="json")
    fields["notes"] = cut(version.notes, _LONGEST_NOTES)
    return FoundVersion(number=version.number, state=version.state, fields=fields, verdict=why)
