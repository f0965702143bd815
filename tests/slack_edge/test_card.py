"""A stack's card, however much of it there is."""

import json
from dataclasses import replace
from pathlib import Path

from bot.model.stack import Environment, Job, Stack
from bot.slack.limits import fit_message
from bot.slack.views.board import BoardScene, board_blocks
from bot.slack.views.card import Card, JobOnCard, card_blocks
from bot.slack.views.parts import context, section
from tests.slack import read
from tests.slack_edge.reading import buttons

#: Slack refuses a message whose blocks have more characters (`msg_blocks_too_long`), and one with more blocks.
MOST_CHARACTERS, MOST_BLOCKS = 13_200, 50


def card(jobs: int, *, forbidden: int = 0) -> Card:
    made = [
        Job(
            name=f"job-number-{n}", title=f"Job {n} " + "with a long title " * 2, steps=(), description="Does it. " * 20
        )
        for n in range(jobs)
    ]
    stack = Stack(name="shop", title="Shop", jobs={job.name: job for job in made}, folder=Path("/stacks/shop"))
    places = (Environment(name="staging", fields={}),)
    return Card(
        stack=stack,
        jobs=[
            JobOnCard(job=job, environments=places, why_not="You may not run it." if n < forbidden else "")
            for n, job in enumerate(made)
        ],
    )


def size(blocks: list[dict[str, object]]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def test_a_few_jobs_stand_there_with_all_that_concerns_them():
    shown = read({"blocks": card_blocks(card(5))})

    assert shown.count("Does it.") > 5
    assert shown.count("[☆ Add to favourites]") == 5


def test_of_many_jobs_slack_takes_the_buttons():
    blocks = card_blocks(card(40, forbidden=2))

    shown = read({"blocks": blocks})
    assert len(blocks) <= MOST_BLOCKS
    assert size(blocks) <= MOST_CHARACTERS
    assert shown.count("[Job ") == 30
    assert "8 more: the search in `/stack` finds them · 2 jobs that you may not run" in shown


def test_what_cannot_be_shortened_is_left_out_and_counted():
    blocks = fit_message([*(section("x" * 200) for _ in range(49)), context("end")])

    assert size(blocks) <= MOST_CHARACTERS
    assert "more are not shown." in read({"blocks": blocks})
    assert blocks[-1] == context("end")


def test_a_job_that_can_do_harm_is_red_on_a_card_and_on_a_board():
    shown = card(2)
    harm = replace(shown.jobs[0].job, title="Wipe", danger=True)
    on_card = replace(shown, jobs=[replace(shown.jobs[0], job=harm), shown.jobs[1]])
    on_board = BoardScene(stack=shown.stack, jobs=[harm, shown.jobs[1].job])

    for blocks in (card_blocks(on_card), board_blocks(on_board)):
        red = [one["text"]["text"] for one in buttons(blocks) if one.get("style") == "danger"]
        assert red == ["Wipe"]
