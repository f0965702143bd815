"""The schema that editors use agrees with the program on what is right and wrong."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from actions import library
from bot.catalog.catalog import Catalog
from bot.catalog.marks import plain, read
from bot.catalog.schema import access_schema, freezes_schema, stack_schema

SHIPPED = sorted((Path(__file__).parents[2] / "stacks").glob("*/stack.yml"))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return stack_schema()


def wrong(schema: dict[str, Any], stack: bytes) -> list[str]:
    """Where the schema finds fault."""
    return [error.json_path for error in Draft202012Validator(schema).iter_errors(plain(read(stack)))]


def test_it_is_a_schema_of_the_dialect_it_names(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_the_shipped_stacks_fit(schema: dict[str, Any], path: Path) -> None:
    assert wrong(schema, path.read_bytes()) == []


def test_it_knows_every_action_and_what_its_fields_are_for(schema: dict[str, Any]) -> None:
    assert schema["$defs"]["RawStep"]["properties"]["uses"]["enum"] == library.names()
    assert schema["$defs"]["http.expect"]["properties"]["url"]["description"] == "the page"


@pytest.mark.parametrize(
    ("step", "where"),
    [
        (b"{uses: http.expect, with: {url: 'http://a', status: '{{ vars.status }}'}}", []),
        (b"{uses: command.run, with: {argv: [ls], ok_codes: ['{{ vars.code }}']}}", []),
        (b"{uses: http.expect, with: {url: 'http://a', status: many}}", ["$.jobs.a.steps[0].with.status"]),
        (b"{uses: http.expect, with: {url: 'http://a', stats: 5}}", ["$.jobs.a.steps[0].with"]),
        (b"{uses: command.run, with: {argv: [sleep, 5]}}", []),
        (b"{uses: http.expct}", ["$.jobs.a.steps[0].uses"]),
        (b"{uses: command.run, with: {argv: [ls]}, wait: 5m}", ["$.jobs.a.steps[0]"]),
        (b"{wait: 5}", ["$.jobs.a.steps[0].wait"]),
        (b"{wait: '{{ form.pause }}'}", []),
        (b"{wait: 5m, title: }", ["$.jobs.a.steps[0].title"]),
    ],
)
def test_a_step_is_checked_as_the_action_wants_it(schema: dict[str, Any], step: bytes, where: list[str]) -> None:
    assert wrong(schema, b"jobs: {a: {steps: [" + step + b"]}}") == where


def test_the_schemas_of_access_and_freezes_are_of_the_dialect_they_name() -> None:
    for made in (access_schema(), freezes_schema()):
        Draft202012Validator.check_schema(made)


@pytest.mark.parametrize(
    ("written", "is_right"),
    [
        (b"[{who: '@ops', may: run, on: shop}, {who: everyone, may: [see]}]", True),
        (b"roles: {ops: {people: '@ops', may: all}}\nrules: [{who: ops, may: run, deny: true}]", True),
        (b"[{who: '@ops', may: runn}]", False),
        (b"[{who: '@ops'}]", False),
        (b"[{who: '@ops', may: run, where: shop}]", False),
        (b"roles: {ops: {may: all}}", False),
        (b"rule: []", False),
    ],
)
def test_an_access_file_is_checked_as_the_program_reads_it(tmp_path: Path, written: bytes, is_right: bool) -> None:
    (tmp_path / "access.yml").write_bytes(written)

    assert (wrong(access_schema(), written) == []) is is_right
    assert (Catalog(tmp_path, dict).problems == ()) is is_right


@pytest.mark.parametrize(
    ("freeze", "is_right"),
    [
        (b"{title: weekend, weekly: Fri 17:00 - Mon 08:00, on: '*/*/production', zone: Europe/Berlin}", True),
        (b"{title: nights, daily: [22:00 - 06:00]}", True),
        (b"{title: Christmas, dates: 2026-12-24 - 2027-01-02}", True),
        (b"{title: one day, dates: [2026-12-24], holidays: DE-BE}", True),
        (b"{title: move, from: 2026-12-20 12:00, to: 2027-01-07 08:00}", True),
        (b"{title: move, from: 2026-12-20 12:00}", False),
        (b"{title: weekend, weekly: on Saturdays}", False),
        (b"{title: nights, daily: 22 - 6}", False),
        (b"{title: never}", False),
        (b"{weekly: Fri 17:00 - Mon 08:00}", False),
        (b"{title: nights, daily: 22:00 - 06:00, zone: Europe/Berln}", False),
    ],
)
def test_a_calendar_is_checked_as_the_program_reads_it(tmp_path: Path, freeze: bytes, is_right: bool) -> None:
    written = b"freezes: [" + freeze + b"]"
    (tmp_path / "freezes.yml").write_bytes(written)

    assert (wrong(freezes_schema(), written) == []) is is_right
    assert (Catalog(tmp_path, dict).problems == ()) is is_right
