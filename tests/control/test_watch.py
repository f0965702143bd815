"""What is found outside, and what follows: each once, whatever dies in between."""

from datetime import timedelta

import pytest

from bot.control.start import Request
from bot.model.person import Person
from bot.model.watch import Watcher
from tests.control.front import Front

STACK = """
stack: web
channel: "#ops"
owners: ["@platform"]
resources:
  app: {check: http.versions, every: 1m, with: {url: "http://a/", pattern: "x"}}
jobs:
  deploy:
    form: {version: {type: text}}
    triggers: [{version: app, form: {version: "{{ app.number }}"}}]
    steps: [{wait: 1s}]
"""
PULLS = """
stack: web
resources:
  pull: {check: http.versions, with: {url: "http://a/", pattern: "x"}}
environments:
  "PR_{{ pull.number }}": {each: pull, title: "{{ pull.title }}"}
jobs:
  deploy:
    triggers: [{version: pull, debounce: 30s}]
    lock: "{{ env.name }}"
    steps: [{uses: command.run, with: {argv: [echo, "{{ env.title }}", "{{ pull.state }}"]}}]
  destroy:
    triggers: [{gone: pull}]
    lock: "{{ env.name }}"
    steps: [{uses: command.run, with: {argv: [echo, "{{ pull.number }}"]}}]
"""
BACK_OFF_S = (60, 120, 240, 480, 960, 1920, 3600, 3600)
ADA = Person(id="U1", name="Ada")


def test_the_first_check_is_the_baseline(front):
    web = front(STACK)

    assert web.find("1.0", "1.1") == []
    assert web.started() == []
    assert [version.number for version in web.control.watch.versions("web", "app")] == ["1.1", "1.0"]


def test_a_version_that_appears_starts_its_job_with_its_answers_and_says_why(front):
    web = front(STACK)
    web.find("1.0")

    assert web.find("1.0", "1.1") == ["1.1 appeared"]
    assert web.started() == ["deploy - 1.1 (because app 1.1 appeared)"]
    assert web.find("1.0", "1.1") == []
    assert len(web.started()) == 1


def test_what_is_looked_at_as_often_is_not_looked_at_in_one_moment(front):
    names = [f"app{number}" for number in range(20)]
    listed = "".join(f'  {name}: {{check: http.versions, with: {{url: "http://a/", pattern: x}}}}\n' for name in names)
    web = front(f"stack: web\nresources:\n{listed}")
    first = {one.next_at for one in web.control.watch.watchers()}

    for name in names:
        web.find("1.0", resource=name)

    assert len(first) > 1
    assert len({one.next_at for one in web.control.watch.watchers()}) > 1


def test_several_bots_start_it_once(front):
    web = front(STACK)
    web.find("1.0")
    web.find("1.0", "1.1")
    bots = [web.another() for _ in range(3)]

    for bot in bots:
        bot.watch.record(web.result("1.0", "1.1"))
        bot.watch.follow()

    assert len(web.runs()) == 1
    assert web.engine.taken == [1]


def test_a_version_that_does_not_count_yet_starts_its_job_when_it_does(front):
    web = front(STACK)
    web.find("1.0", "1.1!")

    assert web.find("1.0", "1.1!") == []
    assert web.find("1.0", "1.1") == ["1.1 appeared"]


def test_an_edited_filter_is_a_new_baseline(front):
    web = front(STACK)
    web.find("1.0", "1.1!")
    web.edit(STACK.replace("every: 1m,", 'every: 1m, filter: {range: ">=1"},'))

    assert web.find("1.0", "1.1", "1.2") == []
    assert web.find("1.0", "1.1", "1.2", "1.3") == ["1.3 appeared"]


def test_what_is_not_for_this_machine_has_no_watcher_until_it_is(front):
    web = front(STACK.replace("every: 1m,", "every: 1m, when: vars.region == 'eu',"))

    web.control.watch.keep()
    assert web.control.watch.watchers() == []
    assert web.find("1.0") == web.find("1.0", "1.1") == []
    assert (web.control.watch.versions("web", "app"), web.started()) == ([], [])

    web.edit(STACK.replace("every: 1m,", "every: 1m, when: vars.region is undefined,"))
    web.control.watch.keep()
    assert [watcher.id for watcher in web.control.watch.watchers()] == ["web/app"]


def test_a_changed_state_is_heard_of_and_a_version_that_comes_back_too(front):
    web = front(STACK)
    web.find("42@aaa")

    assert web.find("42@bbb") == ["42 changed"]
    assert web.find("43") == ["43 appeared", "42 gone"]
    assert web.find("42@bbb", "43") == ["42 appeared"]
    assert [run.cause for run in web.runs()] == [
        "because app 42 changed",
        "because app 43 appeared",
        "because app 42 appeared",
    ]


def test_what_a_check_of_the_newest_does_not_list_is_not_gone(front):
    web = front(STACK)
    web.find("1.0", "1.1", lists_all=False)

    assert web.find("1.1", lists_all=False) == []


@pytest.mark.parametrize(("missing", "gone"), [(4, ["4 gone"]), (3, ["3 gone"]), (0, [])])
def test_what_is_missing_among_the_newest_was_withdrawn_and_what_is_old_fell_out(front, missing, gone):
    web = front(STACK)
    listed = [{"number": str(day), "published_at": f"2026-03-0{day + 1}T12:00:00Z"} for day in range(5)]
    newest = {"lists_all": False, "lists_newest": True}
    web.find_fields("app", *listed, **newest)

    changes = web.find_fields("app", *listed[:missing], *listed[missing + 1 :], **newest)

    assert changes == gone
    assert web.find_fields("app", **newest) == []


def test_an_empty_answer_takes_nothing_away_until_it_comes_twice(front):
    web = front(STACK)
    web.find("1.0", "1.1")

    assert web.find() == []
    assert web.find("1.0", "1.1") == []
    assert web.find() == []
    assert web.find() == ["1.0 gone", "1.1 gone"]


def test_each_present_version_has_an_environment(front):
    web = front(PULLS)
    web.find("41", "42@abc", resource="pull")
    stack, job = web.catalog.job("web", "deploy")

    assert [one.name for one in web.catalog.environments(stack, job)] == ["PR_42", "PR_41"]
    assert web.control.access.may(ADA, "run", "web/deploy/PR_42")


def test_a_version_whose_environment_would_have_too_long_a_name_has_none_and_that_is_told(front):
    web = front(PULLS.replace("stack: web", 'stack: web\nchannel: "#ops"'))
    web.find("41", resource="pull")

    web.find("41", "4" * 150, resource="pull")

    stack, job = web.catalog.job("web", "deploy")
    assert [one.name for one in web.catalog.environments(stack, job)] == ["PR_41"]
    said = "*Deploy* did not start by itself: The name of its environment has 153 characters; 150 are the most."
    assert web.messages() == [said]


def test_an_environment_is_built_up_when_its_version_comes_and_taken_down_when_it_goes(front):
    web = front(PULLS)
    web.find("41", resource="pull")
    web.find("41", "42@abc", resource="pull")
    web.clock.pass_(seconds=31)
    assert web.started() == ["deploy PR_42 (because pull 42 appeared)"]
    web.find("41", resource="pull")

    assert web.started()[1:] == ["destroy PR_42 (because pull 42 is gone)"]
    destroy = web.runs()[1]
    assert destroy.plan.scope["pull"]["number"] == "42"
    assert destroy.plan.scope["env"] == {"name": "PR_42", "title": "Title of 42"}
    web.control.runs.cancel(destroy.number, by=ADA, origin="test")
    assert web.control.runs.retry(destroy.number, Request(by=ADA, origin="test", key="again")).environment == "PR_42"


def test_pushes_in_a_row_start_one_run_of_the_newest(front):
    web = front(PULLS)
    web.find("42@a", resource="pull")
    for state in ("b", "c", "d"):
        web.find(f"42@{state}", resource="pull")
        web.clock.pass_(seconds=20)
        assert web.started() == []
    web.clock.pass_(seconds=11)

    assert [run.plan.scope["pull"]["state"] for run in web.runs()] == ["d"]


def well_again(web: Front, failing: Watcher) -> bool:
    """Does the thread of what was told of a check say that it works?"""
    assert failing.told_at
    with web.store.read() as tx:
        said = tx.messages.get(f"watch:{failing.id}:{failing.told_at.timestamp():.0f}:well")
    return said is not None and said.body["text"] == "I can look at *app* of web again."


def test_what_was_still_owed_does_not_build_up_again_what_is_gone(front):
    web = front(PULLS)
    web.find("41", resource="pull")
    web.find("41", "42", resource="pull")
    web.find("41", resource="pull")
    web.clock.pass_(minutes=1)

    assert [run.job for run in web.runs()] == ["destroy"]


def test_a_failing_check_is_told_at_the_third_failure_and_once_when_it_is_well(front):
    web = front(STACK)
    web.find("1.0")
    told = []
    for _ in range(6):
        web.find(error="http://a/ answered 500.", hint="Is it up?")
        told.append(len(web.messages()))

    assert told == [0, 0, 1, 1, 1, 1]
    assert web.messages() == [
        "@platform: I cannot look at *app* of web, three times in a row: http://a/ answered 500. Is it up?"
    ]
    assert [one.resource for one in web.control.watch.failing(ADA)] == ["app"]
    web.find("1.0")
    assert web.control.watch.failing(ADA) == []


@pytest.mark.parametrize(
    ("every", "pause_minutes", "told"),
    [
        ("5m", 10, [0, 0, 0, 0, 0, 0, 1, 1]),
        ("1h", 60, [0, 0, 0, 1, 1, 1, 1, 1]),
        ("1h", 60 * 4, [1, 1, 1, 1, 1, 1, 1, 1]),
        ("7d", 60 * 24, [0, 1, 1, 1, 1, 1, 1, 1]),
    ],
)
def test_a_host_that_says_later_for_ever_is_told_once_and_once_when_it_answers(front, every, pause_minutes, told):
    web = front(STACK.replace("every: 1m", f"every: {every}"))
    web.find("1.0")
    counted = []
    for _ in told:
        until = web.clock.now() + timedelta(minutes=pause_minutes)
        web.find(error="http://a/ answered 429.", held_until=until)
        counted.append(len(web.messages()))
        web.clock.pass_(minutes=pause_minutes)
    [failing] = web.control.watch.failing(ADA)
    web.find("1.0")

    assert counted == told
    assert well_again(web, failing)
    assert web.messages()[0].startswith(
        "@platform: I cannot look at *app* of web: its host wants to be left alone, for "
    )
    assert web.messages()[0].endswith(" by now. http://a/ answered 429.")
    assert web.control.watch.failing(ADA) == []


def test_a_pause_that_ended_is_forgotten(front):
    web = front(STACK)
    for _ in range(8):
        web.find(error="http://a/ answered 429.", held_until=web.clock.now() + timedelta(hours=1))
        web.clock.pass_(hours=1)
        web.find("1.0")

    assert web.messages() == []


def test_another_bot_that_finds_all_as_it_was_says_that_it_is_well_again(front):
    web = front(STACK)
    web.find("1.0")
    for _ in range(3):
        web.find(error="It broke.")

    [failing] = web.control.watch.failing(ADA)

    with web.store.begin() as tx:
        web.control.watch.unchanged(tx, {"web/app": 3600.0})

    assert well_again(web, failing)
    assert web.control.watch.failing(ADA) == []
    assert [one.failures for one in web.control.watch.watchers()] == [0]


def test_a_check_that_fails_is_made_less_and_less_often(front):
    web = front(STACK)
    pauses = []
    for _ in range(8):
        web.find(error="It broke.")
        pauses.append((web.control.watch.watchers()[0].next_at - web.clock.now()).total_seconds())

    # Each is up to a tenth shorter or longer, so that not all look at the same moment.
    assert all(0.9 <= pause / wanted <= 1.1 for pause, wanted in zip(pauses, BACK_OFF_S, strict=True))


def test_a_job_that_cannot_be_started_is_told_once(front):
    web = front(STACK.replace("{type: text}", "{type: integer}"))
    web.find("1.0")
    web.find("1.0", "1.1")

    assert web.started() == []
    assert web.messages() == [
        "*Deploy* did not start by itself, because app 1.1 appeared: version: Write a whole number, like 30."
    ]
    assert web.started() == []


def test_one_start_at_most_waits_and_it_is_the_newest(front):
    web = front(
        STACK.replace(
            'form: {version: "{{ app.number }}"}}', 'form: {version: "{{ app.number }}"}, max_one_waiting: true}'
        )
    )
    web.find("1.0")
    web.find("1.0", "1.1")
    assert [run.inputs["version"] for run in web.runs()] == ["1.1"]
    web.find("1.0", "1.1", "1.2")
    web.find("1.0", "1.1", "1.2", "1.3")
    assert len(web.runs()) == 1
    web.control.runs.cancel(1, by=ADA, origin="test")

    assert [run.inputs["version"] for run in web.runs()] == ["1.1", "1.3"]


def test_a_resource_that_is_declared_no_more_is_forgotten(front):
    web = front(STACK)
    web.find("1.0")
    web.edit(PULLS)

    assert [one.resource for one in web.control.watch.watchers()] == ["pull"]
    assert web.control.watch.history("web", "app") == []
