"""Who is there, what the page sees of it, and what is still there after a restart."""

import json
import shutil
import threading
from pathlib import Path

import pytest
import requests

from bot.base.clock import SystemClock
from bot.base.errors import SetupProblem
from bot.sandbox.clock import Ids, MovableClock
from bot.sandbox.files import Files
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.wire import Refusal
from tests.sandbox.bare_api import Api
from tests.sandbox.conftest import MANIFEST
from tests.sandbox.raw_app import RawApp
from tests.sandbox.samples import button, row
from tests.slack import Slack


def stream(sandbox: Sandbox, person: str, until: str, *, after: int) -> list[tuple[str, dict[str, object]]]:
    """What a page of *person* hears after *after*, up to the first *until*."""
    heard = []
    address = f"{sandbox.url}sandbox/stream?as={person}&after={after}"
    with requests.get(address, stream=True, timeout=5) as response:
        name = ""
        for line in response.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                heard.append((name, json.loads(line.removeprefix("data: "))))
                if name == until:
                    break
    return heard


def test_a_page_hears_each_change_once_and_in_order(sandbox: Sandbox, ada: Slack) -> None:
    seq = ada.snapshot()["seq"]
    ada.message("one")
    ada.message("two")
    ada.post("clock", advance_s=60)

    heard = stream(sandbox, "U0ADA", "clock", after=seq)

    assert [data["message"]["text"] for name, data in heard if name == "message"] == ["one", "two"]  # type: ignore[index]


def test_a_page_does_not_hear_what_is_for_others(sandbox: Sandbox, api: Api, ada: Slack) -> None:
    seq = ada.snapshot()["seq"]
    api("chat.postEphemeral", channel="#ops", user="U0ADA", text="psst")
    ada.message("only to the bot", channel="bot")
    ada.post("clock", advance_s=60)

    heard = stream(sandbox, "U0GRACE", "clock", after=seq)

    assert [name for name, _ in heard] == ["clock"]


def test_a_page_from_another_life_has_to_look_anew(sandbox: Sandbox) -> None:
    assert stream(sandbox, "U0ADA", "resync", after=3)[0][0] == "resync"


def test_a_person_whose_click_was_not_taken_sees_a_sign(sandbox: Sandbox, api: Api, ada: Slack) -> None:
    seq = ada.snapshot()["seq"]
    api("chat.postMessage", channel="#ops", text="Go?", blocks=[row(button("Go", "go"))])
    ada.click(ada.messages()[0], "Go")

    heard = stream(sandbox, "U0ADA", "banner", after=seq)[1:]

    assert [name for name, _ in heard if name != "message"] == ["busy", "banner"]
    assert heard[-1][1] == {"channel": "C0OPS", "text": "⚠ Stackhand did not respond: dispatch_failed", "key": "row/go"}


def test_everybody_who_is_asked_for_is_there(api: Api, ada: Slack) -> None:
    shown = ada.snapshot()

    assert [person["name"] for person in shown["people"]] == ["ada", "grace", "bea", "linus", "stackhand"]
    assert [one["name"] for one in shown["channels"]] == ["general", "ops", "support", ""]
    assert shown["commands"][0]["command"] == "/stack"
    assert api("users.info", user="U0ADA")["user"]["profile"]["email"] == "ada@example.org"
    assert [group["handle"] for group in api("usergroups.list")["usergroups"]] == ["platform", "support"]
    assert api("users.info", user="U0NOBODY")["error"] == "user_not_found"
    assert api("conversations.open", users="U0ADA")["channel"]["id"] == "D0ADA"
    assert api("users.lookupByEmail", email="nobody@example.org")["error"] == "users_not_found"


def test_the_app_hears_who_joined_a_group(raw: RawApp, ada: Slack) -> None:
    ada.post("groups", handle="platform", users=["ada", "linus"])

    event = raw.next("events_api").payload["event"]

    assert event["type"] == "subteam_members_changed"
    assert (event["added_users"], event["removed_users"]) == (["U0LINUS"], ["U0GRACE"])


def test_a_new_person_is_in_every_public_channel(ada: Slack) -> None:
    ada.post("people", name="mia", real_name="Mia Berg")

    assert ada.as_name("mia").message("hi")["user"] == "U0MIA"


@pytest.mark.parametrize(
    ("act", "body", "status", "error"),
    [
        ("dance", {}, 404, "There is no act 'dance'."),
        ("message", {"channel": "C0NONE", "text": "x"}, 404, "There is no channel 'C0NONE'."),
        ("message", {"channel": "C0OPS", "text": " "}, 400, "A message needs words."),
        ("command", {"channel": "C0OPS", "command": "/dance"}, 404, "There is no command '/dance'."),
        ("block", {"container": {"channel": "C0OPS", "ts": "1.1"}}, 404, "There is no message '1.1'."),
        ("submit", {"view_id": "V1"}, 404, "There is no open modal 'V1'."),
    ],
)
def test_an_act_that_cannot_be(ada: Slack, act: str, body: dict[str, str], status: int, error: str) -> None:
    answer = requests.post(f"{ada.url}sandbox/act/{act}?as=U0ADA", json=body, timeout=5)

    assert answer.status_code == status
    assert answer.json() == {"ok": False, "error": error}


def test_a_file_comes_in_three_steps_and_is_shown_in_a_thread(api: Api, ada: Slack) -> None:
    parent = api("chat.postMessage", channel="#ops", text="run #1")
    ticket = api("files.getUploadURLExternal", filename="run-1.log", length=5)
    early = api("files.completeUploadExternal", files=[{"id": ticket["file_id"]}])
    requests.post(ticket["upload_url"], data=b"hello", timeout=5)
    files = [{"id": ticket["file_id"], "title": "Log"}]

    done = api("files.completeUploadExternal", files=files, channel_id=parent["channel"], thread_ts=parent["ts"])

    shown = ada.messages(thread=parent)[0]["files"][0]
    assert early["error"] == "file_update_failed"
    assert done["files"][0]["title"] == "Log"
    assert (shown["name"], shown["size"], shown["preview"]) == ("run-1.log", 5, "hello")
    assert requests.get(shown["url_private"], timeout=5).text == "hello"


def test_the_newest_two_thousand_files_are_kept(tmp_path: Path) -> None:
    clock = MovableClock(SystemClock())
    files = Files(url="http://slack/", folder=tmp_path, clock=clock, ids=Ids(clock))
    old, waiting = (files.expect(name, 1)[0] for name in ("run-1.log", "run-2.log"))
    files.take(old, b"1")

    for _ in range(2000):
        files.expect("run.log", 1)

    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Refusal, match="file_not_found"):
        files.take(waiting, b"2")


def test_a_site_in_maintenance_says_so_to_every_visitor(sandbox: Sandbox, tmp_path: Path) -> None:
    address = f"{sandbox.url}site/"
    before = requests.get(address, timeout=5)
    (tmp_path / "site" / "maintenance.html").write_text("<h1>Back soon</h1>")

    during = requests.get(f"{address}any/page", timeout=5)

    assert (before.status_code, before.text) == (200, "<h1>Open</h1>")
    assert (during.status_code, during.headers["Retry-After"], during.text) == (503, "300", "<h1>Back soon</h1>")


def test_the_site_shows_nothing_beside_its_folder(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")

    assert requests.get(f"{sandbox.url}site/..%2Fsecret.txt", timeout=5).status_code == 404
    assert requests.get(f"{sandbox.url}assets/..%2Fsandbox.py", timeout=5).status_code == 404


def test_messages_tokens_and_homes_are_there_after_a_restart(tmp_path: Path) -> None:
    first = Sandbox(manifest=MANIFEST, data=tmp_path)
    first.start()
    api = Api(first.api_url, first.bot_token)
    posted = api("chat.postMessage", channel="#ops", text="x")
    api("views.publish", user_id="U0ADA", view={"type": "home", "blocks": []})
    first.stop()

    second = Sandbox(manifest=MANIFEST, data=tmp_path)
    second.start()
    api = Api(second.api_url, first.bot_token)
    changed = api("chat.update", channel="C0OPS", ts=posted["ts"], text="y")
    shown = Slack(second.url).snapshot()
    second.stop()

    assert changed["ok"]
    assert [one["text"] for one in shown["messages"]["C0OPS"]] == ["y"]
    assert shown["home"]["type"] == "home"


def test_a_kill_loses_nothing_of_which_the_app_was_told(tmp_path: Path) -> None:
    """A copy of the folder, taken the moment the answer came, is what a `kill -9` leaves."""
    first = Sandbox(manifest=MANIFEST, data=tmp_path / "data")
    first.start()
    api = Api(first.api_url, first.bot_token)
    stays = api("chat.postMessage", channel="#ops", text="one")
    gone = api("chat.postMessage", channel="#ops", text="two")
    api("chat.update", channel="C0OPS", ts=stays["ts"], text="one, edited")
    api("chat.delete", channel="C0OPS", ts=gone["ts"])
    file = Slack(first.url).upload("june.csv", b"1;2")["id"]
    shutil.copytree(tmp_path / "data", tmp_path / "left")
    first.stop()
    with (tmp_path / "left" / "sandbox.lines").open("a") as lines:
        lines.write('{"channel": "C0O')

    second = Sandbox(manifest=MANIFEST, data=tmp_path / "left")
    second.start()
    shown = Slack(second.url).messages()
    known = Api(second.api_url, second.bot_token)("files.info", file=file)
    second.stop()

    assert [one["text"] for one in shown] == ["one, edited"]
    assert (known["file"]["name"], known["file"]["size"]) == ("june.csv", 3)
    assert second.bot_token == first.bot_token


def test_a_file_without_its_bytes_is_gone(tmp_path: Path) -> None:
    sandbox = Sandbox(manifest=MANIFEST, data=tmp_path)
    sandbox.start()
    file = Slack(sandbox.url).upload("june.csv", b"1;2")["id"]
    (tmp_path / "files" / file).unlink()

    asked = Api(sandbox.api_url, sandbox.bot_token)("files.info", file=file)
    sandbox.stop()

    assert asked["error"] == "file_not_found"


@pytest.mark.parametrize("broken", ["{", '{"version": 0}', "[]"])
def test_a_broken_file_is_set_aside(tmp_path: Path, broken: str) -> None:
    (tmp_path / "sandbox.json").write_text(broken)

    sandbox = Sandbox(manifest=MANIFEST, data=tmp_path)
    sandbox.start()
    sandbox.stop()

    assert (tmp_path / "sandbox.broken").read_text() == broken
    assert json.loads((tmp_path / "sandbox.json").read_text())["version"] == 1


def test_a_taken_port_is_named(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rstrip("/").rsplit(":", 1)[1])
    second = Sandbox(manifest=MANIFEST, port=port)

    with pytest.raises(SetupProblem) as problem:
        second.start()

    assert problem.value.reason == f"Port {port} on 127.0.0.1 cannot be opened: Address already in use."


def test_a_reset_makes_the_workspace_new(api: Api, ada: Slack) -> None:
    ada.message("old")
    ada.post("clock", advance_s=3600)

    ada.post("reset")

    assert ada.messages() == []


def test_many_people_act_at_once(raw: RawApp, ada: Slack) -> None:
    threads = [threading.Thread(target=Slack(ada.url).command, args=(str(nth),)) for nth in range(20)]
    for thread in threads:
        thread.start()
    for _ in threads:
        raw.ack(raw.next("slash_commands"), {"text": "ok"})
    for thread in threads:
        thread.join(5)

    assert len(ada.ephemerals()) == 20


@pytest.mark.parametrize(
    ("where", "asked", "sentence"),
    [
        ("clock", {}, 'Say how far to move ("advance_s") or to what moment ("now", in seconds since 1970).'),
        ("clock", {"now": "nan"}, "\"now\" is a number, not 'nan'."),
        ("clock", {"now": 1e30}, "No clock reaches that far"),
        ("groups", {"handle": "night", "users": 5}, '"users" is a list of people, not 5.'),
        ("channels", {"name": "night", "members": "U0ADA"}, "\"members\" is a list of people, not 'U0ADA'."),
        ("channels", {"name": "night", "members": ["U0NOBODY"]}, "There is no person 'U0NOBODY'."),
        ("app", {"manifest": 5}, "The manifest is no mapping."),
        ("faults", {"on": "chat.update", "do": "delay", "delay_s": "long"}, "\"delay_s\" is a number, not 'long'."),
    ],
)
def test_a_wrong_wish_of_a_test_is_answered_with_a_sentence(
    sandbox: Sandbox, where: str, asked: dict[str, object], sentence: str
) -> None:
    answer = requests.post(f"{sandbox.url}sandbox/{where}", json=asked, timeout=5)

    assert answer.status_code in {400, 404}
    assert sentence in answer.json()["error"]
