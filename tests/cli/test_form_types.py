"""Answers of every type as they are typed in a terminal, and what is said to a wrong one."""

import pytest

STACK = """\
stack: types
title: Types
environments: {here: {}, there: {}}
jobs:
  answer:
    title: Answer
    environments: [here]
    form:
      text: {type: text, max: 9, required: false}
      long_text: {type: long_text, required: false}
      integer: {type: integer, max: 9, required: false}
      number: {type: number, required: false}
      boolean: {type: boolean}
      choice: {type: choice, choices: {red: Red wine, white: White wine}, required: false}
      multi_choice: {type: multi_choice, choices: [a, b, c], required: false}
      date: {type: date, weekends: false, required: false}
      time: {type: time, required: false}
      date_time: {type: date_time, required: false}
      duration: {type: duration, required: false}
      user: {type: user, required: false}
      channel: {type: channel, required: false}
      environment: {type: environment, required: false}
      secret: {type: secret, pattern: "vault:.*", required: false}
      file: {type: file, types: [csv], max_size: 1 KB, required: false}
      group: {type: group, required: false, fields: {host: {type: text}, port: {type: integer, default: 80}}}
    presets:
      Party: {choice: red, multi_choice: [a, b], integer: 3}
    steps: [{uses: command.run, with: {argv: [echo, "{{ form.text }}"]}}]
"""


@pytest.fixture(autouse=True)
def _types(terminal):
    terminal.write_stack("types", STACK)


def answers(terminal, *words):
    """What the job would start with; `plan` reads answers as `run` does, and starts nothing."""
    return terminal.json("plan", "types", "answer", *words)["inputs"]


RIGHT = {
    "text": ("Ada L.", "Ada L."),
    "long_text": ("one\ntwo", "one\ntwo"),
    "integer": ("7", 7),
    "number": ("2.5", 2.5),
    "boolean": ("yes", True),
    "choice": ("White wine", "white"),
    "multi_choice": ("a,c", ["a", "c"]),
    "date": ("2026-11-23", "2026-11-23"),
    "time": ("9:05", "09:05"),
    "date_time": ("2026-11-23T14:30+01:00", "2026-11-23T14:30+01:00"),
    "duration": ("1h30m", "1h30m"),
    "user": ("U024BE7LH", "U024BE7LH"),
    "channel": ("C024BE7LH", "C024BE7LH"),
    "environment": ("there", "there"),
    "secret": ("vault:secret/deploy#token", "vault:secret/deploy#token"),
    "group": ('[{"host": "web1"}]', [{"host": "web1", "port": 80}]),
}
WRONG = {
    "text": ("much too long", "At most 9 characters."),
    "integer": ("many", "Write a whole number, like 30."),
    "number": ("1,5", "Write a number, like 30 or 2.5."),
    "boolean": ("perhaps", "Write yes or no."),
    "choice": ("rde", 'Choose one of: red, white. Did you mean "red"?'),
    "multi_choice": ("a,x", "Choose one of: a, b, c."),
    "date": ("2026-11-21", "2026-11-21 is a Saturday."),
    "time": ("25:00", "Write a time like 14:30."),
    "date_time": ("noon", "Write a date and time like 2026-11-23 14:30."),
    "duration": ("30", "Write a duration like 90s, 30m, 1h30m or 2d"),
    "user": ("ada", "Write a Slack user's id like U024BE7LH."),
    "channel": ("#ops", "Write a Slack channel's id like C024BE7LH."),
    "environment": ("where", "Choose one of: here, there."),
    "secret": ("hunter2", "never the secret itself."),
    "group": ("web1", 'Write rows as JSON, like [{"name": "web1"}, {"name": "web2"}].'),
}


def typed(answers):
    """The answers as words of the terminal."""
    return [word for name, (text, _) in answers.items() for word in ("-i", f"{name}={text}")]


def test_answers_of_all_types_are_typed_as_text(terminal):
    found = answers(terminal, *typed(RIGHT))
    assert found.pop("file") is None

    assert found == {name: value for name, (_, value) in RIGHT.items()}


def test_every_wrong_answer_is_told_with_what_would_be_right(terminal):
    done = terminal.ask("plan", "types", "answer", *typed(WRONG))

    assert (done.returncode, done.stdout) == (2, "")
    assert [said for _, said in WRONG.values() if said not in done.stderr] == []
    assert "hunter2" not in done.stderr


def test_a_preset_fills_the_answers_and_what_is_typed_counts_more(terminal):
    filled = answers(terminal, "--preset", "party", "-i", "integer=5")

    assert (filled["choice"], filled["multi_choice"], filled["integer"]) == ("red", ["a", "b"], 5)


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_a_preset_that_is_not_there_is_told_with_the_nearest(terminal, verb):
    done = terminal.ask(verb, "types", "answer", "--preset", "Prty")

    assert (done.returncode, done.stdout) == (2, "")
    assert '"Answer" has no preset "Prty".' in done.stderr
    assert 'Did you mean "Party"?' in done.stderr


@pytest.mark.parametrize("sign", ["", "@"])
def test_a_file_of_this_machine_is_an_answer(terminal, tmp_path, sign):
    (tmp_path / "report.csv").write_bytes(b"1,2,3")

    found = answers(terminal, "-i", f"file={sign}{tmp_path}/report.csv")["file"]

    assert (found["name"], found["size"]) == ("report.csv", 5)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("no.csv", None, "cannot be read: No such file or directory."),
        ("large.csv", b"x" * 1001, "is too large: 1 KB are allowed."),
        ("page.html", b"x", "Choose a file of type csv; this is page.html."),
    ],
)
def test_a_file_that_the_form_does_not_take_is_told(terminal, tmp_path, name, content, sentence):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    done = terminal.ask("plan", "types", "answer", "-i", f"file=@{tmp_path}/{name}")

    assert done.returncode == 2
    assert sentence in done.stderr
