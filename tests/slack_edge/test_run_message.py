"""What people read in a run's one message."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.model.form import Choice, FieldType, FormField
from bot.model.run import HostResult, NextTry, Progress, RunStatus, StepStatus
from bot.slack.limits import BLOCKS_PER_MESSAGE, MESSAGE_BLOCKS_TOTAL
from bot.slack.views.answers import in_words
from bot.slack.views.run_message import RunScene, run_blocks, run_text
from tests.slack_edge.reading import buttons, labels, read
from tests.slack_edge.samples import NOW, done, hosts, step, timer, view

AFTER = NOW + timedelta(seconds=14)
RUNNING: dict[str, Any] = {"status": StepStatus.RUNNING, "started_at": NOW}


MINUTES = FormField(name="minutes", type=FieldType.INTEGER, label="Planned duration", unit="min")
HOW = FormField(
    name="how",
    type=FieldType.CHOICE,
    label="How",
    choices=(Choice(value="rolling", label="One by one"), Choice(value="all", label="All at once")),
)


def test_a_choice_is_said_by_its_label() -> None:
    assert in_words("rolling", HOW) == "One by one"
    assert in_words(["all", "rolling"], HOW) == "All at once, One by one"
    assert in_words("gone", HOW) == "gone"


def shown(*steps, **changes) -> str:
    return read(run_blocks(RunScene(view=view(*steps, **changes))))


def buttons_of(*steps, **changes) -> list[str]:
    return labels(run_blocks(RunScene(view=view(*steps, **changes))))


def test_the_text_alone_says_what_where_and_how_far():
    assert run_text(view(step(**RUNNING), step("2"))) == "Maintenance on, production: running, step 1 of 2"


def test_the_text_alone_says_how_it_ended():
    over = view(done(), status=RunStatus.FAILED, ended_at=AFTER, reason="web3 did not answer.")

    assert run_text(over) == "Maintenance on, production: failed after 14s. web3 did not answer."


def test_words_come_before_the_symbol():
    assert "*Succeeded* in 14s ✓" in shown(done(), status=RunStatus.SUCCEEDED, ended_at=AFTER)


def test_it_names_who_asked_and_the_run():
    assert "maintenance #12 · by Ada Lovelace · <!date^" in shown()


def test_the_answers_are_shown_with_the_forms_labels():
    scene = RunScene(view=view(), fields={"minutes": MINUTES})

    assert "reason: *Database move* · Planned duration: *30 min*" in read(run_blocks(scene))


def test_a_person_who_is_an_answer_is_named_and_not_called():
    fields = {"owner": FormField(name="owner", type=FieldType.USER, label="Owner")}
    asked = view(inputs={"owner": "U0GRACE"})

    known = read(run_blocks(RunScene(view=replace(asked, named={"U0GRACE": "Grace <!here>"}), fields=fields)))
    unknown = read(run_blocks(RunScene(view=asked, fields=fields)))

    assert "Owner: *Grace &lt;!here&gt;*" in known
    assert "Owner: *U0GRACE*" in unknown


def test_a_step_shows_state_duration_and_attempt():
    text = shown(done(seconds=12), step("2", title="Expect 503", attempt=2, **RUNNING))

    assert "✓  Put up the page · done in 12s" in text
    assert "●  *Expect 503* · running since <!date^" in text
    assert "try 2" in text


def test_a_step_says_between_two_tries_why_it_is_tried_again():
    text = shown(step(attempt=2, reason="It answered 200.", started_at=NOW), step("2", title="Expect 503"))

    assert "*Put up the page* · try 2 to come\n> It answered 200." in text
    assert "*Expect 503*" not in text


def test_a_step_that_waits_for_its_next_try_says_when_that_is_and_why():
    waits = step(status=StepStatus.WAITING, attempt=2, reason="It answered 200.", started_at=NOW)

    text = shown(waits, next_tries={"1": NextTry(at=AFTER, of=3)}, status=RunStatus.WAITING)

    at = f"<!date^{int(AFTER.timestamp())}^starts {{date_short_pretty}} at {{time}}|"
    assert f"*Put up the page* · try 2 of 3 {at}" in text
    assert "> It answered 200." in text


def test_progress_is_a_bar_of_text():
    text = shown(step(progress=Progress(done=3, total=10, what="copy the page"), **RUNNING))

    assert "▰▰▰▱▱▱▱▱▱▱ 3 of 10 · copy the page" in text


def test_few_hosts_are_named_and_the_bad_one_stands_out():
    assert "web1 changed · web2 ok · *web3 unreachable*" in shown(done(hosts=hosts("changed", "ok", "unreachable")))


def test_many_hosts_are_counted_and_the_bad_one_is_named():
    many = (*hosts(*["ok"] * 40), HostResult(name="web41", state="failed", note="disk full"))

    text = shown(done(hosts=many))

    assert "41 hosts: 40 ok, 1 failed" in text
    assert "*web41 failed*: disk full" in text


def test_a_failure_says_why_and_what_to_do():
    text = shown(
        done(), status=RunStatus.FAILED, ended_at=AFTER, reason="web3 did not answer.", hint="Look at its SSH."
    )

    assert "*web3 did not answer.*\nLook at its SSH." in text


def test_a_waiting_run_says_for_whom():
    assert "Grace's Deploy (#11) holds site/www" in shown(
        status=RunStatus.WAITING, waits_for="Grace's Deploy (#11) holds site/www. This run is next."
    )


def test_a_running_run_can_be_cancelled():
    assert buttons_of(step(**RUNNING)) == ["Cancel", "Log"]


def test_a_run_that_is_being_cancelled_says_so_and_offers_it_no_more():
    assert buttons_of(step(**RUNNING), cancelled_by="Bea") == ["Log"]
    assert "*Stopping*, as Bea asked" in shown(step(**RUNNING), cancelled_by="Bea")


def test_a_run_that_is_over_offers_undo_retry_and_log():
    assert buttons_of(done(), status=RunStatus.FAILED, ended_at=AFTER) == [
        "Undo",
        "Run again",
        "Change and run…",
        "Log",
    ]


@pytest.mark.parametrize("step_over", [done(undoable=False), done(undone=True), done(begun=False)])
def test_what_cannot_be_undone_offers_no_undo(step_over):
    assert "Undo" not in buttons_of(step_over, status=RunStatus.SUCCEEDED, ended_at=AFTER)


@pytest.mark.parametrize("undo", [True, False])
def test_an_interrupted_run_asks_a_person_and_offers_undo_where_something_can_be_undone(undo):
    half_done = step(status=StepStatus.INTERRUPTED, begun=True, undoable=undo)

    asked = buttons_of(half_done, status=RunStatus.INTERRUPTED)
    told = shown(half_done, status=RunStatus.INTERRUPTED)

    assert asked == ["Retry step", "Skip", *(["Undo"] if undo else []), "Abort", "Log"]
    assert "Retry step does it once more. Skip goes on with what comes after it." in told
    assert ("Undo takes back" in told) == undo


def test_a_timer_says_what_happens_by_itself():
    scene = RunScene(view=view(status=RunStatus.SUCCEEDED, ended_at=AFTER), timers=[("Maintenance off", timer())])

    assert "*Maintenance off, production* <!date^" in read(run_blocks(scene))


def test_hooks_are_hidden_until_they_begin():
    hook = step("on_failure.1", title="Undo what was done")

    assert "Undo what was done" not in shown(step(**RUNNING), hook)
    assert "Undo what was done" in shown(done(), step("on_failure.1", title="Undo what was done", **RUNNING))


def test_typed_text_calls_nobody():
    text = shown(inputs={"reason": "<!channel> *now*"}, started_by="<@U1>", cause="<!here>")

    assert "<!channel>" not in text
    assert "<!here>" not in text
    assert "<@" not in text


def test_every_block_id_and_button_is_unique_in_its_row():
    blocks = run_blocks(RunScene(view=view(status=RunStatus.INTERRUPTED)))

    actions = [button["action_id"] for button in buttons(blocks)]
    assert len(actions) == len(set(actions))


def test_two_hundred_steps_with_hosts_still_fit_into_one_message():
    steps = [
        done(str(number), title=f"Step {number} " + "x" * 150, hosts=hosts("ok", "failed", "changed"))
        for number in range(200)
    ]

    blocks = run_blocks(RunScene(view=view(*steps, status=RunStatus.FAILED, reason="y" * 5000, ended_at=AFTER)))

    assert len(blocks) <= BLOCKS_PER_MESSAGE
    assert len(json.dumps(blocks, ensure_ascii=False)) <= MESSAGE_BLOCKS_TOTAL
    assert labels(blocks) == ["Undo", "Run again", "Change and run…", "Log"]


def test_two_hundred_different_steps_keep_the_failed_one_and_the_buttons():
    states = [StepStatus.SUCCEEDED, StepStatus.SKIPPED]
    steps = [done(str(number), title="x" * 200, status=states[number % 2]) for number in range(200)]
    steps.append(done("201", title="The one that failed", status=StepStatus.FAILED, reason="disk full"))

    blocks = run_blocks(RunScene(view=view(*steps, status=RunStatus.FAILED, ended_at=AFTER)))

    assert len(json.dumps(blocks, ensure_ascii=False)) <= MESSAGE_BLOCKS_TOTAL
    assert "The one that failed" in read(blocks)
    assert labels(blocks) == ["Undo", "Run again", "Change and run…", "Log"]


def test_steps_inside_others_are_set_in():
    text = shown(step("1", title="Outer"), step("1.1", title="Inner"), done("on_failure.1", title="Hook"))

    assert "\n\u2003○  Inner" in text
    assert "\n✓  Hook" in text


def test_steps_inside_others_are_set_in_also_where_many_are_one_line():
    inside = [done(f"1.{number}") for number in range(1, 30)]

    assert "\n\u2003✓  29 steps done" in shown(step("1", title="Outer", **RUNNING), *inside)
