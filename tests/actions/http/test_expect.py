"""http.expect, against a real server."""

import pytest

from actions.api import ActionFailed, Crash
from actions.http.expect import Expect, Seen


def test_a_site_that_answers_as_it_should_is_fine(site, context):
    site.status, site.body, site.headers = 503, "Back sōon".encode(), {"Retry-After": "300"}

    seen = Expect(url=site.url, status=503, contains="Back sōon", absent="Welcome", headers={"retry-after": "300"}).run(
        context()
    )

    assert seen == Seen(status=503)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"status": 503}, "answered 200, not 503."),
        ({"contains": "Back soon"}, 'does not show "Back soon".'),
        ({"absent": "Hello"}, 'still shows "Hello".'),
        ({"headers": {"Retry-After": ""}}, "sends no header Retry-After."),
        ({"headers": {"content-type": "json"}}, 'sends content-type: text/html, without "json".'),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(site, context, wanted, reason):
    with pytest.raises(ActionFailed) as failed:
        Expect(url=site.url, **wanted).run(context())

    assert failed.value.reason == f"{site.url} {reason}"


def test_a_redirect_can_be_what_is_expected(site, context):
    site.status, site.headers = 301, {"Location": "http://elsewhere.invalid/"}

    assert Expect(url=site.url, status=301).run(context()).status == 301


def test_a_preview_says_what_the_site_answers_now(site, context):
    text = Expect(url=site.url, status=503, contains="Back soon").preview(context(previewing=True))

    assert text == f'{site.url} must answer 503, with "Back soon". It answers 200 now.'


def test_a_preview_of_a_site_that_is_down_is_no_failure(context):
    text = Expect(url="http://127.0.0.1:1/").preview(context(previewing=True))

    assert text.endswith("Now: http://127.0.0.1:1/ did not answer: Connection refused.")


def test_looking_changes_nothing_so_it_is_done_again_after_a_crash(site, context):
    ctx = context()

    Expect(url=site.url).run(ctx)

    assert ctx.begun == []
    assert Expect(url=site.url).crash is Crash.AGAIN
