"""http.request, against a real server."""

import json
import socket

import pytest
from pydantic import ValidationError

from actions.api import ActionFailed, Crash
from actions.http.request import Answered, Request


def test_a_value_is_sent_as_json_and_the_answer_comes_back(site, context):
    site.status, site.body = 201, '{"id": "é"}'.encode()

    done = Request(method="POST", url=site.url, json_body={"version": "1.10"}).run(context())

    (method, _, headers, body) = site.asked[0]
    assert (method, headers["Content-Type"], json.loads(body)) == ("POST", "application/json", {"version": "1.10"})
    assert (done.status, done.body, done.headers["content-type"]) == (201, '{"id": "é"}', "text/html")


def test_a_text_is_sent_as_it_is(site, context):
    Request(method="PUT", url=site.url, body="é {{ 7*7 }}").run(context())

    assert site.asked[0][3].decode() == "é {{ 7*7 }}"


def test_an_unexpected_status_says_what_was_wanted_and_what_the_server_said(site, context):
    site.status, site.body = 409, b"already deployed\nby Bea"

    with pytest.raises(ActionFailed) as failed:
        Request(method="POST", url=site.url, expect=[200, 202]).run(context())

    assert failed.value.reason == f"POST {site.url} was answered with 409, not 200 or 202."
    assert failed.value.hint == "It said: already deployed"


def test_a_status_that_is_expected_is_fine(site, context):
    site.status = 404

    assert Request(url=site.url, expect=[404]).run(context()).status == 404


def test_a_changing_request_is_announced_before_it_is_sent(site, context):
    ctx = context()

    Request(method="POST", url=site.url).run(ctx)

    assert ctx.begun == [Answered()]


def test_a_reading_request_changes_nothing(site, context):
    ctx = context()

    Request(url=site.url).run(ctx)

    assert ctx.begun == []


def test_a_secret_goes_out_in_its_header_and_comes_back_masked(site, context):
    site.body = b"you sent s3cret-token"
    ctx = context(secrets={"env:TOKEN": "s3cret-token"})

    done = Request(url=site.url, secret_headers={"Authorization": "env:TOKEN"}).run(ctx)

    assert site.asked[0][2]["Authorization"] == "s3cret-token"
    assert done.body == "you sent ***"
    assert "s3cret" not in ctx.text


def test_a_redirect_does_not_carry_a_secret_away(site, context):
    site.status, site.headers = 302, {"Location": "http://elsewhere.invalid/"}
    ctx = context(secrets={"env:TOKEN": "s3cret-token"})

    done = Request(url=site.url, secret_headers={"X-Token": "env:TOKEN"}, expect=[302]).run(ctx)

    assert done.status == 302


@pytest.mark.parametrize("length", [64 * 1024 + 1, 1_000_000])
def test_a_huge_answer_is_cut(site, context, length):
    site.body = b"x" * length

    assert len(Request(url=site.url).run(context()).body) == 64 * 1024


def test_a_server_that_drips_does_not_hold_the_run(site, context):
    site.body, site.drip_s = b"x" * 40_000, 0.02

    with pytest.raises(ActionFailed, match=r"did not answer within 0\.3 s"):
        Request(url=site.url, timeout_s=0.3).run(context())


def test_a_server_that_is_not_there_is_one_sentence(context):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"

        with pytest.raises(ActionFailed) as failed:
            Request(url=url).run(context())

    assert failed.value.reason == f"{url} did not answer: Connection refused."


def test_a_password_in_a_url_is_not_repeated(context):
    with pytest.raises(ActionFailed) as failed:
        Request(url="http://ada:hunter22@127.0.0.1:1/").run(context())

    assert "hunter22" not in failed.value.reason


def test_a_preview_names_secrets_and_sends_nothing(site, context):
    action = Request(
        method="POST",
        url=site.url,
        headers={"Accept": "*/*"},
        secret_headers={"Authorization": "env:TOKEN"},
        json_body={"a": 1},
    )

    text = action.preview(context(previewing=True, secrets={"env:TOKEN": "s3cret-token"}))

    assert text == f'POST {site.url}\nAccept: */*\nAuthorization: (env:TOKEN)\n\n{{\n  "a": 1\n}}'
    assert site.asked == []


def test_a_preview_says_that_a_secret_is_missing(context):
    with pytest.raises(ActionFailed, match="There is no secret env:TOKEN"):
        Request(url="http://127.0.0.1/", secret_headers={"X": "env:TOKEN"}).preview(context(previewing=True))


@pytest.mark.parametrize(
    ("method", "idempotent", "crash"),
    [
        ("GET", None, Crash.AGAIN),
        ("DELETE", None, Crash.AGAIN),
        ("POST", None, Crash.ASK),
        ("PATCH", None, Crash.ASK),
        ("POST", True, Crash.AGAIN),
        ("PUT", False, Crash.ASK),
    ],
)
def test_only_what_may_be_sent_twice_is_sent_again_after_a_crash(method, idempotent, crash):
    assert Request(method=method, url="http://127.0.0.1/", idempotent=idempotent).crash is crash


def test_two_bodies_are_refused():
    with pytest.raises(ValidationError, match="exclude each other"):
        Request(url="http://127.0.0.1/", body="x", json_body={})


@pytest.mark.parametrize("url", ["ftp://example.org/", "example.org", "https://", "https://exa mple.org/"])
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(ValidationError):
        Request(url=url)
