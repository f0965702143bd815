"""The words behind /stack."""

from datetime import timedelta

import pytest

from bot.base.errors import Refused
from bot.model.stack import SLACK_WORDS
from bot.slack.words import WORDS, Wish, Words, understand, without_mention


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("", Words(wish=Wish.MENU)),
        ("menu", Words(wish=Wish.MENU)),
        ("help", Words(wish=Wish.HELP)),
        ("runs", Words(wish=Wish.RUNS)),
        ("runs web", Words(wish=Wish.RUNS, stack="web")),
        ("show #12", Words(wish=Wish.SHOW, run=12)),
        ("board", Words(wish=Wish.BOARD)),
        ("board maintenance", Words(wish=Wish.BOARD, stack="maintenance")),
        ("board pin", Words(wish=Wish.BOARD, pin=True)),
        ("board web pin", Words(wish=Wish.BOARD, stack="web", pin=True)),
        ("who may web", Words(wish=Wish.WHO_MAY, stack="web")),
        ("who may web deploy", Words(wish=Wish.WHO_MAY, stack="web", job="deploy")),
        (
            "Who may approve web deploy on staging",
            Words(wish=Wish.WHO_MAY, stack="web", job="deploy", environment="staging", verb="approve"),
        ),
        ("approvals", Words(wish=Wish.APPROVALS)),
        ("locks", Words(wish=Wish.LOCKS)),
        (
            "lock staging for 2h because it's Ada's demo",
            Words(wish=Wish.LOCK, what=("staging",), length=timedelta(hours=2), because="it's Ada's demo"),
        ),
        ("lock staging", Words(wish=Wish.LOCK, what=("staging",))),
        ("lock staging for 1 day", Words(wish=Wish.LOCK, what=("staging",), length=timedelta(days=1))),
        ("lock staging for 90 min", Words(wish=Wish.LOCK, what=("staging",), length=timedelta(minutes=90))),
        ("unlock staging because done", Words(wish=Wish.UNLOCK, what=("staging",), because="done")),
        ("pause because of the audit", Words(wish=Wish.PAUSE, because="of the audit")),
        (
            "pause web deploy on staging for 30 minutes",
            Words(wish=Wish.PAUSE, what=("web", "deploy", "on", "staging"), length=timedelta(minutes=30)),
        ),
        ("unpause web", Words(wish=Wish.UNPAUSE, what=("web",))),
        ("maintenance", Words(wish=Wish.STACK, stack="maintenance")),
        ("maintenance enable", Words(wish=Wish.JOB, stack="maintenance", job="enable")),
        (
            "maintenance enable on production",
            Words(wish=Wish.JOB, stack="maintenance", job="enable", environment="production"),
        ),
        (
            'web deploy on production minutes=45 reason="Database move"',
            Words(
                wish=Wish.JOB,
                stack="web",
                job="deploy",
                environment="production",
                answers={"minutes": "45", "reason": "Database move"},
            ),
        ),
        ("web deploy staging", Words(wish=Wish.JOB, stack="web", job="deploy", environment="staging")),
        ("web deploy reason=“one two”", Words(wish=Wish.JOB, stack="web", job="deploy", answers={"reason": "one two"})),
        ("web deploy reason=it's", Words(wish=Wish.JOB, stack="web", job="deploy", answers={"reason": "it's"})),
        ("web deploy url=a?b=1&amp;c=2", Words(wish=Wish.JOB, stack="web", job="deploy", answers={"url": "a?b=1&c=2"})),
    ],
)
def test_words_are_understood(typed, understood):
    assert understand(typed) == understood


@pytest.mark.parametrize(
    "typed",
    [
        'web deploy reason="open',
        "web deploy on production nonsense",
        "show me",
        "show ²",
        "lock staging for ever",
        "locks all of them",
        "runs web deploy",
        "who",
    ],
)
def test_words_out_of_place_get_a_sentence(typed):
    with pytest.raises(Refused, match=r"\."):
        understand(typed)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("show", "Say which run: /stack show 12. /stack runs lists the newest."),
        ("undo 12", "The run has a button for undo. /stack show 12 brings it."),
        ("Cancel #12", "The run has a button for cancel. /stack show 12 brings it."),
    ],
)
def test_a_verb_of_the_terminal_is_not_taken_for_a_stack(typed, answer):
    with pytest.raises(Refused) as refused:
        understand(typed)

    assert str(refused.value) == answer


def test_no_stack_can_be_called_like_a_word():
    assert WORDS.keys() == SLACK_WORDS


def test_the_bots_own_name_is_no_word():
    assert without_mention("<@U0BOT> runs") == "runs"
