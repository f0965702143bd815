"""What is followed from Slack: a row, and from then on the same as a resource of a stack."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.base.errors import NotAllowed, NotFound, NotNow
from bot.control.watchers.things import read_thing
from bot.model.announce import Mark
from bot.model.follow import FOLLOWED
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.watch import CheckResult, FoundVersion
from bot.watch.guard import Guarded
from bot.watch.look import Looker, spec_of
from bot.watch.polite import PoliteHttp
from tests.control.front import Front
from tests.fakes.told_site import told_site

STACK = "stack: web\njobs: {a: {steps: [{wait: 1s}]}}\n"
ADA = Person(id="U1", name="Ada")
TERRAFORM = read_thing("hashicorp/terraform", registries={}, range=">=1.9")
NAME = "hashicorp/terraform in #dev"


@pytest.fixture
def front(tmp_path: Path, database_url: str | None) -> Iterator[Front]:
    front = Front(tmp_path, STACK, database_url)
    yield front
    front.store.close()


def follow(front: Front, **changed: Any) -> str:
    asked = {"thing": TERRAFORM, "channel": "C1", "channel_name": "#dev", "by": ADA, "origin": "slack", **changed}
    return front.control.follows.follow(**asked).name


def find(front: Front, *numbers: str) -> None:
    """Let the check of what is followed find these."""
    resource = front.catalog.stacks[FOLLOWED].resources[NAME]
    found = tuple(FoundVersion(number=one, state="", fields={"number": one}) for one in numbers)
    watcher = f"{FOLLOWED}/{NAME}"
    front.control.watch.record(
        CheckResult(watcher=watcher, versions=found, every_s=resource.every_s, spec=spec_of(resource))
    )


def posted(front: Front, id: str) -> None:
    """All that is owed was posted; Slack said that the channel's id is this."""
    with front.store.begin() as tx:
        for one in tx.messages.claim(by="test", now=front.clock.now(), lease_s=0, limit=100):
            tx.messages.posted(one.id, revision=one.wanted, channel_id=id, ts="1.1")


def owed(front: Front) -> list[tuple[str, str]]:
    with front.store.begin() as tx:
        messages = tx.messages.claim(by="test", now=front.clock.now(), lease_s=0, limit=100)
    return [(one.channel, one.body.get("number") or one.body["text"]) for one in messages]


def test_a_version_of_what_is_followed_is_told_in_its_channel_with_buttons_for_who_may_follow(front: Front) -> None:
    follow(front)
    find(front, "v1.9.0")

    find(front, "v1.9.0", "v1.9.1")

    assert owed(front) == [
        ("C1", "Ada follows hashicorp/terraform >=1.9: new versions are told here."),
        ("C1", "v1.9.1"),
    ]
    front.control.announcements.mark(FOLLOWED, NAME, "v1.9.1", Mark.SKIPPED, by=ADA, origin="slack")
    marked = front.control.announcements.view(FOLLOWED, NAME, "v1.9.1").marked
    assert marked and marked.by == "Ada"


def test_upper_and_lower_case_are_one_thing_that_is_told_once(front: Front) -> None:
    follow(front)

    with pytest.raises(NotNow, match=r"hashicorp/terraform >=1.9 is followed there already\. To follow other versions"):
        follow(front, thing=read_thing("HashiCorp/Terraform", registries={}))

    assert front.control.follows.find("Hashicorp/terraform", channel="C1", by=ADA, origin="slack").name == NAME


def test_what_is_followed_is_there_for_every_bot_and_after_a_restart(front: Front) -> None:
    follow(front)

    again = front.another()

    assert [one.name for one in again.follows.all(ADA)] == [NAME]
    assert [one.id for one in again.watch.watchers()] == [f"{FOLLOWED}/{NAME}"]
    assert front.catalog.problems == ()


def test_a_channel_is_told_of_a_thing_once(front: Front) -> None:
    follow(front)

    with pytest.raises(NotNow, match="followed there already"):
        follow(front, channel_name="#renamed")

    assert follow(front, channel="C2", channel_name="#ops") == "hashicorp/terraform in #ops"


@pytest.mark.parametrize(
    ("first", "second"),
    [(("C1", "#dev"), ("#dev", "#dev")), (("#dev", "#dev"), ("C1", "#dev")), (("#dev", ""), ("C1", ""))],
)
def test_a_channel_is_the_same_by_its_id_and_by_its_name(
    front: Front, first: tuple[str, str], second: tuple[str, str]
) -> None:
    follow(front, channel=first[0], channel_name=first[1])
    posted(front, "C1")

    with pytest.raises(NotNow, match="followed there already"):
        follow(front, channel=second[0], channel_name=second[1])
    meant = front.control.follows.find("hashicorp/terraform", channel=second[0], by=ADA, origin="slack")
    assert meant.channel == first[0]


def test_a_channel_that_goes_by_its_id_alone_is_the_one_that_was_told_of_other_things_by_its_name(front: Front) -> None:
    follow(front, channel="C1", channel_name="")
    with front.store.begin() as tx:
        tx.messages.owe(key="x", kind=MessageKind.FIXED, channel="#dev", body={"text": "Hello"})
    posted(front, "C1")

    with pytest.raises(NotNow, match="followed there already"):
        follow(front, channel="#dev")


def test_a_channel_that_has_the_old_name_of_another_one_is_another_one(front: Front) -> None:
    follow(front)
    posted(front, "C1")

    assert follow(front, channel="C2") == "hashicorp/terraform in C2"

    told_in = [
        front.control.follows.find("hashicorp/terraform", channel=id, by=ADA, origin="slack").channel
        for id in ("C1", "C2")
    ]
    assert told_in == ["C1", "C2"]
    with pytest.raises(NotNow, match="followed there already"):
        follow(front, channel_name="#renamed")


def test_what_is_unfollowed_is_looked_at_no_more(front: Front) -> None:
    follow(front)

    front.control.follows.unfollow(NAME, by=ADA, origin="slack")

    assert (front.control.watch.watchers(), FOLLOWED in front.catalog.stacks) == ([], False)
    assert owed(front)[-1][1].startswith("Ada ended it")


def test_the_one_of_this_channel_is_meant_first(front: Front) -> None:
    follow(front)
    follow(front, channel="C2", channel_name="#ops")

    find_it = partial(front.control.follows.find, by=ADA, origin="slack")
    assert find_it("hashicorp/terraform", channel="C2").name == "hashicorp/terraform in #ops"
    with pytest.raises(NotFound, match="in several channels"):
        find_it("hashicorp/terraform", channel="C3")
    with pytest.raises(NotFound, match='Did you mean "hashicorp/terraform"'):
        find_it("hashicorp/terrafrom", channel="C1")


def test_who_may_not_follow_is_told_who_may_and_it_is_in_the_audit(front: Front) -> None:
    (front.folder / "access.yml").write_text('- {who: "@platform", may: [follow]}\n')
    front.catalog.refresh()

    with pytest.raises(NotAllowed, match=r"You may not follow things from Slack\. @platform may"):
        follow(front)
    with pytest.raises(NotAllowed):
        # Not even whether it is followed.
        front.control.follows.find("hashicorp/terraform", channel="C1", by=ADA, origin="slack")

    with front.store.read() as tx:
        assert [(one.verb, one.answer) for one in tx.audit.recent(limit=1)] == [("follow", "denied")]
    assert follow(front, by=replace(ADA, groups=frozenset({"platform"}))) == NAME


def test_those_who_are_told_of_versions_are_told_when_the_check_fails(front: Front) -> None:
    follow(front)
    find(front, "v1.9.0")
    owed(front)

    for _ in range(3):
        resource = front.catalog.stacks[FOLLOWED].resources[NAME]
        front.control.watch.record(
            CheckResult(watcher=f"{FOLLOWED}/{NAME}", every_s=1, spec=spec_of(resource), error="It is away.")
        )

    assert owed(front)[-1] == ("C1", f"I cannot look at *{NAME}*, three times in a row: It is away.")


def refuse(front: Front, key: str) -> None:
    """Slack takes this message in no channel."""
    with front.store.read() as tx:
        message = tx.messages.get(key)
    assert message
    front.control.follows.refused(message, why="is_archived")


def test_who_follows_is_told_alone_of_a_version_that_their_channel_does_not_take_any_more(front: Front) -> None:
    follow(front)
    find(front, "v1.9.0")
    find(front, "v1.9.0", "v1.9.1")
    posted(front, "C1")

    for _ in range(2):
        refuse(front, f"version:{FOLLOWED}/{NAME}:v1.9.1")

    text = "hashicorp/terraform v1.9.1 is out, but Slack takes no message of mine in #dev (is_archived)."
    [(person, told)] = owed(front)
    assert (person, told.startswith(text)) == ("U1", True)
    assert [one.name for one in front.control.follows.all(ADA)] == [NAME], "somebody may let the bot in again"


def test_what_no_channel_was_ever_told_of_is_followed_no_more(front: Front) -> None:
    name = follow(front)
    [follow_] = front.control.follows.all(ADA)

    refuse(front, f"follow:{name}:{follow_.since.timestamp():.6f}:begun")

    assert front.control.follows.all(ADA) == []
    assert front.control.watch.watchers() == []
    assert owed(front)[-1][0] == "U1"


def test_a_misspelt_thing_is_told_at_the_first_look(front: Front) -> None:
    follow(front)
    resource = front.catalog.stacks[FOLLOWED].resources[NAME]

    front.control.watch.record(
        CheckResult(watcher=f"{FOLLOWED}/{NAME}", every_s=1, spec=spec_of(resource), error="There is none.")
    )

    assert owed(front)[-1] == ("C1", f"I cannot look at *{NAME}*: There is none.")


def look(front: Front, *, allowed: list[str], **set_: str) -> CheckResult:
    """The look at npm:x, which is followed, where an operator allows these hosts and has set this."""
    stack = front.catalog.stacks[FOLLOWED]
    looker = Looker(
        clock=front.clock,
        polite=PoliteHttp(front.clock.now),
        guarded=PoliteHttp(front.clock.now, wire=Guarded(allowed=allowed)),
        read_secret=lambda reference, _folder: reference,
        vars=lambda: set_,
    )
    return looker.look(stack, stack.resources["npm:x in #dev"], {})


@pytest.mark.parametrize(("allowed", "error"), [([], "127.0.0.1 is inside our own network"), (["127.0.0.1"], "")])
def test_its_check_asks_nothing_inside_unless_an_operator_allows_it(
    front: Front, allowed: list[str], error: str
) -> None:
    with told_site() as site:
        site.pages["/x"] = {"versions": {"1.0.0": {}}}
        follow(front, thing=read_thing("npm:x", registries={"npm": site.url}))

        result = look(front, allowed=allowed, npm_registry=site.url)

    assert (result.error.startswith(error), bool(result.versions)) == (True, not error)


def test_the_registry_that_an_operator_sets_later_is_the_one_that_is_asked(front: Front) -> None:
    follow(front, thing=read_thing("npm:x", registries={"npm": "https://old.example.org/npm"}))
    with told_site() as site:
        site.pages["/x"] = {"versions": {"1.0.0": {}}}

        result = look(front, allowed=["127.0.0.1"], npm_registry=site.url)

    assert [one.number for one in result.versions] == ["1.0.0"]


def test_a_stack_cannot_take_the_name_of_what_is_followed(front: Front) -> None:
    (front.folder / FOLLOWED).mkdir()
    (front.folder / FOLLOWED / "stack.yml").write_text(STACK.replace("web", FOLLOWED))
    front.catalog.refresh()

    assert "stands for what people follow" in str(front.catalog.problems[0])


def test_messages_about_versions_are_of_the_same_kind_as_those_of_yaml(front: Front) -> None:
    follow(front)
    find(front, "v1.9.0")
    find(front, "v1.9.0", "v1.9.1")

    with front.store.read() as tx:
        message = tx.messages.get(f"version:{FOLLOWED}/{NAME}:v1.9.1")
    assert message and message.kind is MessageKind.VERSION
