"""Ids in buttons and modals come back from outside, so they are read strictly."""

import json

import pytest

from bot.slack.ids import ConfirmRef, JobRef, OutOfDate, RunRef, TimerRef, TooLong, pack, unpack
from bot.slack.limits import PRIVATE_METADATA


@pytest.mark.parametrize(
    "ref",
    [
        JobRef(stack="maintenance", job="enable"),
        JobRef(stack="web", job="deploy", environment="production", answers={"reason": "ä"}, channel="C1"),
        ConfirmRef(stack="web", job="deploy", environment="production", packed=pack({"reason": "x", "minutes": 30})),
        RunRef(run=12, do="retry"),
        TimerRef(timer=3, do="now"),
    ],
)
def test_what_was_written_is_read_back(ref):
    assert type(ref).decode(ref.encode(PRIVATE_METADATA)) == ref


@pytest.mark.parametrize(
    "forged",
    [
        None,
        "",
        "12",
        "null",
        "[]",
        "{",
        '{"run": "12"}',
        '{"run": -1}',
        '{"run": true}',
        '{"run": 1e3}',
        '{"run": 99999999999999999999}',
        '{"run": 12, "status": "succeeded"}',
        '{"do": "retry"}',
        '{"run": 12, "do": ["retry"]}',
        "[" * 2000,
        json.dumps({"run": 12, "do": "x" * 5000}),
    ],
)
def test_a_forged_value_is_out_of_date(forged):
    with pytest.raises(OutOfDate):
        RunRef.decode(forged)


def test_answers_must_be_texts():
    with pytest.raises(OutOfDate):
        JobRef.decode('{"stack": "web", "job": "deploy", "answers": {"minutes": 3}}')


def test_three_thousand_characters_of_reason_fit_beside_the_ids():
    reason = " ".join(f"We move database number {number} to the new rack." for number in range(62))[:3000]

    ref = ConfirmRef(stack="maintenance", job="enable", environment="production", packed=pack({"reason": reason}))

    assert ConfirmRef.decode(ref.encode(PRIVATE_METADATA)).inputs == {"reason": reason}


def test_what_does_not_fit_is_refused_instead_of_cut():
    with pytest.raises(TooLong):
        JobRef(stack="web", job="deploy", answers={"reason": "x" * 3000}).encode()


@pytest.mark.parametrize("packed", ["!", "not base 85 ", "abcde", pack({"a": 1})[:-3], pack(["a"])])  # type: ignore[arg-type]
def test_answers_that_were_tampered_with_are_out_of_date(packed):
    with pytest.raises(OutOfDate):
        unpack(packed)


def test_a_bomb_of_answers_does_not_explode():
    with pytest.raises(OutOfDate):
        unpack(pack({"a": "0" * 10_000_000}))
