"""What every check of the library promises; a new one is held to it as soon as its file exists."""

from datetime import UTC, datetime

import pytest

from actions import library
from actions.api import Check, Version
from tests.actions.promises import PROMISES

CHECKS = {name: library.find_check(name) for name in library.check_names()}


def test_the_first_check_is_there():
    assert "http.versions" in CHECKS


def test_no_check_is_an_action_too():
    assert not set(CHECKS) & set(library.names())


def test_a_moment_without_a_zone_is_meant_in_utc():
    version = Version.model_validate({"number": "1", "published_at": "2026-03-02T12:00:00"})

    assert version.published_at == datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("name", CHECKS)
def test_a_check_keeps_what_all_promise(name, promise):
    promise(CHECKS[name])


@pytest.mark.parametrize("name", CHECKS)
def test_a_stack_finds_a_check_by_the_name_of_its_file(name):
    assert library.name_of(CHECKS[name]) == name


@pytest.mark.parametrize("name", CHECKS)
def test_versions_are_plain_json_values_each_described(name):
    version = CHECKS[name].version_type()

    assert issubclass(version, Version)
    assert version.model_json_schema(mode="serialization")["type"] == "object"
    assert all(field.description for field in version.model_fields.values())


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_reads(name):
    assert CHECKS[name].list_versions is not Check.list_versions


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_by_a_bool_whether_it_lists_everything(name):
    assert isinstance(CHECKS[name].lists_all, bool)
