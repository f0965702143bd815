"""Checks ask politely, whoever sends their requests: plain requests, PyGithub or python-gitlab."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import gitlab
import pytest
import requests
from github import Auth, Github
from github.Requester import HTTPRequestsConnectionClass

from bot.watch.polite import Held, PoliteHttp, said_until
from tests.fakes.told_site import Told

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def polite(clock):
    http = PoliteHttp(clock.now)
    yield http
    http.close()


def session(polite: PoliteHttp, *, fresh_s: float = 0.0, held: list[datetime] | None = None) -> requests.Session:
    return polite.session(fresh_s=fresh_s, held=(held if held is not None else []).append)


def test_an_unchanged_answer_costs_no_quota_and_is_whole(polite, told: Told):
    told.pages["/a"] = ["1.0"]

    answers = [session(polite).get(f"{told.url}/a") for _ in range(3)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, ["1.0"])] * 3
    assert [status for _, status in told.asked] == [200, 304, 304]
    assert told.cost == 1


def test_a_changed_answer_is_seen_at_once(polite, told: Told):
    told.pages["/a"] = ["1.0"]
    session(polite).get(f"{told.url}/a")
    told.pages["/a"] = ["1.0", "1.1"]

    assert session(polite).get(f"{told.url}/a").json() == ["1.0", "1.1"]


def test_many_who_want_the_same_share_one_request(polite, told: Told):
    told.pages["/a"] = ["1.0"]
    told.may_answer.clear()
    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(session(polite, fresh_s=30).get, f"{told.url}/a") for _ in range(8)]
        told.may_answer.set()
        answers = [one.result() for one in asking]

    assert {answer.text for answer in answers} == {'["1.0"]'}
    assert told.asked == [("/a", 200)]


def test_who_has_other_credentials_gets_an_answer_of_their_own(polite, told: Told):
    told.pages["/a"] = ["1.0"]

    for token in ("ada", "bea"):
        session(polite, fresh_s=30).get(f"{told.url}/a", headers={"Authorization": token})

    assert [status for _, status in told.asked] == [200, 200]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (429, {"Retry-After": "90"}),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW.timestamp()) + 90)}),
        (200, {"RateLimit-Remaining": "0", "RateLimit-Reset": "90"}),
        (503, {"Retry-After": "Mon, 02 Mar 2026 12:01:30 GMT"}),
    ],
)
def test_a_host_that_says_later_is_left_alone_until_then(polite, told: Told, clock, status, headers):
    told.pages |= {"/a": 1, "/b": 2}
    told.status, told.headers = status, headers
    session(polite).get(f"{told.url}/a")
    told.status, told.headers = 200, {}
    held: list[datetime] = []

    with pytest.raises(Held):
        session(polite, held=held).get(f"{told.url}/b")

    assert held == [NOW + timedelta(seconds=90)]
    assert len(told.asked) == 1
    clock.pass_(seconds=91)
    assert session(polite).get(f"{told.url}/b").json() == 2


def test_one_budget_is_not_another_s(polite, told: Told):
    told.pages["/a"] = 1
    told.headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW.timestamp()) + 90)}

    session(polite).get(f"{told.url}/a", headers={"Authorization": "ada"})
    answer = session(polite).get(f"{told.url}/a", headers={"Authorization": "bea"})

    assert answer.status_code == 200


def test_a_host_that_is_down_is_asked_less_and_less(polite, told: Told, clock):
    told.pages["/a"], told.status = 1, 500
    for _ in range(3):
        session(polite).get(f"{told.url}/a")

    with pytest.raises(Held):
        session(polite).get(f"{told.url}/a")

    assert len(told.asked) == 3
    told.status = 200
    clock.pass_(minutes=1)
    assert session(polite).get(f"{told.url}/a").json() == 1
    assert session(polite).get(f"{told.url}/a").json() == 1


def test_what_breaks_at_the_same_moment_has_failed_once(polite, told: Told):
    told.pages |= {f"/{number}": number for number in range(8)}
    told.status = 500
    told.may_answer.clear()
    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(session(polite).get, f"{told.url}{path}") for path in told.pages]
        told.all_came(8)
        told.may_answer.set()
        broken = [one.result().status_code for one in asking]

    told.status = 200
    assert broken == [500] * 8
    assert session(polite).get(f"{told.url}/1").json() == 1


def test_of_what_sends_no_body_the_headers_are_compared(polite, told: Told):
    """A registry says by them what a tag points to."""
    told.pages["/tag"], told.has_etags = None, False
    told.headers = {"Docker-Content-Digest": "sha256:a"}
    asked: list[Any] = []
    polite.session(fresh_s=0, held=lambda _: None, asked=asked.append).head(f"{told.url}/tag")
    before = polite.repeat(asked, fresh_s=0)

    told.headers = {"Docker-Content-Digest": "sha256:b"}

    assert before is None
    assert polite.repeat(asked, fresh_s=0) is not None


def test_headers_of_one_name_are_one_list(polite, told: Told):
    told.pages["/a"] = ["1.0"]
    # Two lines, as a registry sends that takes passwords and tokens.
    told.headers = {"WWW-Authenticate": 'Bearer realm="r"\r\nWWW-Authenticate: Basic realm="r"'}

    assert session(polite).get(f"{told.url}/a").headers["WWW-Authenticate"] == 'Bearer realm="r", Basic realm="r"'


def test_an_answer_that_breaks_off_is_none(polite, told: Told):
    told.pages["/a"] = ["1.0"]
    told.headers = {"Content-Length": "999", "Connection": "close"}

    with pytest.raises(requests.ConnectionError):
        session(polite).get(f"{told.url}/a")


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (200, {}, None),
        (200, {"x-ratelimit-remaining": "4999", "x-ratelimit-reset": "1"}, None),
        (404, {"retry-after": "90"}, None),
        (429, {}, 60),
        (429, {"retry-after": "soon"}, 60),
    ],
)
def test_what_asks_for_nothing_is_not_obeyed(status, headers, seconds):
    wanted = NOW + timedelta(seconds=seconds) if seconds else None

    assert said_until(status, headers, NOW) == wanted


def test_python_gitlab_is_polite_when_it_is_given_the_session(polite, told: Told):
    told.pages["/api/v4/projects/7/repository/tags"] = [{"name": "v1"}]

    for _ in range(2):
        client = gitlab.Gitlab(told.url, private_token="t", session=session(polite))
        tags = client.projects.get(7, lazy=True).tags.list(get_all=False)

    assert [tag.name for tag in tags] == ["v1"]
    assert [status for _, status in told.asked] == [200, 304]


def test_pygithub_is_polite_when_its_connections_are_given_the_session(polite, told: Told):
    told.pages["/repos/acme/shop/releases"] = [{"tag_name": "v1", "url": f"{told.url}/repos/acme/shop/releases/1"}]

    class Connection(HTTPRequestsConnectionClass):
        """What PyGithub sends through."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.session = session(polite)

    for _ in range(2):
        client = Github(auth=Auth.Token("t"), base_url=told.url, lazy=True, retry=None)
        client.requester._Requester__connectionClass = Connection  # type: ignore[attr-defined]
        releases = list(client.get_repo("acme/shop").get_releases())

    assert [release.tag_name for release in releases] == ["v1"]
    assert [status for _, status in told.asked] == [200, 304]
