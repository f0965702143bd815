"""What the rows owe to Slack stands there exactly once, and shows the newest state."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from bot.control.start import StartJob
from bot.model.message import MessageKind
from bot.model.run import RunStatus
from tests.slack_edge.reading import read
from tests.slack_edge.tiny_slack import Fault


@pytest.fixture
def start(bot, slack):
    """Starts a run as if it came from #ops."""

    def start(number: int = 1, *, wait: bool = True):
        person = bot.edge._desk.people.of("U0ADA")
        ask = StartJob(
            person=person,
            stack="maintenance",
            job="disable",
            environment="staging",
            inputs={},
            key=f"test:{number}",
            origin="slack",
            channel="C0OPS",
        )
        run = bot.door.runs.start(ask)
        return slack.until(lambda: slack.message("Maintenance off, staging")) if wait else run

    return start


def owe(bot, key: str, words: str = "Hello", channel: str = "C0OPS") -> None:
    with bot.store.begin() as tx:
        tx.messages.owe(key=key, kind=MessageKind.FIXED, channel=channel, body={"text": words})
    bot.edge._outbox.wake()


def is_settled(bot) -> bool:
    """Does Slack show everything?"""
    with bot.store.engine.connect() as connection:
        return not connection.execute(text("SELECT 1 FROM message WHERE sent < wanted AND NOT gave_up")).first()


def waits(bot, key: str) -> bool:
    """Is this message to go later?"""
    with bot.store.engine.connect() as connection:
        query = text("SELECT 1 FROM message WHERE key = :key AND not_before IS NOT NULL")
        return connection.execute(query, {"key": key}).first() is not None


def test_a_run_is_one_message_that_is_edited(bot, slack, start):
    start()

    bot.door.runs.change(1, status=RunStatus.RUNNING)

    assert slack.until(lambda: slack.message("running, step 1 of 1"))
    assert len(slack.called("chat.postMessage")) == 1


def test_messages_of_a_channel_keep_their_order_however_slow_the_bot_is(bot, slack):
    moments = (datetime.now(UTC) + timedelta(seconds=0.6) * number for number in itertools.count())
    bot.edge._outbox._clock = SimpleNamespace(now=lambda: next(moments))
    words = [f"word {number}" for number in range(3)]

    for word in words:
        owe(bot, word, word)

    slack.until(lambda: len(slack.called("chat.postMessage")) == len(words))
    assert [sent["text"] for sent in slack.called("chat.postMessage")] == words


@pytest.mark.parametrize("first", ["#ops", "C0OPS"])
def test_a_channel_has_one_pace_by_its_name_and_by_its_id(bot, slack, first):
    [second] = {"#ops", "C0OPS"} - {first}
    owe(bot, "before", channel="#ops")
    slack.until(lambda: is_settled(bot))
    moment = datetime.now(UTC) + timedelta(minutes=1)
    bot.edge._outbox._clock = SimpleNamespace(now=lambda: moment)

    owe(bot, "first", "one", channel=first)
    slack.until(lambda: slack.message("one"))
    owe(bot, "second", "two", channel=second)

    slack.until(lambda: waits(bot, "second"))
    assert len(slack.called("chat.postMessage")) == 2
    moment += timedelta(seconds=1)
    slack.until(lambda: slack.message("two"))


def test_every_message_has_text_and_blocks(bot, slack, start):
    start()
    bot.door.runs.change(1, status=RunStatus.RUNNING)
    slack.until(lambda: slack.called("chat.update"))

    for sent in slack.called("chat.postMessage") + slack.called("chat.update"):
        assert sent["text"]
        assert sent["blocks"]


def test_many_changes_are_few_edits_and_the_end_is_shown_at_once(bot, slack, start):
    start()
    for number in range(50):
        bot.door.runs.change(1, status=RunStatus.RUNNING, reason=str(number))

    bot.door.runs.end(1, RunStatus.SUCCEEDED)

    assert slack.until(lambda: slack.message("succeeded"), timeout_s=1.5)
    assert len(slack.called("chat.update")) <= 4


def test_an_announcement_calls_nobody(bot, slack):
    owe(bot, "run:1:announce", "<!channel> <https://evil.example|bank> *Maintenance* is on & stays")

    said = slack.until(lambda: slack.message("Maintenance"))
    assert "<" not in said["text"]
    assert read(said["blocks"]).startswith(
        "&lt;!channel&gt; &lt;<https://evil.example>|bank&gt; *Maintenance* is on &amp;"
    )


def test_the_end_puts_the_log_into_the_thread_as_a_file(bot, slack, start):
    message = start()
    bot.door.runs.logs[1] = "".join(f"line {number}\n" for number in range(5000))

    bot.door.runs.end(1, RunStatus.SUCCEEDED)

    reply = slack.until(lambda: slack.thread(message)[0])
    assert reply["files"][0]["name"] == "maintenance-1.log"
    assert "line 4999" in reply["text"]
    assert next(iter(slack.files.values())).decode() == bot.door.runs.logs[1]


def test_a_run_without_a_log_leaves_its_thread_alone(bot, slack, start):
    message = start()

    bot.door.runs.end(1, RunStatus.SUCCEEDED)

    slack.until(lambda: is_settled(bot))
    assert slack.thread(message) == []


def test_a_failure_calls_the_person_who_started_it_once_in_the_thread(bot, slack, start):
    message = start()

    bot.door.runs.end(1, RunStatus.FAILED, reason="web3 did not answer.")

    reply = slack.until(lambda: slack.thread(message)[0])
    assert reply["text"] == "<@U0ADA> Maintenance off, staging failed: web3 did not answer."
    assert "<@U0ADA>" not in json.dumps(message["blocks"])


@pytest.fixture
def notice_first(make_bot, slack, start, bot):
    """A run whose message another front end is about to send, while a notice of it is owed already: bot, message."""
    bot.edge.stop()
    run = start(wait=False)
    with bot.store.begin() as tx:
        [message] = tx.messages.claim(by="another", now=bot.clock.now(), lease_s=3600, limit=1)
        told = {"occasion": "start", "mention": []}
        tx.messages.owe_once(key="notice", kind=MessageKind.NOTICE, channel="#ops", run=run.number, body=told)
        tx.messages.owe(key="later", kind=MessageKind.FIXED, channel="C0GENERAL", body={"text": "Later"})
    return make_bot(), message


def test_a_notice_waits_for_the_message_in_whose_thread_it_belongs(notice_first, slack):
    bot, message = notice_first
    slack.until(lambda: slack.message("Later", channel="C0GENERAL"))

    with bot.store.begin() as tx:
        tx.messages.free(message.id)

    root = slack.until(lambda: slack.message("Maintenance off, staging"))
    [notice] = slack.until(lambda: slack.thread(root))
    assert "*Maintenance off, staging* has begun" in notice["text"]


def test_a_notice_waits_for_no_message_that_cannot_be_sent(notice_first, slack):
    bot, message = notice_first
    with bot.store.begin() as tx:
        tx.messages.trying(message.id)
        tx.messages.refused(message.id, revision=message.wanted, error="refused")

    notice = slack.until(lambda: slack.message("has begun"))
    assert "thread_ts" not in notice


def test_what_changed_while_slack_refused_what_was_before_is_sent(bot, slack):
    owe(bot, "board", "Hello")
    slack.until(lambda: is_settled(bot))
    with bot.store.begin() as tx:
        before = tx.messages.get("board")
        tx.messages.owe(key="board", kind=MessageKind.FIXED, channel="#ops", body={"text": "Hello again"})
        tx.messages.refused(before.id, revision=before.wanted, error="refused")

    bot.edge._outbox.wake()

    slack.until(lambda: slack.message("Hello again"))


@pytest.mark.parametrize("kind", ["reset_after", "reset_before", "status"])
def test_a_post_whose_answer_got_lost_stands_there_once(bot, slack, kind):
    slack.faults.append(Fault("chat.postMessage", kind))

    owe(bot, "lost", "Hello")

    slack.until(lambda: is_settled(bot))
    assert [message["text"] for message in slack.messages["C0OPS"].values()] == ["Hello"]


def test_a_crash_between_post_and_record_does_not_post_again(bot, slack, make_bot):
    owe(bot, "crash", "Hello")
    slack.until(lambda: is_settled(bot))
    with bot.store.begin() as tx:
        message = tx.messages.get("crash")
        assert message
        tx.messages._change(message.id, sent=0, channel_id=None, ts=None, tries=1)

    bot.edge._outbox.wake()

    slack.until(lambda: is_settled(bot))
    assert len(slack.messages["C0OPS"]) == 1


def test_after_a_crash_the_same_front_end_goes_on_at_once(slack, make_bot):
    bot = make_bot(name="ops-machine")
    bot.edge.stop()
    with bot.store.begin() as tx:
        tx.messages.owe(key="leased", kind=MessageKind.FIXED, channel="C0OPS", body={"text": "Hello"})
    with bot.store.begin() as tx:
        tx.messages.claim(by="ops-machine", now=bot.clock.now(), lease_s=3600, limit=1)

    make_bot(name="ops-machine")

    assert slack.until(lambda: slack.message("Hello"))


def test_slack_that_asks_for_patience_gets_it(bot, slack):
    slack.faults.append(Fault("chat.postMessage", "ratelimited", retry_after=1))

    owe(bot, "patience", "Hello")

    slack.until(lambda: slack.messages["C0OPS"])
    assert len(slack.called("chat.postMessage")) == 2


def test_a_dead_slack_loses_nothing(bot, slack, start):
    start()
    slack.faults += [Fault("chat.update", "reset_before")] * 2

    bot.door.runs.change(1, status=RunStatus.RUNNING)
    bot.door.runs.end(1, RunStatus.SUCCEEDED)

    assert slack.until(lambda: slack.message("succeeded"), timeout_s=10)


def test_a_message_that_somebody_deleted_comes_back_once(bot, slack, start):
    first = start()
    del slack.messages["C0OPS"][first["ts"]]

    bot.door.runs.change(1, status=RunStatus.RUNNING)

    second = slack.until(lambda: slack.message("running"))
    assert second["ts"] != first["ts"]


def test_a_channel_that_does_not_exist_is_given_up_with_a_clear_word(bot, slack):
    owe(bot, "nowhere", channel="#nowhere")

    def given_up():
        with bot.store.read() as tx:
            return tx.messages.undeliverable()

    assert slack.until(given_up) == {"#nowhere": "channel_not_found"}
    with bot.store.read() as tx:
        assert tx.audit.recent()[0].detail == "#nowhere: channel_not_found"


def test_a_message_that_breaks_holds_up_no_other_and_comes_later(bot, slack):
    with bot.store.begin() as tx:
        tx.messages.owe(key="odd", kind=MessageKind.BOARD, channel="C0OPS", body={"stack": "odd"})
    bot.door.catalog.broken = "odd"

    owe(bot, "good", "Hello")

    assert slack.until(lambda: slack.message("Hello"))
    bot.door.catalog.broken = ""
    bot.clock.pushed = timedelta(minutes=1)
    assert slack.until(lambda: slack.message("is not there any more"))


def test_a_log_that_cannot_be_read_now_comes_later(bot, slack, start):
    message = start()
    bot.door.runs.logs[1] = "a line\n"
    bot.door.runs.full_disks = 1
    bot.door.runs.end(1, RunStatus.SUCCEEDED)

    def put_off():
        with bot.store.engine.connect() as connection:
            return connection.execute(text("SELECT 1 FROM message WHERE error LIKE '%No space%'")).first()

    slack.until(put_off)

    bot.clock.pushed = timedelta(minutes=1)

    assert slack.until(lambda: slack.thread(message))[0]["files"]


def test_a_run_from_a_channel_we_cannot_enter_is_told_to_the_person(bot, slack):
    slack.command("maintenance disable", channel="G0SECRET")
    form = slack.until(lambda: slack.modal if slack.modal.get("callback_id") == "job_form" else None)

    slack.submit(form, environment="staging")

    assert slack.until(lambda: slack.message("Maintenance off", channel="DU0ADA"))


def test_a_layout_that_slack_refuses_still_has_its_words(bot, slack):
    slack.faults.append(Fault("chat.postMessage", "error", error="invalid_blocks"))

    owe(bot, "layout", "Hello")

    said = slack.until(lambda: slack.message("Hello"))
    assert said["blocks"] == []


def test_posts_in_one_channel_keep_a_second_between_them(bot, slack):
    for number in range(3):
        owe(bot, f"post:{number}", f"Hello {number}")

    slack.until(lambda: len(slack.messages["C0OPS"]) == 3)
    moments = [float(ts) for ts in slack.messages["C0OPS"]]
    assert min(after - before for before, after in itertools.pairwise(moments)) >= 0.95


def test_two_front_ends_post_each_message_once(bot, slack, make_bot):
    make_bot()
    slack.faults.clear()
    with bot.store.begin() as tx:
        for number in range(6):
            channel = "C0OPS" if number % 2 else "C0GENERAL"
            tx.messages.owe(key=f"both:{number}", kind=MessageKind.FIXED, channel=channel, body={"text": f"{number}"})

    slack.until(lambda: is_settled(bot), timeout_s=10)
    said = [message["text"] for channel in slack.messages.values() for message in channel.values()]
    assert sorted(said) == ["0", "1", "2", "3", "4", "5"]
