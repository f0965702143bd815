"""Forms that change while somebody fills them: conditions, lists from elsewhere, presets, rows, and the same again."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.choices_source import LONG, Source, choices_source
from tests.scenarios.conftest import Bot
from tests.slack import Slack, read

STACK = """\
title: Forms
channel: "#ops"
environments:
  staging: {}
  production: {protected: true}
jobs:
  kinds:
    title: All kinds
    environments: [staging]
    form:
      owner: {type: user, label: Owner}
      room: {type: channel, label: Room}
      begin: {type: date_time, label: Begin, weekends: false}
      copy_of: {type: environment, label: Copy of}
      token: {type: secret, label: Token, choices: {"env:DEPLOY_TOKEN": Deploy token}}
    steps: [{uses: command.run, with: {argv: [echo, "{{ form.owner }} {{ form.begin }} {{ form.token }}"]}}]
  live:
    title: Live
    environments: [staging]
    form:
      kind: {type: choice, label: Kind, choices: [small, big]}
      reason: {type: text, label: Reason, when: form.kind == 'big'}
    steps: [{uses: command.run, with: {argv: [echo, "kind {{ form.kind }}, reason {{ form.reason }}"]}}]
  place:
    title: Place
    environments: [staging]
    form:
      region: {type: choice, label: Region, choices: [eu, us, asia, africa]}
      cluster:
        type: choice
        label: Cluster
        choices_from:
          {url: "SOURCE/{{ form.region }}", items: data, value: id, label: name, cache: 1s, timeout: 2s}
    steps: [{uses: command.run, with: {argv: [echo, "cluster {{ form.cluster }}"]}}]
  version:
    title: Version
    environments: [staging]
    form:
      number: {type: choice, label: Number, choices_from: {url: SOURCE/many}}
    steps: [{uses: command.run, with: {argv: [echo, "number {{ form.number }}"]}}]
  preset:
    title: Preset
    environments: [staging]
    form:
      minutes: {type: integer, label: Minutes}
      note: {type: text, label: Note, required: false}
    presets:
      Short break: {minutes: 5, note: coffee}
    steps: [{uses: command.run, with: {argv: [echo, "{{ form.minutes }} {{ form.note }}"]}}]
  long:
    title: Long
    environments: [staging]
    form:
      build: {type: choice, label: Build, choices_from: {url: SOURCE/long}}
      others: {type: multi_choice, label: Others, choices_from: {url: SOURCE/long}}
    steps: [{uses: command.run, with: {argv: [echo, "{{ form.build }}"]}}]
  careful:
    title: Careful
    danger: true
    environments: [staging]
    form:
      number: {type: choice, label: Number, choices_from: {url: SOURCE/moody, cache: 0s, timeout: 9s}}
    steps: [{uses: command.run, with: {argv: [echo, "number {{ form.number }}"]}}]
  wide:
    title: Wide
    danger: true
    environments: [staging]
    form:
      one: {type: long_text, label: One}
      two: {type: long_text, label: Two}
      three: {type: long_text, label: Three}
    steps: [{uses: command.run, with: {argv: [echo, done]}}]
  rows:
    title: Rows
    environments: [staging]
    form:
      hosts:
        type: group
        label: Hosts
        max: 3
        fields:
          name: {type: text, label: Name}
          port: {type: integer, label: Port, default: 80, max: 65535}
    steps: [{uses: command.run, with: {argv: [echo, "{{ form.hosts[0].name }} and {{ form.hosts[1].name }}"]}}]
"""


@pytest.fixture(scope="module")
def source() -> Iterator[Source]:
    with choices_source() as found:
        yield found


@pytest.fixture
def bot(_shared: Bot, source: Source) -> Bot:
    source.is_down = False
    source.moody.set()
    if not _shared.is_up:
        _shared.write("stack.yml", STACK.replace("SOURCE", source.url), stack="forms")
        _shared.start()
    return _shared


def opened(slack: Slack, job: str) -> dict[str, Any]:
    """The form of a job, from its card."""
    slack.command(f"forms {job}")
    return slack.until(lambda: next((view for view in slack.snapshot()["modals"] if view["callback_id"]), None))


def showing(slack: Slack, part: str) -> dict[str, Any]:
    """The open form, once it says *part*."""
    return slack.until(lambda: next((view for view in slack.snapshot()["modals"] if part in read(view)), None))


def started(bot: Bot, slack: Slack, title: str) -> dict[str, Any]:
    """The newest run, once it is over."""
    slack.message_with(f"{title}")
    return slack.until(
        lambda: next((run for run in bot.json("runs") if run["title"] == title and run["status"] == "succeeded"), None)
    )


def inputs(bot: Bot, run: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = bot.json("show", str(run["number"]))["inputs"]
    return found


def test_people_rooms_moments_environments_and_secrets_are_asked_for_by_their_own_inputs(
    bot: Bot, slack: Slack
) -> None:
    form = opened(slack, "kinds")

    saturday = slack.submit(form, kinds(begin=1795251600))
    assert list(saturday["errors"].values()) == ["2026-11-21 is a Saturday. Choose a day from Monday to Friday."]
    slack.submit(form, kinds(begin=1795424400))

    assert inputs(bot, started(bot, slack, "All kinds")) == {
        "owner": "U0GRACE",
        "room": "C0OPS",
        "begin": "2026-11-23T09:00+00:00",
        "copy_of": "production",
        "token": "env:DEPLOY_TOKEN",
    }


def test_a_person_in_an_answer_is_named_and_not_called(bot: Bot, slack: Slack) -> None:
    """Also somebody who never spoke to the bot."""
    slack.submit(opened(slack, "kinds"), {**kinds(begin=1795424400), "Owner": "U0LINUS"})

    assert "<@U0LINUS>" not in str(slack.message_with("Owner: *Linus Park*"))


def kinds(*, begin: int) -> dict[str, Any]:
    return {
        "Owner": "U0GRACE",
        "Room": "C0OPS",
        "Begin": begin,
        "Copy of": "production",
        "Token": "Deploy token",
    }


def test_a_field_with_a_condition_comes_and_goes_and_is_demanded_only_while_it_is_there(bot: Bot, slack: Slack) -> None:
    form = opened(slack, "live")
    assert "Reason" not in read(form)

    slack.answer(form, "Kind", "big")
    form = showing(slack, "Reason")
    slack.answer(form, "Kind", "small")
    form = slack.until(lambda: view if "Reason" not in read(view := slack.modal()) else None)
    slack.submit(form, {"Kind": "small"})

    assert inputs(bot, started(bot, slack, "Live")) == {"kind": "small", "reason": None}


def test_a_form_that_was_sent_before_it_could_change_is_shown_again(bot: Bot, slack: Slack) -> None:
    form = opened(slack, "live")

    slack.submit(form, {"Kind": "big"})

    again = showing(slack, "Reason")
    assert "Your answers changed what is asked" in read(again)
    slack.close()


def test_a_list_follows_another_answer(bot: Bot, slack: Slack) -> None:
    form = opened(slack, "place")
    assert "First answer “Region”" in read(form)

    slack.answer(form, "Region", "eu")
    form = slack.until(lambda: view if _options(view := slack.modal(), "Cluster") == ["Berlin", "Paris"] else None)
    slack.answer(form, "Region", "us")
    form = slack.until(lambda: view if _options(view := slack.modal(), "Cluster") == ["Boston"] else None)
    slack.submit(form, {"Region": "us", "Cluster": "Boston"})

    assert inputs(bot, started(bot, slack, "Place")) == {"region": "us", "cluster": "boston"}


def test_a_list_that_comes_late_does_not_take_the_place_of_a_newer_answers(
    bot: Bot, slack: Slack, source: Source
) -> None:
    form = opened(slack, "place")

    slack.answer(form, "Region", "africa")
    slack.answer(showing(slack, "has not answered yet"), "Region", "eu")
    form = slack.until(lambda: view if _options(view := slack.modal(), "Cluster") == ["Berlin", "Paris"] else None)
    source.africa.set()

    slack.until(
        lambda: [one for one in slack.journal("call") if one.get("response", {}).get("error") == "hash_conflict"]
    )
    assert slack.modal()["hash"] == form["hash"]
    slack.close()


def test_a_list_that_is_down_says_so_at_its_field_and_what_to_do(bot: Bot, slack: Slack, source: Source) -> None:
    source.is_down = True
    form = opened(slack, "place")

    # No list that was read a moment ago: that one is remembered, and shown.
    slack.answer(form, "Region", "asia")

    form = showing(slack, "answered 503")
    assert "Try again in a moment; if it stays like this, tell the owners of this stack." in read(form)
    slack.close()


def test_a_value_that_is_not_in_the_list_any_more_is_refused(bot: Bot, slack: Slack) -> None:
    form = opened(slack, "version")

    answer = slack.submit(form, {"Number": "9.9"})

    assert "Choose one of: 1.0, 1.1" in next(iter(answer["errors"].values()))
    slack.close()


def test_a_long_list_is_searched(bot: Bot, slack: Slack) -> None:
    form = opened(slack, "version")
    block = next(block for block in form["blocks"] if block.get("label", {}).get("text") == "Number")
    assert block["element"]["type"] == "external_select"

    found = slack.act(
        "options",
        container={"type": "view", "view_id": form["id"]},
        block_id=block["block_id"],
        action_id=block["element"]["action_id"],
        value="1.24",
    )
    slack.submit(form, {"Number": "1.249"})

    assert [one["value"] for one in found["options"]] == ["1.24", *(f"1.24{last}" for last in range(10))]
    assert inputs(bot, started(bot, slack, "Version")) == {"number": "1.249"}


def test_a_preset_fills_the_form(bot: Bot, slack: Slack) -> None:
    form = opened(slack, "preset")

    slack.answer(form, "Preset", "Short break")
    form = slack.until(lambda: view if "coffee" in json.dumps(view := slack.modal()) else None)
    slack.submit(form)

    assert inputs(bot, started(bot, slack, "Preset")) == {"minutes": 5, "note": "coffee"}


def test_rows_are_added_and_removed_and_each_says_what_is_wrong_in_it(bot: Bot, slack: Slack) -> None:
    form = opened(slack, "rows")
    assert "1." in read(form)  # one is asked for, so nobody has to add it first

    slack.click(form, "Add to Hosts")
    form = showing(slack, "2.")
    slack.click(form, "Add to Hosts")
    form = showing(slack, "3.")
    slack.click(form, "drop_row")
    form = slack.until(lambda: view if "3." not in read(view := slack.modal()) else None)
    first, second = [block["block_id"] for block in form["blocks"] if "name" in block.get("block_id", "")]
    ports = [block["block_id"] for block in form["blocks"] if "port" in block.get("block_id", "")]
    wrong = slack.submit(form, {first: "web1", second: "web2", ports[1]: "99999"})
    slack.submit(form, {first: "web1", second: "web2"})

    assert wrong["errors"] == {ports[1]: "At most 65535."}
    rows = [{"name": "web1", "port": 80}, {"name": "web2", "port": 80}]
    assert inputs(bot, started(bot, slack, "Rows")) == {"hosts": rows}


def test_run_again_opens_the_form_with_the_answers_of_the_run(bot: Bot, slack: Slack) -> None:
    slack.command('forms preset minutes=7 note="as before"')
    slack.submit(showing(slack, "as before"))
    message = slack.until(lambda: one if "[Change and run…]" in read(one := slack.message_with("as before")) else None)

    slack.click(message, "Change and run…")

    form = slack.until(lambda: next((view for view in slack.snapshot()["modals"] if view["callback_id"]), None))
    values = [block["element"].get("initial_value") for block in form["blocks"] if "field." in block["block_id"]]
    assert values == ["7", "as before"]
    slack.close()


def test_answers_far_too_long_for_slack_to_carry_reach_the_run_through_the_second_page(bot: Bot, slack: Slack) -> None:
    # As random as a key: nothing that one could pack smaller.
    answers = {name: secrets.token_hex(1450) for name in ("one", "two", "three")}
    form = opened(slack, "wide")

    slack.submit(form, {name.title(): text for name, text in answers.items()})
    page = slack.until(lambda: next((one for one in slack.snapshot()["modals"][1:] if "echo" in read(one)), None))
    slack.submit(page)

    assert answers["three"][:400] in read(page)
    assert inputs(bot, started(bot, slack, "Wide")) == answers


def test_a_list_that_is_slow_when_all_is_confirmed_is_waited_for_on_a_page_that_says_so(
    bot: Bot, slack: Slack, source: Source
) -> None:
    page = careful(slack)
    source.moody.clear()

    answer = slack.submit(page)
    assert answer["acked"]
    showing(slack, "Nothing has begun yet")
    source.moody.set()

    said = read(showing(slack, "is started"))
    run = started(bot, slack, "Careful")
    assert f"forms #{run['number']} is started" in said
    slack.close()
    # The form below it would start it once more.
    assert slack.snapshot()["modals"] == []


def test_a_list_that_breaks_after_all_was_confirmed_starts_nothing_and_the_page_says_why(
    bot: Bot, slack: Slack, source: Source
) -> None:
    page = careful(slack)
    before = bot.json("runs")
    source.moody.clear()

    answer = slack.submit(page)
    source.is_down = True
    source.moody.set()

    assert answer["acked"]
    showing(slack, "answered 503")
    assert bot.json("runs") == before
    slack.close(all_of_them=True)


def careful(slack: Slack) -> dict[str, Any]:
    """The page that asks once more, with its preview."""
    slack.submit(opened(slack, "careful"), {"Number": "1.1"})
    return slack.until(lambda: next((one for one in slack.snapshot()["modals"][1:] if "echo" in read(one)), None))


def _options(view: dict[str, Any], label: str) -> list[str]:
    blocks = [block for block in view["blocks"] if block.get("label", {}).get("text") == label]
    return [one["text"]["text"] for block in blocks for one in block["element"].get("options", [])]


def test_a_value_from_a_list_may_be_longer_than_slack_allows(bot, slack):
    form = opened(slack, "long")
    builds = [block for block in form["blocks"] if block["type"] == "input"][-1]["element"]["options"]
    chosen = builds[1]["value"]

    answer = slack.submit(form, {"Build": chosen, "Others": [builds[0]["value"], chosen]})

    assert not answer.get("errors")
    assert inputs(bot, started(bot, slack, "Long")) == {"build": LONG[1], "others": LONG[:2]}
