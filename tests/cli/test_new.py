"""`stackhand new`, for those who begin a stack or an action."""

import pytest


def test_a_new_stack_has_no_mistakes_and_runs_as_it_is(terminal):
    made = terminal.ask("new", "stack", "web-shop")

    assert made.returncode == 0
    assert "stackhand check web-shop" in made.stdout
    assert terminal.ask("check", "web-shop").returncode == 0
    ran = terminal.ask("run", "web-shop", "hello", "-i", "who=Ada", "--yes")
    assert ran.returncode == 0
    assert "Hello, Ada" in terminal.call("log", "1").stdout


def test_a_stack_that_is_there_is_left_as_it_is(terminal):
    terminal.write_stack("shop", "stack: shop\n")

    again = terminal.ask("new", "stack", "shop")

    assert again.returncode == 2
    assert "is there already. Take another name." in again.stderr


def test_a_place_where_nothing_can_be_written_is_said(terminal):
    terminal.write_stack("shop", "stack: shop\n")
    (terminal.stacks / "lost").symlink_to("nowhere")

    refused = terminal.ask("new", "stack", "lost")

    assert refused.returncode == 2
    assert "cannot be written: File exists. Choose a folder" in refused.stderr


@pytest.mark.parametrize("name", ["Web", "../web", "web shop", "", "followed", "runs", "null"])
def test_a_name_that_no_stack_can_have_is_refused(terminal, name):
    refused = terminal.ask("new", "stack", name)

    assert refused.returncode == 2
    assert "is no name for a stack" in refused.stderr


@pytest.mark.parametrize(
    "name", ["motd", "Motd.write", "motd.write.more", "../a.b", "import.it", "motd.action", "api.more", "motd.client"]
)
def test_a_name_that_no_action_can_have_is_refused(terminal, name):
    refused = terminal.ask("new", "action", name)

    assert refused.returncode == 2
    assert "is no name for an action" in refused.stderr


def test_an_action_that_is_there_is_left_as_it_is(terminal):
    again = terminal.ask("new", "action", "http.request")

    assert again.returncode == 2
    assert "request.py is there already. Take another name." in again.stderr
