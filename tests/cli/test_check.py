"""`stackhand check` and `schema`, for those who write stacks."""

import json

import pytest

BROKEN = """\
stack: broken
title: Broken
jobs:
  go:
    title: Go
    stepps: []
"""


def test_stacks_without_a_mistake_are_counted(terminal):
    done = terminal.ask("check")

    assert (done.returncode, done.stdout) == (0, "No problems in 1 stack.\n")


def test_each_mistake_is_a_line_with_its_place(terminal):
    terminal.write_stack("broken", BROKEN)

    done = terminal.ask("check")

    assert done.returncode == 2
    assert "broken/stack.yml:6:5: " in done.stdout
    assert 'Did you mean "steps"?' in done.stdout
    assert done.stderr.endswith("in 2 stacks.\n")


@pytest.mark.parametrize(("stack", "code"), [("demo", 0), ("broken", 2)])
def test_one_stack_is_checked_alone(terminal, stack, code):
    terminal.write_stack("broken", BROKEN)

    assert terminal.ask("check", stack).returncode == code


def test_an_unknown_stack_is_answered_with_the_nearest(terminal):
    done = terminal.ask("check", "dmo")

    assert done.returncode == 2
    assert 'Did you mean "demo"?' in done.stderr


def test_a_broken_stack_hides_no_other_but_is_mentioned(terminal):
    terminal.write_stack("broken", BROKEN)

    done = terminal.ask("jobs")

    assert "Greet somebody" in done.stdout
    assert "stackhand check" in done.stderr


@pytest.mark.parametrize(("words", "title"), [((), "stack.yml"), (("freezes.yml",), "freezes.yml")])
def test_the_schema_is_json(terminal, words, title):
    assert json.loads(terminal.call("schema", *words).stdout)["title"] == title


def test_a_file_without_a_schema_is_told_which_have_one(terminal):
    done = terminal.call("schema", "people.yml")

    assert done.returncode == 2
    assert "stack.yml, access.yml and freezes.yml" in done.stderr
