"""The words behind /stack."""

import pytest

from bot.base.errors import Refused
from bot.slack.words import Wish, Words, understand, without_mention


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("", Words(wish=Wish.MENU)),
        ("help", Words(wish=Wish.MENU)),
        ("runs", Words(wish=Wish.RUNS)),
        ("show #12", Words(wish=Wish.SHOW, run=12)),
        ("board", Words(wish=Wish.BOARD)),
        ("board maintenance", Words(wish=Wish.BOARD, stack="maintenance")),
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


@pytest.mark.parametrize("typed", ['web deploy reason="open', "web deploy on production nonsense", "show me", "show ²"])
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


def test_the_bots_own_name_is_no_word():
    assert without_mention("<@U0BOT> runs") == "runs"
