"""How a plan reads, whatever Terraform may say in it."""

import json

from actions.terraform.planned import read_planned
from actions.terraform.preview import plan_text


def thing(address, *actions, **change):
    """What becomes of one thing, as `show -json` has it."""
    beside = {key: change.pop(key) for key in ("action_reason", "previous_address", "deposed", "mode") if key in change}
    return {"address": address, "mode": "managed", **beside, "change": {"actions": actions, **change}}


def read(*things, outputs=(), where=""):
    """What people read of a plan."""
    said = {"format_version": "1.2", "resource_changes": things, "output_changes": dict(outputs)}
    return plan_text(read_planned(json.dumps(said)), where=where, masked=lambda text: text.replace("hunter2", "***"))


def test_what_goes_is_named_first_and_each_kind_of_change_is_told():
    text = read(
        thing("web.new", "create", after={"size": 1}),
        thing("web.same", "no-op", before={"size": 1}, after={"size": 1}),
        thing("web.found", "no-op", importing={"id": "i-1"}),
        thing("web.b", "no-op", previous_address="web.a"),
        thing("db.main", "delete", "create", before={"v": 1, "id": "x"}, after={"v": 2}, after_unknown={"id": True}),
        thing("web.left", "forget", before={"size": 1}, action_reason="delete_because_no_resource_config"),
        thing("web.old", "delete", before={"size": 1}, action_reason="delete_because_no_resource_config"),
        thing("web.old", "delete", before={"size": 1}, deposed="8c1f"),
        thing("data.ami", "read", mode="data"),
        where=" in demo-1",
    )

    assert text.split("\n") == [
        "Destroys 2 things, replaces 1, lets go of 1, creates 1, takes over 1 and renames 1 in demo-1:",
        "- web.old (no longer in the configuration)",
        "- web.old [8c1f, an older one]",
        "± db.main",
        "· web.left (no longer in the configuration; it stays where it is)",
        "+ web.new",
        "< web.found (it is i-1 already)",
        "> web.b (was web.a)",
        "",
        "db.main",
        "  v: 1 → 2",
        "",
        "web.new",
        "  size: 1",
    ]


def test_a_secret_is_never_told_and_that_it_changes_is():
    same = {"password": "one", "user": "ann"}
    text = read(
        thing(
            "db.main",
            "update",
            before={**same, "keys": ["a", "b"], "note": "for hunter2"},
            after={**same, "password": "two", "keys": ["a", "c"], "note": "of hunter2"},
            before_sensitive={"password": True, "keys": [False, True]},
            after_sensitive={"password": True, "keys": [False, True]},
        )
    )

    assert text.split("\n")[3:] == [
        "db.main",
        '  keys: ["a", "(sensitive)"] → ["a", "(sensitive)"]',
        '  note: "for ***" → "of ***"',
        "  password: (sensitive)",
    ]


def test_what_is_known_later_is_said_of_what_changes():
    text = read(
        thing(
            "web.a",
            "update",
            before={"address": "10.0.0.1", "tags": [{"n": 1}], "same": [1]},
            after={"tags": [{}], "same": [1]},
            after_unknown={"address": True, "tags": [{"n": True}], "same": [False]},
        )
    )

    assert text.split("\n")[3:] == [
        "web.a",
        "  address: (known later)",
        '  tags: [{"n": 1}] → [{"n": "(known later)"}]',
    ]


def test_two_long_values_that_begin_alike_read_differently():
    texts = [read(thing("web.a", "create", after={"script": "x" * 500 + end})) for end in "ab"]

    assert texts[0] != texts[1]
    assert all(len(line) < 100 and "503 letters" in line for line in (text.split("\n")[-1] for text in texts))


def test_outputs_alone_are_told_and_nothing_is_told_as_nothing():
    change = {"actions": ["update"], "before": "old", "after": "new"}

    assert read(outputs=[("url", change)]) == 'Changes outputs only:\n\nOutputs\n  url: "old" → "new"'
    assert read(where=" in demo-1") == "Nothing to do in demo-1: all is as the configuration says."
