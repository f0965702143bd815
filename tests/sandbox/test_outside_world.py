"""What the panel "Outside world" does, what stays of it, and what it says when it cannot."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.base.errors import SetupProblem
from bot.sandbox.outside import panel
from bot.sandbox.outside.outside import Outside
from bot.sandbox.wire import Wrong

FIRST = {"repository": "acme/shop", "number": 1}


@pytest.fixture
def world() -> Iterator[Outside]:
    outside = Outside()
    outside.start()
    yield outside
    outside.stop()


def test_all_that_was_done_is_the_same_after_a_restart_and_at_the_same_address(tmp_path: Path) -> None:
    first = Outside(data=tmp_path)
    first.start()
    acts: tuple[tuple[str, dict[str, Any]], ...] = (
        ("release", {"version": " v1.10.0-rc1", "notes": "Try it."}),
        ("release", {"version": "1.10.0", "notes": "It is out."}),
        *(("open", {"title": title}) for title in ("Bigger pictures", "Smaller pictures", "No pictures")),
        *(("push", FIRST), ("merge", {**FIRST, "number": 2}), ("close", {**FIRST, "number": 3})),
        *(("image", {"tag": "1.5.0"}), ("fire", {"name": "SiteIsSlow"}), ("fire", {"name": "DiskFull"})),
    )
    for act, asked in acts:
        before = panel.do(first, act, asked)
    first.forge.comment("acme/shop", 1, "Well done")
    first.keep()
    first.stop()

    again = Outside(data=tmp_path)
    again.start()
    try:
        assert panel.shown(again) == before
        assert [pull["state"] for pull in before["pulls"]] == ["open", "closed", "merged"]
        assert (before["releases"][0], before["next"], before["image"]) == ("v1.10.0", "1.11.0", "1.5.0")
        pull = again.forge.repository("acme/shop").pull(1)
        assert [comment.text for comment in pull.comments] == ["Well done"]
        assert pull.head == first.forge.repository("acme/shop").pull(1).head
        assert again.images.tags("acme/shop") == first.images.tags("acme/shop")
        assert panel.do(again, "open", {"title": "More"})["pulls"][0]["number"] == 4
    finally:
        again.stop()


def test_a_disk_that_takes_nothing_stops_nobody(tmp_path: Path) -> None:
    outside = Outside(data=tmp_path / "none")

    assert panel.do(outside, "image", {"tag": "1.5.0"})["image"] == "1.5.0"


@pytest.mark.parametrize(
    "written", ["{half", "[]", '{"version": 1}', '{"version": 2, "repositories": [{"name": "acme/shop"}]}']
)
def test_a_file_that_cannot_be_read_is_named_and_stays_as_it_is(tmp_path: Path, written: str) -> None:
    file = tmp_path / "outside.json"
    file.write_text(written)

    with pytest.raises(SetupProblem) as problem:
        Outside(data=tmp_path)

    assert str(problem.value) == (
        f"The sandbox's outside world cannot be read from {file}. "
        "Mend the file, or move it away: the outside world then begins anew."
    )
    assert file.read_text() == written


@pytest.mark.parametrize(
    ("act", "asked", "why"),
    [
        ("release", {"version": "soon"}, "“soon” is no version. Write it like 1.10.0 or 1.11.0-rc1."),
        ("release", {"version": "1.9.8"}, "v1.9.8 is released already. Take another number."),
        ("open", {"title": " "}, "Say in a few words what it changes."),
        ("merge", {"number": 1}, "There is no pull request acme/shop#1."),
        ("push", {"repository": "acme/none", "number": "x"}, "There is no pull request acme/none#x."),
        ("image", {"tag": "no tag"}, "“no tag” is no tag. Write it like 1.5.0."),
        ("fire", {}, "Give the alert a name, like SiteIsSlow."),
        ("fire", {"name": "x" * 201}, "That is longer than 200 characters."),
        ("resolve", {"fingerprint": "abc"}, "This alert does not fire any more."),
        ("explode", {}, "There is no act outside 'explode'."),
    ],
)
def test_what_cannot_be_says_why(act: str, asked: dict[str, object], why: str) -> None:
    with pytest.raises(Wrong) as wrong:
        panel.do(Outside(), act, asked)
    assert str(wrong.value) == why


def test_what_is_over_stays_over() -> None:
    outside = Outside()
    panel.do(outside, "open", {"title": "Bigger pictures"})
    panel.do(outside, "merge", FIRST)

    for act in ("push", "merge", "close"):
        with pytest.raises(Wrong, match=r"Pull request acme/shop#1 is not open any more\."):
            panel.do(outside, act, FIRST)


def test_messages_link_to_pages_that_are_there_and_say_what_strangers_wrote_as_it_is(world: Outside) -> None:
    notes = "## New\n* <script>alert(1)</script> & more\n* [bad](javascript:alert(1)) **fast**"
    panel.do(world, "release", {"version": "1.10.0", "notes": notes})
    panel.do(world, "open", {"title": "Bigger <b>pictures</b>"})
    [release, *_] = requests.get(f"{world.url}/repos/hashicorp/terraform/releases", timeout=10).json()
    [pull] = requests.get(f"{world.url}/repos/acme/shop/pulls", timeout=10).json()

    pages = [requests.get(url, timeout=10) for url in (release["html_url"], pull["html_url"])]

    assert [page.status_code for page in pages] == [200, 200]
    assert "<h2>New</h2>" in pages[0].text
    assert "<li>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</li>" in pages[0].text
    assert "<li>[bad](javascript:alert(1)) <strong>fast</strong></li>" in pages[0].text
    assert "<h1>Bigger &lt;b&gt;pictures&lt;/b&gt; #1</h1>" in pages[1].text
    assert {page.headers["Content-Security-Policy"].partition(";")[0] for page in pages} == {"default-src 'none'"}


@pytest.mark.parametrize("path", ["acme/none", "acme/shop/pull/1", "acme/shop/pull/x", "acme/shop/releases/tag/v1"])
def test_a_page_of_what_is_not_there_is_not_found(world: Outside, path: str) -> None:
    assert requests.get(f"{world.url}/{path}", timeout=10).status_code == 404
    assert requests.get(f"{world.url}/acme/shop", timeout=10).status_code == 200


def test_a_sandbox_without_a_world_outside_offers_none(sandbox, ada):
    assert (ada.get("outside"), ada.snapshot()["has_outside"]) == ({}, False)
    refused = requests.post(f"{sandbox.url}sandbox/outside/release", json={"version": "2.0.0"}, timeout=10)
    assert (refused.status_code, refused.json()["error"]) == (400, "This sandbox has no outside world.")


def test_a_change_by_the_code_hosts_api_is_kept_at_once(tmp_path: Path) -> None:
    outside = Outside(data=tmp_path)
    outside.start()
    panel.do(outside, "open", {"title": "Bigger pictures"})

    try:
        url = f"{outside.url}/repos/acme/shop/issues/1/comments"
        assert requests.post(url, json={"body": "Ready"}, timeout=10).status_code == 201
    finally:
        outside.stop()

    [shop] = [
        one for one in json.loads((tmp_path / "outside.json").read_text())["repositories"] if one["name"] == "acme/shop"
    ]
    assert [comment["text"] for comment in shop["pulls"][0]["comments"]] == ["Ready"]
