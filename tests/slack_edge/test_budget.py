"""Slack's limits, kept across the whole workspace."""

from datetime import timedelta

from bot.slack.budget import Pace, edit_every, next_update_at
from tests.slack_edge.samples import NOW

SECOND = timedelta(seconds=1)


def test_in_an_idle_workspace_an_update_goes_at_once():
    assert next_update_at([], NOW, is_final=False) == NOW


def test_updates_older_than_a_minute_do_not_count():
    assert next_update_at([NOW - 61 * SECOND] * 40, NOW, is_final=False) == NOW


def test_ten_updates_a_minute_are_left_for_final_states():
    sent = [NOW - 30 * SECOND] * 40

    assert next_update_at(sent, NOW, is_final=False) == NOW + 30 * SECOND
    assert next_update_at(sent, NOW, is_final=True) == NOW


def test_an_update_too_many_goes_when_the_oldest_is_a_minute_old():
    sent = [NOW - 50 * SECOND, *[NOW - 10 * SECOND] * 39]

    assert next_update_at(sent, NOW, is_final=False) == NOW + 10 * SECOND


def test_even_final_states_wait_at_fifty():
    sent = [NOW - 50 * SECOND, *[NOW - 10 * SECOND] * 49]

    assert next_update_at(sent, NOW, is_final=True) == NOW + 10 * SECOND


def test_many_changing_messages_share_the_budget_evenly():
    assert edit_every(1) == 2 * SECOND
    assert edit_every(20) == 30 * SECOND


def test_a_running_message_is_edited_every_two_seconds_at_most():
    pace = Pace()
    pace.edited(1, NOW)

    assert pace.edit_at(1, NOW + SECOND, is_urgent=False) == NOW + 2 * SECOND
    assert pace.edit_at(2, NOW + SECOND, is_urgent=False) == NOW + SECOND


def test_an_end_is_shown_at_once():
    pace = Pace()
    pace.edited(1, NOW)

    assert pace.edit_at(1, NOW, is_urgent=True) == NOW


def test_one_post_a_second_goes_to_a_channel():
    pace = Pace()
    pace.posted("C1", NOW)

    assert pace.post_at("C1", NOW) == NOW + SECOND
    assert pace.post_at("C2", NOW) == NOW


def test_a_minute_of_storm_stays_below_slacks_limit():
    pace, now, sent = Pace(), NOW, 0
    while now < NOW + 60 * SECOND:
        for message in range(100):
            if pace.edit_at(message, now, is_urgent=message % 3 == 0) <= now:
                pace.edited(message, now)
                sent += 1
        now += SECOND / 4

    assert sent <= 50
