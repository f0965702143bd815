"""http.versions, against a real server."""

import json

import pytest
from pydantic import ValidationError

from actions.api import ActionFailed
from actions.http.versions import Versions


def numbers(check, context):
    return [version.number for version in check.list_versions(context)]


def test_versions_are_found_by_a_path_into_json(site, looking):
    site.body = json.dumps([{"tag": "v1.2"}, {"tag": "v1.3"}, {"tag": None}]).encode()

    assert numbers(Versions(url=site.url, json_path="$[*].tag"), looking()) == ["v1.2", "v1.3"]


def test_a_number_in_json_keeps_its_digits(site, looking):
    site.body = b'{"version": 1.10, "build": 42, "stable": true}'

    assert numbers(Versions(url=site.url, json_path="$.*"), looking()) == ["1.10", "42"]


def test_versions_are_found_on_a_page_each_once(site, looking):
    site.body = b"<a>app-1.2.3.tar.gz</a> <a>app-1.2.3.tar.gz.asc</a> <a>app-1.10.0.tar.gz</a>"

    check = Versions(url=site.url, pattern=r"app-(\d+\.\d+\.\d+)\.tar\.gz")

    assert numbers(check, looking()) == ["1.2.3", "1.10.0"]


def test_a_version_is_found_in_a_header(site, looking):
    site.headers = {"X-App": "shop/2.4.1 (linux)"}

    assert numbers(Versions(url=site.url, header="x-app", pattern=r"[\d.]{2,}"), looking()) == ["2.4.1"]


def test_a_secret_goes_out_in_its_header(site, looking):
    check = Versions(url=site.url, pattern="x", secret_headers={"Authorization": "env:TOKEN"})

    check.list_versions(looking(secrets={"env:TOKEN": "s3cret"}))

    assert site.asked[0][2]["Authorization"] == "s3cret"


@pytest.mark.parametrize(
    ("status", "body", "more", "reason"),
    [
        (404, b"", {"pattern": "x"}, "answered 404."),
        (200, b"<html>", {"json_path": "$.a"}, "does not answer with JSON."),
        (200, b"", {"header": "X-App"}, "sends no header X-App."),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(site, looking, status, body, more, reason):
    site.status, site.body = status, body

    with pytest.raises(ActionFailed) as failed:
        Versions(url=site.url, **more).list_versions(looking())

    assert failed.value.reason == f"{site.url} {reason}"


@pytest.mark.parametrize("wrong", [{}, {"json_path": "$["}, {"pattern": "("}, {"json_path": "$.a", "header": "X-App"}])
def test_a_check_that_cannot_work_is_refused(wrong):
    with pytest.raises(ValidationError):
        Versions(url="http://127.0.0.1/", **wrong)
