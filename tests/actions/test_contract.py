"""What every action of the library promises; a new one is held to it as soon as its file exists."""

import subprocess
import threading
import types
import typing
from contextlib import suppress

import psutil
import pytest

from actions import library
from actions.api import Action, ActionFailed, Cancelled, Outputs
from tests.actions.answers import HARMLESS, READING
from tests.actions.promises import PROMISES

ACTIONS = {name: library.find(name) for name in library.names()}


def test_the_first_actions_are_there():
    assert {"ansible.run_playbook", "command.run", "http.expect", "http.request"} <= set(ACTIONS)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_keeps_what_all_promise(name, promise):
    promise(ACTIONS[name])


@pytest.mark.parametrize("name", ACTIONS)
def test_a_stack_finds_an_action_by_the_name_of_its_file(name):
    assert library.name_of(ACTIONS[name]) == name


@pytest.mark.parametrize("name", ACTIONS)
def test_outputs_are_plain_json_values(name):
    outputs = ACTIONS[name].outputs_type()

    assert issubclass(outputs, Outputs)
    assert outputs.model_json_schema(mode="serialization")["type"] == "object"


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_does_its_part(name):
    assert {"run", "preview"} <= set(vars(ACTIONS[name]))


@pytest.mark.parametrize("name", ACTIONS)
def test_undo_says_that_it_gives_an_action_or_none(name):
    returned = typing.get_type_hints(ACTIONS[name].undo)["return"]

    assert isinstance(returned, types.UnionType | typing._UnionGenericAlias)  # type: ignore[attr-defined]
    action, nothing = typing.get_args(returned)
    assert nothing is type(None)
    assert issubclass(typing.get_origin(action) or action, Action)


@pytest.mark.parametrize("name", [name for name, action in ACTIONS.items() if action.undo is Action.undo])
def test_an_action_without_undo_says_before_it_starts_that_it_cannot_be_undone_unless_nothing_has_to_be(name):
    assert ACTIONS[name].is_final({}) != (name in {*READING, *HARMLESS, "http.request"})


@pytest.mark.parametrize(
    ("name", "field"), [("command.run", "undo_argv"), ("ansible.run_playbook", "undo_vars"), ("http.request", "method")]
)
def test_an_action_that_was_given_a_way_back_or_only_asks_does_not_say_so(name, field):
    assert [ACTIONS[name].is_final({field: value}) for value in (None, "GET")] == [True, False]


@pytest.mark.parametrize("name", ACTIONS)
def test_a_preview_sends_nothing_that_changes_and_tells_no_secret(name, closed_world):
    told = []

    with suppress(ActionFailed):  # a program that it only asks does not answer
        told.append(closed_world.action(ACTIONS[name]).preview(closed_world.context))

    assert closed_world.changing == []
    assert not any(secret in f"{told} {closed_world.context.text}" for secret in closed_world.context.secrets.values())
    assert closed_world.context.begun == []


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_begins_before_its_first_change_and_cancelled_leaves_nothing_running(name, closed_world):
    action, context = closed_world.action(ACTIONS[name]), closed_world.context
    context.previewing = False
    programs, threads = _programs(), set(threading.enumerate())

    ended: BaseException | None = None
    try:
        action.run(context)
    except (ActionFailed, Cancelled) as error:
        ended = error

    assert isinstance(ended, Cancelled) == (context.sent_until_cancelled is not None), "waiting, it is cancelled"
    assert closed_world.changing_before_begin == []
    # What changes only this machine is seen by nobody: it has begun, and asked nobody.
    is_reached = bool(closed_world.changing) or bool(context.begun and not context.sent)
    assert is_reached != (name in READING), "it comes to its change, or is named with why it makes none"
    assert not any(secret in context.text for secret in context.secrets.values())
    assert _programs() == programs
    # The world's own server has a thread for each who asks.
    assert {thread for thread in threading.enumerate() if "process_request" not in thread.name} <= threads
    assert context.sent_until_cancelled in {None, len(context.sent)}, "cancelled, it began something more"


def _programs() -> set[psutil.Process]:
    """The programs that were started from here, and theirs, and live."""
    return set(psutil.Process().children(recursive=True))


def test_the_closed_world_sees_a_request_that_changes_something(closed_world):
    closed_world.context.http().post("http://shop.example.org/orders")

    assert closed_world.changing == closed_world.changing_before_begin == ["POST http://shop.example.org/orders"]


def test_the_closed_world_sees_a_program_that_is_left_running(closed_world):
    before = _programs()

    with subprocess.Popen(["sleep", "600"]) as left:
        assert {process.pid for process in _programs() - before} == {left.pid}
        left.kill()
