"""Every kind of field, with its keys: what the form shows of it, what it refuses, and what reaches the run."""

import pytest

from tests.fakes.told_site import told_site
from tests.scenarios.watched import filled, runs
from tests.slack import read

STACK = """\
stack: books
title: Books
channel: "#ops"
environments: {{staging: }}
resources:
  edition: {{check: http.versions, every: 1s, with: {{url: "{url}/editions", json_path: "$[*]"}}}}
jobs:
  order:
    title: Order
    form:
      copies: {{type: integer, label: Copies, unit: books, min: 1, max: 9, default: 3, help: As many as fit.}}
      weight: {{type: number, label: Weight, unit: kg, max: 2.5}}
      gift: {{type: boolean, label: As a gift}}
      wraps: {{type: multi_choice, label: Wraps, choices: {{red: Red paper, bow: With a bow, card: A card}}}}
      day: {{type: date, label: Day, weekends: false}}
      hour: {{type: time, label: Hour}}
      patience: {{type: duration, label: Patience, default: 1h30m}}
      edition: {{type: version, label: Edition, resource: edition}}
      ticket: {{type: text, label: Ticket, pattern: "T-[0-9]+", message: Write it like T-12., max: 6}}
      letter: {{type: long_text, label: Letter, required: false}}
      town:
        type: choice
        label: Town
        choices_from: {{check: http.versions, with: {{url: "{url}/towns", json_path: "$[*]"}}}}
      shelf: {{type: text, label: Shelf, read_only: true, default: "{{{{ env.name }}}}/7"}}
    steps: [{{title: Send, uses: command.run, with: {{argv: [echo, "{{{{ form.copies }}}} {{{{ form.shelf }}}}"]}}}}]
"""
RIGHT = {
    "Weight (kg)": "2.25",
    "As a gift": ["Yes"],
    "Wraps": ["Red paper", "A card"],
    "Day": "2026-11-23",
    "Hour": "09:30",
    "Edition": "1.1",
    "Ticket": "T-12",
    "Letter": "Dear Bea,\nhere it is.",
    "Town": "Oslo",
}
WRONG = {"Copies (books)": "12", "Weight (kg)": "2.6", "Day": "2026-11-21", "Patience": "soon", "Ticket": "12"}


@pytest.fixture(scope="module")
def site():
    with told_site() as told:
        told.pages |= {"/editions": ["1.0", "1.1"], "/towns": ["Oslo", "Rome"]}
        yield told


@pytest.fixture
def form(bot, slack, site):
    """The form, with its lists."""
    if not (bot.stacks / "books").exists():
        bot.write("stack.yml", STACK.format(url=site.url), stack="books")
        # What a version field offers is what its check has found.
        slack.until(lambda: "1.1" in bot.ask("watch", "list"))
    slack.click(slack.message_with("[Order]"), "Order")
    return slack.until(lambda: view if "Oslo" in str(view := filled(slack)) else None)


def test_a_form_says_what_it_wants_and_every_mistake_stands_under_its_field(slack, form):
    text = read(form)

    assert "Copies (books)\nAs many as fit. 1 to 9 books." in text
    assert "Weight (kg)\nAt most 2.5 kg." in text
    assert "Day\nMonday to Friday." in text
    assert "*Shelf*\nstaging/7" in text
    errors = slack.submit(form, RIGHT | WRONG)["errors"]
    slack.close(form)

    assert {block.partition(".")[2]: said for block, said in errors.items()} == {
        "copies": "At most 9 books.",
        "weight": "At most 2.5 kg.",
        "day": "2026-11-21 is a Saturday. Choose a day from Monday to Friday.",
        "patience": "Write a duration like 90s, 30m, 1h30m or 2d; ten years at most.",
        "ticket": "Write it like T-12.",
    }


def test_what_was_answered_reaches_the_run_as_what_it_is(bot, slack, form):
    known = {run.number for run in runs(slack)}

    slack.submit(form, RIGHT)

    run = slack.until(lambda: next((one for one in runs(slack) if one.number not in known), None))
    run.until("*Succeeded*")
    assert bot.json("show", str(run.number))["inputs"] == {
        "copies": 3,
        "weight": 2.25,
        "gift": True,
        "wraps": ["red", "card"],
        "day": "2026-11-23",
        "hour": "09:30",
        "patience": "1h30m",
        "edition": "1.1",
        "ticket": "T-12",
        "letter": "Dear Bea,\nhere it is.",
        "town": "Oslo",
        "shelf": "staging/7",
    }
    assert "Wraps: *Red paper" in run.text
