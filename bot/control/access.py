"""Who may do what, by the rules of `access.yml`.

- A role is a rule with a name, which other rules may write in the place of its people.
- A rule's `on` are globs over `stack/job/environment`, one for each part; a shorter one covers all below it.
- Every verb brings `see` with it, `admin` and `all` bring every verb. A rule that denies wins over all that allow.
- A protected environment has to be named: `*/*/production` or `shop/*/prod*` do, `*` and `shop/*/*` do not.
- Without any rule everybody may do everything where nothing is protected, so that the first day needs no file.
- Guests and people of other workspaces are not everybody: they may what names them or `guests`, and are denied what
  everybody is.
- Who sits at the machine's own terminal may everything, and so may the program itself when it keeps a promise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NoReturn, Protocol

from bot.base.clock import Clock
from bot.base.errors import NotAllowed
from bot.base.text import join_words
from bot.model.person import WORKFLOW, Person
from bot.model.stack import AccessRule, Stack
from bot.model.target import place
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
        return self.rights(person).may(verb, target)

    def rights(self, person: Person) -> "Rights":
        """What *person* may by the rules of this moment: for whoever asks about many targets."""
        return Rights(
            self._rules(self._own_rules(person)),
            may_everything=person.is_terminal or person.is_automatic,
            is_guest=person.is_guest,
        )

    def demand(self, person: Person, verb: str, target: str, *, origin: str) -> None:
        """Go on only if *person* may. Raises NotAllowed with who may, and leaves an audit record of it."""
        if not self.may(person, verb, target):
            self.deny(person, verb, target, name=self._title(target), origin=origin)

    def deny(self, person: Person, verb: str, target: str, *, name: str, origin: str) -> NoReturn:
        """Say no to what people know as *name*, with who may, and leave an audit record of it. Raises NotAllowed."""
        self.record_denial(person, verb, target, origin=origin)
        what = f"{'administer' if verb == 'admin' else verb} {'everything' if name == '*' else name}"
        gone = self._rules(self._catalog.access).is_gone(target)
        why = f"{_parts(target)[2]} is declared no more, and so counts as protected. " if gone else ""
        raise NotAllowed(f"You may not {what}.", hint=why + self.who_may(verb, target))

    def _title(self, target: str) -> str:
        """What people call *target*, where it is one job or one stack that is declared."""
        stack, job, environment = _parts(target)
        declared = self._catalog.stacks.get(stack)
        if declared is None or (job and job not in declared.jobs):
            return target
        return place(declared.jobs[job].title if job else declared.title, environment)

    def record_denial(self, person: Person, verb: str, target: str, *, origin: str) -> None:
        """Leave an audit record of a no."""
        with self._store.begin() as tx:
            tx.audit.add(
                at=self._clock.now(),
                by=person,
                origin=origin,
                verb=verb,
                target=target,
                answer="denied",
            )

    def forbids(self, person: Person, verb: str, target: str) -> bool:
        """Does a rule deny *verb* on *target* to *person*, whatever else is said?"""
        if person.is_terminal or person.is_automatic:
            return False
        return any(_denies(rule, verb, target) for rule in self._own_rules(person))

    def who_may(self, verb: str, target: str) -> str:
        """Who may, on *target* or somewhere below it, in words: "@platform and alice@example.org may."."""
        rules = self._rules(self._catalog.access)
        places = rules.places(target)
        if any(rules.are_open(verb, place) for place in places):
            return "Everyone may."
        allowed = _people(
            rule for rule in rules.all if any(rules.allow(rule, verb, place, below=True) for place in places)
        )
        denied = _people(rule for rule in rules.all if _denies(rule, verb, target))
        if "everyone" in denied:
            return "Nobody may: access.yml denies it to everyone."
        allowed = [who for who in allowed if who not in denied]
        if not allowed:
            return "Nobody may yet: a rule in access.yml has to name it."
        names = self._names([*allowed, *denied])
        words = join_words([names[who] for who in allowed])
        but = join_words([names[who] for who in denied], last="or")
        return f"{words} may, but not {but}." if but else f"{words} may."

    def _own_rules(self, person: Person) -> list[AccessRule]:
        return [
            rule
            for rule in self._catalog.access
            if any(is_meant(person, who) or (rule.deny and who == "everyone") for who in rule.who)
        ]

    def _names(self, people: Iterable[str]) -> dict[str, str]:
        """What people call those who are written like this in a rule."""
        names = {who: "Everyone" if who == "everyone" else who for who in people}
        names |= {"guests": "Guests"} if "guests" in names else {}
        ids = [who for who in names if "@" not in who and who not in ("everyone", "guests")]
        if ids:
            with self._store.read() as tx:
                names |= {who: person.name for who in ids if (person := tx.people.get(who))}
        return names

    def _rules(self, rules: Sequence[AccessRule]) -> "_Rules":
        has_rules = self._catalog.has_access_file or bool(self._catalog.access)
        return _Rules(all=rules, stacks=self._catalog.stacks, has_rules=has_rules)


class Rights:
    """What one person may. Made for a moment: it knows nothing of rules that change later."""

    def __init__(self, rules: "_Rules", *, may_everything: bool, is_guest: bool) -> None:
        self._rules = rules
        self._may_everything = may_everything
        self._is_guest = is_guest
        #: The rules that may concern a stack: there can be many rules, and few of them for one stack.
        self._of_stack: dict[str, list[AccessRule]] = {}

    def may(self, verb: str, target: str) -> bool:
        """May the person do *verb* on *target* (`stack/job/environment`, or less of it)?"""
        if self._may_everything:
            return True
        stack = _parts(target)[0]
        if stack not in self._of_stack:
            self._of_stack[stack] = [rule for rule in self._rules.all if any(_leads_to(on, stack) for on in rule.on)]
        own = self._of_stack[stack]
        if any(_denies(rule, verb, target) for rule in own):
            return False
        is_open = not self._is_guest and self._rules.are_open(verb, target)
        return is_open or any(self._rules.allow(rule, verb, target) for rule in own)


@dataclass(frozen=True, kw_only=True)
class _Rules:
    """Rules, and what is declared that they speak of."""

    all: Sequence[AccessRule]
    stacks: Mapping[str, Stack]
    #: Did anybody write rules at all?
    has_rules: bool

    def are_open(self, verb: str, target: str) -> bool:
        """May everybody, since there is no rule?"""
        return not self.has_rules and not self._must_be_named(verb, target)

    def allow(self, rule: AccessRule, verb: str, target: str, *, below: bool = False) -> bool:
        """Does *rule* give *verb* on *target*, or with *below* somewhere below it?"""
        if rule.deny or not (verb == "see" or {verb, "all", "admin"} & set(rule.may)):
            return False
        named = self._must_be_named(verb, target)
        # Who may do something in one environment sees the way there.
        matches = _leads_to if below or verb == "see" else covers
        return any(matches(on, target) for on in rule.on if not named or _names_environment(on))

    def places(self, target: str) -> list[str]:
        """*target*; of a job that acts on environments that job in each of them, where those are known."""
        stack, name, environment = _parts(target)
        declared = self.stacks.get(stack)
        job = declared.jobs.get(name) if declared else None
        if declared is None or job is None or environment:
            return [target]
        made = any(declared.environments[one].each for one in job.environments)
        return [target] if made or not job.environments else [f"{target}/{one}" for one in job.environments]

    def _must_be_named(self, verb: str, target: str) -> bool:
        stack, _, environment = _parts(target)
        if verb == "see" or not environment:
            return False
        # "*/*/staging" is the environment of that name in every stack.
        stacks = list(self.stacks.values()) if stack == "*" else [self.stacks[stack]] if stack in self.stacks else []
        found = [one for declared in stacks if (one := declared.declared(environment))]
        # One that is declared no more may well have been protected.
        return not found or any(one.protected for one in found)

    def is_gone(self, target: str) -> bool:
        """Is its environment one that its stack declares no more?"""
        stack, _, environment = _parts(target)
        declared = self.stacks.get(stack)
        return bool(environment and declared and not declared.declared(environment))


def _denies(rule: AccessRule, verb: str, target: str) -> bool:
    # Who may not see it may not do anything to it.
    return rule.deny and bool({verb, "all", "see"} & set(rule.may)) and any(covers(on, target) for on in rule.on)


def is_meant(person: Person, who: str) -> bool:
    """Is *person* who is written as "@group", an e-mail, "*@example.org", a Slack user id, "everyone" or "guests"?

    A guest is not everyone, and no pattern of addresses: those may be anybody's.
    """
    if who in ("everyone", "guests"):
        return person.is_guest == (who == "guests")
    if who == "workflows":
        return person.id == WORKFLOW.id
    if who.startswith("@"):
        return who[1:].casefold() in {group.casefold() for group in person.groups}
    if "@" in who:
        return fnmatchcase(person.email.casefold(), who.casefold()) and not (person.is_guest and "*" in who)
    return who == person.id


def _parts(path: str) -> tuple[str, str, str]:
    """Stack, job and environment; empty where *path* ends before."""
    stack, _, rest = path.partition("/")
    job, _, environment = rest.partition("/")
    return stack, job, environment


def covers(on: str, target: str) -> bool:
    """Is *target* what *on* says, or below it? Where *target* ends early, only `*` fits what is not there."""
    return all(fnmatchcase(part, glob) for glob, part in zip(_parts(on), _parts(target), strict=True) if glob)


def _leads_to(on: str, target: str) -> bool:
    """Is *target* what *on* says, or below it, or on the way to it?"""
    return all(fnmatchcase(part, glob) for glob, part in zip(_parts(on), _parts(target), strict=True) if glob and part)


def _names_environment(on: str) -> bool:
    return bool(_parts(on)[2].strip("*"))


def _people(rules: Iterable[AccessRule]) -> list[str]:
    return list(dict.fromkeys(who for rule in rules for who in rule.who))
