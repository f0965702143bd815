"""One check of one resource: what it lists, what is deployed, and whether its artefact is there."""

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.control.watchers.reconcile import Changed
from bot.model.watch import CheckResult
from bot.watch.guard import Guarded
from bot.watch.look import Looker, Trail
from bot.watch.polite import PoliteHttp
from tests.control.front import Front
from tests.fakes.forges import forge

STACK = """
stack: web
resources:
  app:
    check: http.versions
    with: {{url: "{url}/app", json_path: "$[*]"{more}}}
    {rules}
jobs:
  deploy:
    triggers: [{{version: app}}]
    steps: [{{wait: 1s}}]
"""
ARTEFACT = """artefact:
      check: http.versions
      number: "shop-{{{{ version.number }}}}"
      with: {{url: "{url}/{at}", json_path: "$[*]"}}
"""
RELEASES = """
stack: web
resources:
  app: {{check: github.releases, with: {{repository: acme/shop, endpoint: "{url}"}}}}
"""
DEPLOYED = """filter: {{newer: true}}
    deployed: {{check: http.versions, with: {{url: "{url}/live", json_path: "$[*]"}}}}
"""


class Eye:
    """Looks at the one resource of a stack, and has it written down."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.vars: dict[str, str] = {}
        self.looker = Looker(
            clock=front.clock,
            polite=PoliteHttp(front.clock.now),
            guarded=PoliteHttp(front.clock.now, wire=Guarded()),
            read_secret=lambda _reference, _folder: "hush\nhush",
            vars=lambda: self.vars,
        )

    @property
    def trail(self) -> Trail | None:
        """What a look leaves behind now."""
        stack = self.front.catalog.stacks["web"]
        return self.looker.follow(stack, stack.resources["app"], {}, fresh_s=0, given={})[1]

    def is_as_it_was(self, trail: Trail) -> bool:
        """Is it seen at once that nothing changed?"""
        return self.looker.again(self.front.catalog.stacks["web"], trail, fresh_s=0) is None

    def look(self) -> CheckResult:
        """Look, and write nothing down."""
        stack = self.front.catalog.stacks["web"]
        known = {one.number: one for one in self.front.control.watch.history("web", "app")}
        return self.looker.look(stack, stack.resources["app"], known)

    def verdicts(self) -> dict[str, str]:
        """Why each version does not count."""
        return {one.number: one.verdict for one in self.look().versions}

    def news(self) -> list[tuple[str, Changed]]:
        """Look and write down; what is new."""
        return [(one.version.number, one.what) for one in self.front.control.watch.record(self.look())]


@pytest.fixture
def eye(tmp_path, told):
    fronts = []

    def make(rules: str = "", more: str = "", at: str = "images") -> Eye:
        rules = rules.format(url=told.url, at=at)
        fronts.append(Front(tmp_path, STACK.format(url=told.url, rules=rules, more=more)))
        return Eye(fronts[-1])

    yield make
    for front in fronts:
        front.store.close()


def test_a_version_counts_once_its_artefact_is_there(eye, told):
    told.pages |= {"/app": ["1.0"], "/images": ["shop-1.0"]}
    seen = eye(ARTEFACT)
    seen.news()
    told.pages["/app"] = ["1.0", "1.1"]

    assert seen.news() == []
    assert seen.verdicts() == {"1.0": "", "1.1": "there is no shop-1.1 of it yet"}
    told.pages["/images"] = ["shop-1.0", "shop-1.1"]
    assert seen.news() == [("1.1", Changed.APPEARED)]


def test_a_release_that_its_makers_delete_is_gone(eye):
    with forge("github") as github:
        github.forge.add_repository("acme/shop", {})
        for day in (1, 2, 3):
            github.forge.publish_release("acme/shop", f"v{day}").at = datetime(2026, 3, day, tzinfo=UTC)
        seen = eye()
        seen.front.edit(RELEASES.format(url=github.url))
        seen.news()

        del github.forge.repository("acme/shop").releases[0]

        assert seen.news() == [("v3", Changed.GONE)]


def test_what_counted_once_is_not_asked_for_its_artefact_again(eye, told):
    told.pages |= {"/app": ["1.0"], "/images": ["shop-1.0"]}
    seen = eye(ARTEFACT)
    seen.news()
    told.pages["/images"] = []

    assert seen.verdicts() == {"1.0": ""}
    assert [path for path, _ in told.asked].count("/images") == 1


def test_an_artefact_may_have_a_place_of_its_own_for_each_version(eye, told):
    told.pages |= {"/app": ["1.0", "1.1"], "/images/1.0": ["shop-1.0"], "/images/1.1": []}

    assert eye(ARTEFACT, at="images/{{ version.number }}").verdicts() == {
        "1.0": "",
        "1.1": "there is no shop-1.1 of it yet",
    }


def test_an_artefact_that_cannot_be_asked_for_is_a_check_that_failed(eye, told):
    told.pages |= {"/app": ["1.0"]}

    result = eye(ARTEFACT).look()

    assert (result.error, result.versions) == (f"{told.url}/images answered 404.", ())


@pytest.mark.parametrize("written", ["x" * 251, "1.0\0"])
def test_what_fits_into_no_button_and_no_database_is_no_version(eye, told, written):
    told.pages |= {"/app": [written]}

    assert "which is no version." in eye().look().error


def test_only_what_is_newer_than_what_is_deployed_counts(eye, told):
    told.pages |= {"/app": ["1.8", "1.9", "1.10"], "/live": ["1.9", "1.2"]}
    seen = eye(DEPLOYED)

    assert seen.look().deployed == "1.9"
    assert seen.verdicts() == {"1.8": "1.9 is deployed", "1.9": "1.9 is deployed", "1.10": ""}


def test_while_it_is_not_known_what_is_deployed_nothing_counts(eye, told):
    told.pages |= {"/app": ["1.9"], "/live": []}

    assert eye(DEPLOYED).verdicts() == {"1.9": "it is not known what is deployed"}


def test_a_downgrade_announces_nothing_that_counted_before(eye, told):
    told.pages |= {"/app": ["1.9", "1.10"], "/live": ["1.9"]}
    seen = eye(DEPLOYED)
    seen.news()
    told.pages["/live"] = ["1.10"]
    upgraded = seen.news()
    told.pages["/live"] = ["1.9"]

    # A message that tells of it says anew what is deployed; nothing else follows.
    assert (upgraded, seen.news()) == ([("1.10", Changed.EDITED)], [("1.10", Changed.EDITED)])


@pytest.mark.parametrize(
    ("status", "headers", "wait_s"),
    [
        (429, {}, 60),
        (429, {"Retry-After": "90"}, 90),
        (503, {"Retry-After": "90"}, 90),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}, 30),
    ],
)
def test_a_host_that_says_later_for_the_first_time_has_not_failed(eye, told, status, headers, wait_s):
    told.pages["/app"] = ["1.0"]
    seen = eye()
    seen.news()
    told.status, told.headers = status, headers

    result = seen.look()
    seen.front.control.watch.record(result)

    assert result.held_until == seen.front.clock.now() + timedelta(seconds=wait_s)
    [watcher] = seen.front.control.watch.watchers()
    assert (watcher.failures, watcher.error) == (0, "")
    assert watcher.next_at >= result.held_until


def test_a_host_that_is_only_down_has_failed(eye, told):
    told.pages["/app"] = ["1.0"]
    told.status = 503

    result = eye().look()

    assert (result.held_until, result.error) == (None, f"{told.url}/app answered 503.")


def test_a_secret_is_in_no_word_about_a_check_that_failed(eye, told):
    told.pages["/app"] = ["1.0"]

    result = eye(more=', secret_headers: {Token: "env:TOKEN"}').look()

    assert "***" in result.error
    assert "hush" not in result.error + result.hint


def test_a_password_for_its_host_is_found_in_netrc(eye, told, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password hush\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    told.pages["/app"] = ["1.0"]

    assert eye().look().error == ""
    assert told.sent_headers[-1]["Authorization"] == f"Basic {b64encode(b'me:hush').decode()}"


def test_that_nothing_changed_is_seen_without_reading_it(eye, told):
    told.pages |= {"/app": ["1.0"], "/live": ["1.0"]}
    seen = eye(DEPLOYED)
    trail = seen.trail
    before = seen.is_as_it_was(trail)
    told.pages["/live"] = ["1.1"]

    assert (before, seen.is_as_it_was(trail)) == (True, False)
    assert [status for _, status in told.asked] == [200, 200, 304, 304, 304, 200]


def test_a_value_that_an_expression_has_now_is_looked_at_anew(eye, told):
    told.pages["/app"] = ["1.0"]
    seen = eye(more=', headers: {From: "{{ vars.me }}"}')
    seen.vars = {"me": "ada"}
    trail = seen.trail
    before = seen.is_as_it_was(trail)
    seen.vars = {"me": "bob"}
    then = seen.is_as_it_was(trail)
    seen.vars = {}

    assert (before, then, seen.is_as_it_was(trail)) == (True, False, False)
    assert "me" in seen.look().error


def test_a_host_that_may_not_be_asked_any_more_is_looked_at_anew_which_says_so(eye, told):
    told.pages["/app"] = ["1.0"]
    seen = eye()
    trail = seen.trail
    seen.looker = replace(seen.looker, polite=PoliteHttp(seen.front.clock.now, wire=Guarded()))

    assert not seen.is_as_it_was(trail)
    assert "inside our own network" in seen.look().error


@pytest.mark.parametrize("rules", ["filter: {{min_age: 1d}}", ARTEFACT])
def test_what_depends_on_the_hour_or_on_what_was_before_is_always_looked_at_whole(eye, told, rules):
    told.pages |= {"/app": ["1.0"], "/images": ["shop-1.0"]}

    assert eye(rules).trail is None


def test_what_failed_is_looked_at_whole(eye, told):
    assert eye().trail is None
