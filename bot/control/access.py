"""Who may do what, by the rules of `access.yml`.

- A rule's `on` are globs over `stack/job/environment`, one for each part; a shorter one covers all below it.
- Every verb brings `see` with it, `admin` and `all` bring every verb. A rule that denies wins over all that allow.
- A protected environment has to be named: `*/*/production` or `shop/*/prod*` do, `*` and `shop/*/*` do not.
- Without any rule everybody may do everything where nothing is protected, so that the first day needs no file.
- Who sits at the machine's own terminal may everything, and so may the program itself when it keeps a promise.
"""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NoReturn, Protocol

from bot.base.clock import Clock
from bot.base.errors import NotAllowed
from bot.base.text import join_words
from bot.model.person import Person
from bot.model.stack import AccessRule, Stack
from bot.store.store import Store


class Declared(Protocol):
    """What is asked of the catalog."""

    @property
    def access(self) -> Sequence[AccessRule]:
        """All rules."""

    @property
    def has_access_file(self) -> bool:
        """Is there a file of rules, even if none of them could be read?"""

    @property
    def stacks(self) -> Mapping[str, Stack]:
        """The stacks by name."""


class Access:
    """Answers who may, and keeps a record of each no."""

    def __init__(self, *, catalog: Declared, store: Store, clock: Clock) -> None:
        self._catalog = catalog
        self._store = store
        self._clock = clock

    def may(self, person: Person, verb: str, target: str) -> bool:
        """May *person* do *verb* on *target* (`stack/job/environment`, or less of it)?"""
        if person.is_terminal or person.is_automatic:
            return True
        own = [rule for rule in self._catalog.access if any(_is_meant(person, who) for who in rule.who)]
        if any(_denies(rule, verb, target) for rule in own):
            return False
        return self._is_open(verb, target) or any(self._allows(rule, verb, target) for rule in own)

    def demand(self, person: Person, verb: str, target: str, *, origin: str) -> None:
        """Go on only if *person* may. Raises NotAllowed with who may, and leaves an audit record of it."""
        if not self.may(person, verb, target):
            self.deny(person, verb, target, name=target, origin=origin)

    def deny(self, person: Person, verb: str, target: str, *, name: str, origin: str) -> NoReturn:
        """Say no to what people know as *name*, with who may, and leave an audit record of it. Raises NotAllowed."""
        with self._store.begin() as tx:
            tx.audit.add(
                at=self._clock.now(),
                person_id=person.id,
                person=person.name,
                origin=origin,
                verb=verb,
                target=target,
                answer="denied",
            )
        raise NotAllowed(f"You may not {verb} {name}.", hint=self.who_may(verb, target))

    def who_may(self, verb: str, target: str) -> str:
        """Who may, on *target* or somewhere below it, in words: "@platform and alice@example.org may."."""
        if self._is_open(verb, target):
            return "Everyone may."
        allowed = _people(rule for rule in self._catalog.access if self._allows(rule, verb, target, below=True))
        denied = _people(rule for rule in self._catalog.access if _denies(rule, verb, target))
        if "everyone" in denied:
            return "Nobody may: access.yml denies it to everyone."
        if not allowed:
            return "Nobody may yet: a rule in access.yml has to name it."
        words = join_words(["Everyone" if who == "everyone" else who for who in allowed])
        return f"{words} may, but not {join_words(denied, last='or')}." if denied else f"{words} may."

    def _is_open(self, verb: str, target: str) -> bool:
        has_rules = self._catalog.has_access_file or bool(self._catalog.access)
        return not has_rules and not self._must_be_named(verb, target)

    def _allows(self, rule: AccessRule, verb: str, target: str, *, below: bool = False) -> bool:
        if rule.deny or not (verb == "see" or {verb, "all", "admin"} & set(rule.may)):
            return False
        named = self._must_be_named(verb, target)
        # Who may do something in one environment sees the way there.
        matches = _leads_to if below or verb == "see" else _covers
        return any(matches(on, target) for on in rule.on if not named or _names_environment(on))

    def _must_be_named(self, verb: str, target: str) -> bool:
        stack, _, environment = _parts(target)
        if verb == "see" or not environment:
            return False
        declared = self._catalog.stacks.get(stack)
        found = declared.environments.get(environment) if declared else None
        # One that is declared no more may well have been protected.
        return found is None or found.protected


def _denies(rule: AccessRule, verb: str, target: str) -> bool:
    # Who may not see it may not do anything to it.
    return rule.deny and bool({verb, "all", "see"} & set(rule.may)) and any(_covers(on, target) for on in rule.on)


def _is_meant(person: Person, who: str) -> bool:
    if who == "everyone":
        return True
    if who.startswith("@"):
        return who[1:].casefold() in {group.casefold() for group in person.groups}
    if "@" in who:
        return fnmatchcase(person.email.casefold(), who.casefold())
    return who == person.id


def _parts(path: str) -> tuple[str, str, str]:
    """Stack, job and environment; empty where *path* ends before."""
    stack, _, rest = path.partition("/")
    job, _, environment = rest.partition("/")
    return stack, job, environment


def _covers(on: str, target: str) -> bool:
    """Is *target* what *on* says, or below it? Where *target* ends early, only `*` fits what is not there."""
    return all(fnmatchcase(part, glob) for glob, part in zip(_parts(on), _parts(target), strict=True) if glob)


def _leads_to(on: str, target: str) -> bool:
    """Is *target* what *on* says, or below it, or on the way to it?"""
    return all(fnmatchcase(part, glob) for glob, part in zip(_parts(on), _parts(target), strict=True) if glob and part)


def _names_environment(on: str) -> bool:
    return bool(_parts(on)[2].strip("*"))


def _people(rules: Iterable[AccessRule]) -> list[str]:
    return list(dict.fromkeys(who for rule in rules for who in rule.who))
