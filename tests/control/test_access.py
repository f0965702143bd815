"""Who may do what, and what is said to those who may not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.base.errors import NotAllowed
from bot.control.access import Access
from bot.model.person import TIMER, Person
from bot.model.stack import AccessRule, Environment, Job, Stack
from bot.store.store import Store

ADA = Person(id="U1", name="Ada", email="Ada@Example.org", groups=frozenset({"platform"}))
BEN = Person(id="U2", name="Ben", email="ben@example.org")
EVE = Person(id="U3", name="Eve", email="eve@elsewhere.net")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STAGING, PRODUCTION = "shop/deploy/staging", "shop/deploy/production"


def shop() -> Stack:
    environments = {
        "staging": Environment(name="staging", fields={}),
        "production": Environment(name="production", fields={}, protected=True),
    }
    jobs = {"move": Job(name="move", title="Move", steps=(), environments=("production",))}
    return Stack(name="shop", title="Shop", environments=environments, jobs=jobs, folder=Path("/stacks/shop"))


@dataclass(frozen=True, kw_only=True)
class Declared:
    access: tuple[AccessRule, ...] = ()
    has_access_file: bool = True
    stacks: Mapping[str, Stack] = field(default_factory=lambda: {"shop": shop()})


class StoppedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/stackhand.db")
    yield opened
    opened.close()


def allow(*who: str, may: str = "run", on: str = "*") -> AccessRule:
    return AccessRule(who=who, may=tuple(may.split()), on=tuple(on.split()))


def deny(*who: str, may: str = "all", on: str = "*") -> AccessRule:
    return AccessRule(who=who, may=tuple(may.split()), on=tuple(on.split()), deny=True)


def access(store: Store, *rules: AccessRule, has_access_file: bool = True) -> Access:
    return Access(catalog=Declared(access=rules, has_access_file=has_access_file), store=store, clock=StoppedClock())


def allowed(store: Store, rule: AccessRule, verb: str, target: str) -> list[str]:
    return [person.name for person in (ADA, BEN, EVE) if access(store, rule).may(person, verb, target)]


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("@platform", ["Ada"]),
        ("@Platform", ["Ada"]),
        ("ada@example.org", ["Ada"]),
        ("*@example.org", ["Ada", "Ben"]),
        ("U3", ["Eve"]),
        ("everyone", ["Ada", "Ben", "Eve"]),
        ("platform", []),
    ],
)
def test_a_rule_means_a_group_an_address_a_domain_an_id_or_everyone(store: Store, who: str, names: list[str]) -> None:
    assert allowed(store, allow(who), "run", STAGING) == names


@pytest.mark.parametrize(
    ("on", "covered"),
    [
        ("*", True),
        ("shop", True),
        ("shop/*", True),
        ("shop/deploy", True),
        ("shop/deploy/staging", True),
        ("*/*/stag*", True),
        ("shop/deploy/prod*", False),
        ("shop/restart", False),
        ("sho", False),
        ("blog/deploy/staging", False),
    ],
)
def test_a_rule_covers_what_its_globs_say_and_all_below(store: Store, on: str, covered: bool) -> None:
    assert access(store, allow("U1", on=on)).may(ADA, "run", STAGING) is covered


def test_a_rule_for_one_environment_does_not_cover_a_job_without_environments(store: Store) -> None:
    assert not access(store, allow("U1", on="shop/deploy/staging")).may(ADA, "run", "shop/deploy")
    assert access(store, allow("U1", on="shop/deploy/*")).may(ADA, "run", "shop/deploy")


@pytest.mark.parametrize("target", ["shop", "shop/deploy", STAGING])
def test_who_may_do_anything_sees_it_and_the_way_to_it(store: Store, target: str) -> None:
    assert allowed(store, allow("U1", may="approve", on="shop/deploy/staging"), "see", target) == ["Ada"]


@pytest.mark.parametrize(("may", "verb"), [("all", "lock"), ("admin", "run"), ("see cancel", "cancel")])
def test_some_verbs_bring_others_with_them(store: Store, may: str, verb: str) -> None:
    assert allowed(store, allow("U1", may=may), verb, STAGING) == ["Ada"]


@pytest.mark.parametrize(("may", "verb"), [("run", "undo"), ("see", "run"), ("run cancel", "admin")])
def test_other_verbs_are_granted_one_by_one(store: Store, may: str, verb: str) -> None:
    assert allowed(store, allow("U1", may=may), verb, STAGING) == []


def test_a_rule_that_denies_wins_wherever_it_stands(store: Store) -> None:
    rules = (deny("U2", may="run", on="shop"), allow("everyone", may="all"))

    assert not access(store, *rules).may(BEN, "run", STAGING)
    assert access(store, *rules).may(BEN, "cancel", STAGING)
    assert access(store, *rules).may(ADA, "run", STAGING)


def test_who_may_not_see_may_nothing(store: Store) -> None:
    rules = (allow("everyone", may="all"), deny("U2", may="see"))

    assert not any(access(store, *rules).may(BEN, verb, STAGING) for verb in ("see", "run", "cancel"))


@pytest.mark.parametrize(
    ("on", "named"),
    [("*", False), ("shop/deploy", False), ("shop/*/*", False), ("*/*/production", True), ("shop/deploy/prod*", True)],
)
def test_a_protected_environment_has_to_be_named(store: Store, on: str, named: bool) -> None:
    held = access(store, allow("U1", may="all", on=on))

    assert held.may(ADA, "run", PRODUCTION) is named
    assert held.may(ADA, "see", PRODUCTION)


def test_an_environment_of_all_stacks_has_to_be_named_where_one_of_them_protects_it(store: Store) -> None:
    held = access(store, allow("U1", may="override"))

    assert held.may(ADA, "override", "*/*/staging")
    assert not held.may(ADA, "override", "*/*/production")
    assert not held.may(ADA, "override", "*/*/nowhere")


def test_an_environment_that_is_declared_no_more_counts_as_protected(store: Store) -> None:
    assert not access(store, allow("U1", may="all")).may(ADA, "undo", "shop/deploy/old")


def test_without_a_file_everybody_may_everything_that_is_not_protected(store: Store) -> None:
    open_to_all = access(store, has_access_file=False)

    assert open_to_all.may(EVE, "run", STAGING)
    assert open_to_all.may(EVE, "run", "shop/report")
    assert open_to_all.may(EVE, "see", PRODUCTION)
    assert not open_to_all.may(EVE, "run", PRODUCTION)


def test_a_file_that_cannot_be_read_lets_nobody_in(store: Store) -> None:
    assert not access(store, has_access_file=True).may(ADA, "see", STAGING)


@pytest.mark.parametrize("actor", [Person(id="cli:root", name="root"), TIMER])
def test_the_terminal_and_the_program_itself_may_everything(store: Store, actor: Person) -> None:
    assert access(store, deny("everyone")).may(actor, "run", PRODUCTION)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ((allow("@platform"), allow("ben@example.org", "@platform", on="shop")), "@platform and ben@example.org may."),
        ((allow("everyone"), deny("@interns", "U3")), "Everyone may, but not @interns or U3."),
        ((allow("@platform", may="see"),), "Nobody may yet: a rule in access.yml has to name it."),
        ((allow("@platform"), deny("everyone", on="shop")), "Nobody may: access.yml denies it to everyone."),
    ],
)
def test_who_may_is_said_in_words(store: Store, rules: tuple[AccessRule, ...], words: str) -> None:
    assert access(store, *rules).who_may("run", STAGING) == words


def test_who_may_run_a_job_are_those_who_may_in_one_of_its_environments(store: Store) -> None:
    rules = (allow("@platform", on="shop/deploy/production"), allow("U2", on="blog"))

    assert access(store, *rules).who_may("run", "shop/deploy") == "@platform may."


def test_who_may_run_a_job_in_an_environment_that_it_does_not_have_is_not_named(store: Store) -> None:
    rules = (allow("@platform", on="*/*/staging"), allow("@movers", on="*/move/production"))

    assert access(store, *rules).who_may("run", "shop/move") == "@movers may."
    assert access(store, has_access_file=False).who_may("run", "shop/move").startswith("Nobody may yet")


def test_without_a_file_everyone_is_who_may(store: Store) -> None:
    held = access(store, has_access_file=False)

    assert held.who_may("run", STAGING) == "Everyone may."
    assert held.who_may("run", PRODUCTION) == "Nobody may yet: a rule in access.yml has to name it."


def test_a_no_says_who_may_and_leaves_a_record(store: Store) -> None:
    with pytest.raises(NotAllowed) as no:
        access(store, allow("@platform")).demand(EVE, "run", STAGING, origin="slack")

    assert (no.value.reason, no.value.hint) == ("You may not run shop/deploy/staging.", "@platform may.")
    with store.read() as tx:
        [record] = tx.audit.recent()
    assert (record.at, record.person_id, record.person, record.origin) == (NOW, "U3", "Eve", "slack")
    assert (record.verb, record.target, record.answer) == ("run", STAGING, "denied")


@pytest.mark.parametrize(
    ("verb", "target", "said", "who"),
    [
        ("cancel", "shop/move/production", "You may not cancel Move, production.", "Nobody may yet"),
        ("run", "shop/move/canary", "You may not run Move, canary.", "canary is declared no more, and so counts"),
        ("override", "shop", "You may not override Shop.", "Nobody may yet"),
        ("override", "shop/*/production", "You may not override shop/*/production.", "Nobody may yet"),
    ],
)
def test_a_no_calls_things_as_people_do_and_says_what_is_gone(
    store: Store, verb: str, target: str, said: str, who: str
) -> None:
    with pytest.raises(NotAllowed) as no:
        access(store, allow("@platform")).demand(EVE, verb, target, origin="slack")

    assert no.value.reason == said
    assert no.value.hint.startswith(who)


def test_a_yes_leaves_its_record_to_what_is_then_done(store: Store) -> None:
    access(store, allow("@platform")).demand(ADA, "run", STAGING, origin="slack")

    with store.read() as tx:
        assert tx.audit.recent() == []


GUS = Person(id="U4", name="Gus", email="gus@example.org", is_guest=True)


def test_without_a_rule_a_guest_may_nothing(store):
    assert not access(store, has_access_file=False).may(GUS, "run", STAGING)


def test_a_guest_is_not_everyone_and_no_pattern_of_addresses(store):
    asked = access(store, allow("everyone", "*@example.org"))

    assert asked.may(BEN, "run", STAGING)
    assert not asked.may(GUS, "run", STAGING)


@pytest.mark.parametrize("named", ["guests", "gus@example.org", "U4"])
def test_a_guest_may_what_names_them(store, named):
    assert access(store, allow(named)).may(GUS, "run", STAGING)


def test_what_everyone_is_denied_guests_are_denied(store):
    assert not access(store, allow("guests"), deny("everyone")).may(GUS, "run", STAGING)
    assert access(store, allow("everyone"), deny("guests")).may(BEN, "run", STAGING)
