"""Several bots on one set of rows: each check is made by one, each start is owed once."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from bot.base.errors import NotNow
from bot.control.watchers.things import read_thing
from bot.model.person import Person
from bot.store.store import Transaction
from bot.watch.checker import Checker
from bot.watch.guard import Guarded
from bot.watch.look import Looker
from bot.watch.polite import PoliteHttp
from tests.control.front import Engine, Front
from tests.fakes.told_site import Told, told_site

STACK = """
stack: web
resources:
  app: {{check: http.versions, every: 1h, with: {{url: "{url}/app", json_path: "$[*]"}}}}
jobs:
  deploy:
    form: {{version: {{type: text}}}}
    triggers: [{{version: app, form: {{version: "{{{{ app.number }}}}"}}{more}}}]
    steps: [{{wait: 1s}}]
"""
_LEASE_MINUTES = 6


@pytest.fixture
def told() -> Iterator[Told]:
    with told_site() as site:
        site.pages["/app"] = ["1.0"]
        yield site


@pytest.fixture
def web(tmp_path: Path, database_url: str | None, told: Told) -> Iterator[Front]:
    front = Front(tmp_path, STACK.format(url=told.url, more=""), database_url)
    yield front
    front.store.close()


def checker(front: Front, name: str, polite: PoliteHttp | None = None) -> Checker:
    looker = Looker(
        clock=front.clock,
        polite=polite or PoliteHttp(front.clock.now),
        guarded=PoliteHttp(front.clock.now, wire=Guarded()),
        read_secret=lambda reference, _folder: reference,
        vars=dict,
    )
    control = front.another()
    return Checker(
        store=front.store, catalog=front.catalog, watch=control.watch, looker=looker, clock=front.clock, name=name
    )


def claim(web, tx, *, by):
    return tx.watchers.claim(by=by, now=web.clock.now(), lease_s=300, limit=10)


def test_of_two_checkers_one_takes_what_is_due(web, told):
    told.may_answer.clear()
    one, other = checker(web, "one"), checker(web, "other")
    web.clock.pass_(hours=1)

    taken = [one.round(), other.round(), one.round()]
    told.may_answer.set()
    one.stop()
    other.stop()

    assert taken == [1, 0, 0]
    assert [status for _, status in told.asked] == [200]
    assert [version.number for version in web.control.watch.versions("web", "app")] == ["1.0"]


def test_what_a_dead_bot_was_checking_is_checked_by_another_when_its_lease_ends(web, told):
    web.clock.pass_(hours=1)
    with web.store.begin() as tx:
        assert [one.id for one in claim(web, tx, by="dead")] == ["web/app"]
    alive = checker(web, "alive")

    before = alive.round()
    web.clock.pass_(minutes=_LEASE_MINUTES)
    after = alive.round()
    alive.stop()

    assert (before, after) == (0, 1)


def test_a_bot_that_comes_back_goes_on_at_once_with_what_it_was_checking(web):
    web.clock.pass_(hours=1)
    with web.store.begin() as tx:
        claim(web, tx, by="only")
    back = checker(web, "only")

    back.open()
    taken = back.round()
    back.stop()

    assert taken == 1


def look(web, polite):
    """One bot's look at what is due, to its end."""
    bot = checker(web, "one", polite)
    assert bot.round() == 1
    bot.stop()
    return [version.number for version in web.control.watch.versions("web", "app")]


def test_a_look_that_was_asked_for_sees_what_is_there_now_also_right_after_the_last_one(web, told):
    polite = PoliteHttp(web.clock.now)
    web.clock.pass_(hours=1)
    before = look(web, polite)
    told.pages["/app"] = ["1.0", "1.1"]

    web.control.watch.look_sooner("web", ["app"])

    assert (before, look(web, polite)) == (["1.0"], ["1.1", "1.0"])


def test_a_look_that_found_nothing_new_counts_also_when_the_database_took_that_down_only_later(web):
    bot = checker(web, "one")
    for _ in range(2):
        web.clock.pass_(hours=2)
        assert bot.round() == 1
        while bot.busy:
            time.sleep(0.01)
    with web.store.begin() as tx:
        tx.session.execute(text("ALTER TABLE watcher RENAME TO away"))
    with pytest.raises(DatabaseError):
        bot.round()
    with web.store.begin() as tx:
        tx.session.execute(text("ALTER TABLE away RENAME TO watcher"))
    bot.round()
    web.clock.pass_(minutes=15)

    taken = bot.round()
    bot.stop()

    assert taken == 0


def test_each_look_asks_once_whether_it_finds_news_nothing_or_no_answer(web, told):
    bot = checker(web, "one")
    asked: list[list[int]] = []
    for status, page in [(200, "1"), (200, "1"), (200, "2"), (200, "2"), (500, "2"), (500, "2"), (500, "2")]:
        told.status, told.pages["/app"], before = status, [page], len(told.asked)
        bot.look("web/app", was_asked=True)
        asked.append([status for _, status in told.asked[before:]])

    assert asked == [[200], [304], [200], [304], [500], [500], [500]]
    assert [version.number for version in web.control.watch.versions("web", "app")] == ["2"]
    assert [one.failures for one in web.control.watch.watchers()] == [3]
    bot.stop()


def test_a_host_that_says_later_is_asked_anew_when_it_answers_again(web, told):
    polite = PoliteHttp(web.clock.now)
    web.clock.pass_(hours=1)
    look(web, polite)
    told.pages["/app"] = ["1.0", "1.1"]
    web.control.watch.look_sooner("web", ["app"])
    told.status, told.headers = 429, {"Retry-After": "20"}
    polite.session(fresh_s=0.0, held=lambda _until: None).get(f"{told.url}/app")
    told.status, told.headers = 200, {}
    while_held = look(web, polite)

    web.clock.pass_(seconds=30)

    assert (while_held, look(web, polite)) == (["1.0"], ["1.1", "1.0"])


def round_through(web, bot):
    """One round of a bot that goes on after it, to the end of its check."""
    web.clock.pass_(hours=2)
    assert bot.round() == 1
    end = time.monotonic() + 30
    while web.control.watch.watchers()[0].checked_at != web.clock.now():
        assert time.monotonic() < end, "the check does not come to its end"
        bot.round()
        time.sleep(0.01)


def test_who_looked_last_is_known_also_when_nothing_was_new_so_that_its_next_look_is_short_too(web):
    bot = checker(web, "one")
    for _ in range(2):
        round_through(web, bot)
    bot.stop()

    web.clock.pass_(hours=2)
    with web.store.begin() as tx:
        [taken] = claim(web, tx, by="other")

    assert taken.last_by == "one"


def test_what_is_declared_anew_is_written_down_anew_so_that_what_comes_then_is_news(web, told):
    bot = checker(web, "one")
    round_through(web, bot)
    web.edit("stack: web\njobs: {a: {steps: [{wait: 1s}]}}\n")
    web.edit(STACK.format(url=told.url, more=""))

    round_through(web, bot)
    bot.stop()

    assert "1.1 appeared" in web.find("1.0", "1.1")


def test_what_another_bot_found_is_gone_also_where_this_one_never_saw_it(web, told):
    one, other = checker(web, "one"), checker(web, "other")
    round_through(web, one)
    told.pages["/app"] = ["1.0", "1.1"]
    round_through(web, other)
    told.pages["/app"] = ["1.0"]

    round_through(web, one)
    one.stop()
    other.stop()

    assert [version.number for version in web.control.watch.versions("web", "app")] == ["1.0"]


def test_a_listing_that_is_suddenly_empty_is_asked_for_anew(web, told):
    polite = PoliteHttp(web.clock.now)
    web.find("1.0")
    told.pages["/app"] = []
    web.clock.pass_(hours=2)
    while_empty = look(web, polite)
    told.pages["/app"] = ["1.0"]

    web.clock.pass_(seconds=10)

    assert (while_empty, look(web, polite)) == (["1.0"], ["1.0"])


def test_bots_at_the_same_moment_write_a_version_down_once_and_start_its_job_once(web):
    web.find("1.0")
    bots = [web.another() for _ in range(4)]
    together, changes = threading.Barrier(len(bots)), []

    def check(bot):
        together.wait(30)
        changes.extend(bot.watch.record(web.result("1.0", "1.1")))
        bot.watch.follow()

    threads = [threading.Thread(target=check, args=(bot,)) for bot in bots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [change.version.number for change in changes] == ["1.1"]
    assert [run.inputs for run in web.runs()] == [{"version": "1.1"}]


def test_bots_at_the_same_moment_take_each_check_once(web):
    web.clock.pass_(hours=1)
    together = threading.Barrier(4)
    taken: list[str] = []

    def take(name):
        together.wait(30)
        with web.store.begin() as tx:
            taken.extend(one.id for one in claim(web, tx, by=name))

    threads = [threading.Thread(target=take, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert taken == ["web/app"]


def test_people_who_follow_the_same_at_the_same_moment_have_it_once(web):
    bots = [web.another() for _ in range(4)]
    together, answers = threading.Barrier(len(bots)), []
    thing = read_thing("acme/shop", registries={})

    def follow(bot, name):
        together.wait(30)
        try:
            bot.follows.follow(thing, channel="C1", channel_name=name, by=Person(id="U1", name="Ada"), origin="slack")
        except NotNow as known:
            answers.append(str(known))

    threads = [
        threading.Thread(target=follow, args=(bot, name))
        for bot, name in zip(bots, ("#a", "#a", "#a", "#b"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with web.store.read() as tx:
        assert len(tx.follows.all()) == 1
    assert len(answers) == 3
    assert all("followed there already" in answer for answer in answers)


def test_bots_that_see_at_the_same_moment_what_is_missing_all_go_on(web):
    with web.store.begin() as tx:
        tx.watchers.keep({})
    together, kept = threading.Barrier(4), []

    def keep():
        together.wait(30)
        web.control.watch.keep()
        kept.append(True)

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(kept) == 4
    assert [one.id for one in web.control.watch.watchers()] == ["web/app"]


class BreaksOnce(Engine):
    """Does not take the first run that it is handed."""

    broke = False

    def submit(self, tx: Transaction, number: int, part: int) -> None:
        if not self.broke:
            self.broke = True
            raise RuntimeError("not this one")
        super().submit(tx, number, part)


def test_a_start_that_breaks_holds_up_none_behind_it_and_is_made_in_the_next_round(web):
    web.edit(STACK.format(url="http://a", more="") + "  test: {triggers: [{version: app}], steps: [{wait: 1s}]}\n")
    web.engine = BreaksOnce()
    bot = web.another()
    web.find("1.0")
    web.find("1.0", "1.1")
    started = []

    for _ in range(2):
        bot.watch.follow()
        started.append(sorted(run.job for run in bot.runs.recent()))

    assert started == [["test"], ["deploy", "test"]]


def test_what_is_the_same_as_the_last_start_is_not_started_again(tmp_path, database_url, told):
    front = Front(tmp_path, STACK.format(url=told.url, more=", skip_if_same: true"), database_url)
    try:
        front.find("1.0")
        front.find("1.0", "1.1")
        assert [run.inputs["version"] for run in front.runs()] == ["1.1"]
        front.find("1.0")

        front.find("1.0", "1.1")
        assert len(front.runs()) == 1
        front.find("1.0", "1.1", "1.2")
        assert [run.inputs["version"] for run in front.runs()] == ["1.1", "1.2"]
        front.find("1.0", "1.2")
        front.find("1.0", "1.1", "1.2")
        assert [run.inputs["version"] for run in front.runs()] == ["1.1", "1.2", "1.1"], "only the last start counts"
    finally:
        front.store.close()


def test_one_round_goes_on_until_nothing_is_due(tmp_path, told):
    numbers = range(200)
    told.pages |= {f"/app{number}": ["1.0"] for number in numbers}
    resources = "".join(
        f'  app{number}: {{check: http.versions, with: {{url: "{told.url}/app{number}", json_path: "$[*]"}}}}\n'
        for number in numbers
    )
    front = Front(tmp_path, f"stack: web\nresources:\n{resources}")
    front.clock.pass_(minutes=1)
    many = checker(front, "one")
    many.open()

    many.round()
    told.all_asked(len(numbers))
    many.stop()

    assert len({path for path, _ in told.asked}) == len(numbers)
    front.store.close()
