"""A file that somebody gives to a form reaches the steps, stays for a second run, and is nobody else's."""

from typing import Any

import pytest

from tests.scenarios.watched import Watched, runs
from tests.slack import Slack, read

STACK = """\
stack: post
title: Post
channel: "#ops"
environments: {here: {}}
jobs:
  load:
    title: Load it
    form:
      report: {type: file, label: Report, types: [csv, txt], max_size: 1 KB}
      note: {type: text, label: Note, required: false}
      more: {type: file, label: More, max_files: 2, max_size: 1 KB, required: false}
    presets: {Quickly: {note: quickly}}
    steps:
      - {title: Read, uses: command.run, with: {argv: [cat, "{{ form.report.path }}"]}}
      - title: Say
        uses: command.run
        with: {argv: [echo, "called {{ form.report.name }}, of {{ form.report.size }} bytes"]}
      - {title: Read more, uses: command.run, each: "{{ form.more }}", with: {argv: [cat, "{{ item.path }}"]}}
"""


@pytest.fixture(autouse=True)
def post(bot, slack):
    """A job that reads a file."""
    bot.write("stack.yml", STACK, stack="post")
    slack.message_with("[Load it]")


def opened(slack: Slack, button: str = "Load it", where: dict[str, Any] | None = None) -> dict[str, Any]:
    """The form, filled."""
    slack.click(where or slack.message_with("[Load it]"), button)
    return slack.until(lambda: next((view for view in slack.snapshot()["modals"] if "Report" in read(view)), None))


def load(slack: Slack, *files: dict[str, Any], **more: Any) -> Watched:
    """Send the form with these files; the run."""
    known = {run.number for run in runs(slack)}
    assert slack.submit(opened(slack, **more), {"Report": list(files)}).get("errors") is None
    return newer(slack, known)


def newer(slack: Slack, known: set[int]) -> Watched:
    return slack.until(lambda: next((run for run in runs(slack) if run.number not in known), None))


def test_a_file_reaches_the_steps_and_stays_for_a_second_run_though_it_is_gone_in_slack(bot, slack):
    file = slack.upload("../../may.2026.csv", b"id,name\n1,{{ 7 * 7 }}\n")

    first = load(slack, file)
    first.until("*Succeeded*")
    slack.delete(f"files/{file['id']}")
    form = opened(slack, "Change and run…", first.message)
    slack.submit(form)
    second = newer(slack, {run.number for run in runs(slack) if run.number <= first.number})
    second.until("*Succeeded*")

    assert "Report: *may.2026.csv, 22 bytes*" in read(first.message)
    assert "Leave it empty to keep may.2026.csv, 22 bytes." in read(form)
    for run in (first, second):
        log = bot.ask("log", str(run.number))
        assert "id,name\n1,{{ 7 * 7 }}\n" in log
        assert "called may.2026.csv, of 22 bytes" in log


def test_several_files_reach_a_step_each_and_are_taken_out_of_a_second_run(bot, slack):
    form, known = opened(slack), {run.number for run in runs(slack)}
    more = [slack.upload(f"{name}.txt", f"I am {name}\n".encode()) for name in ("ann", "{{ bob }}")]
    slack.submit(form, {"Report": [slack.upload("may.csv", b"id")], "More": more})
    first = newer(slack, known)
    first.until("*Succeeded*")

    slack.answer(opened(slack, "Change and run…", first.message), "Preset", "Quickly")
    form = slack.until(lambda: next((one for one in slack.snapshot()["modals"] if "field.note~1" in str(one)), None))
    assert "field.more~" not in str(form), "a file that was chosen there stays"
    slack.click(form, "Take out")
    without = slack.until(
        lambda: next((one for one in slack.snapshot()["modals"] if "[Take out]" not in read(one)), None)
    )
    slack.submit(without)
    second = newer(slack, {*known, first.number})
    second.until("*Succeeded*")

    assert (
        "Up to 2 files: 1 KB each at most. Leave it empty to keep ann.txt, 9 bytes; {{ bob }}.txt, 15 bytes."
        in read(form)
    )
    assert "Leave it empty to keep may.csv, 2 bytes." in read(without)
    assert "More: *ann.txt, 9 bytes; {{ bob }}.txt, 15 bytes*" in first.text
    assert [f"Read more: {name}.txt" in first.text for name in ("ann", "{{ bob }}")] == [True, True]
    assert "/given/" not in first.text
    assert [one in bot.ask("log", str(first.number)) for one in ("I am ann", "I am {{ bob }}")] == [True, True]
    assert "ann.txt" not in second.text
    assert "I am" not in bot.ask("log", str(second.number))


def test_a_file_that_is_gone_in_slack_before_the_run_begins_is_one_sentence_and_no_step_begins(slack):
    file = slack.upload("late.csv", b"1")
    form = opened(slack)
    slack.fault("files.info", "error", error="file_deleted")
    known = {run.number for run in runs(slack)}

    slack.submit(form, {"Report": [file]})

    run = newer(slack, known)
    run.until("*Failed*")
    assert "late.csv is gone in Slack." in read(run.message)
    assert "Start the job with the file anew." in read(run.message)


def test_a_form_says_at_its_field_which_files_it_does_not_take(slack):
    form = opened(slack)
    large, grace = slack.upload("large.csv", b"x" * 1001), slack.as_name("grace").upload("hers.csv", b"1")

    said = [list(slack.submit(form, {"Report": [file]})["errors"].values()) for file in (large, grace)]
    slack.close()

    assert "One file: csv or txt, 1 KB at most." in read(form)
    assert said == [
        ["At most 1 KB; large.csv is larger."],
        ["Choose a file that you have uploaded yourself."],
    ]


def test_of_the_files_in_an_open_form_none_is_dropped_when_its_field_takes_fewer_now(bot, slack):
    form = opened(slack)
    fewer = STACK.replace("max_files: 2, ", "").replace("title: Load it", "title: Load less")
    bot.write("stack.yml", fewer, stack="post")
    slack.message_with("[Load less]")

    two = [slack.upload(name, b"1") for name in ("ann.txt", "bob.txt")]
    said = slack.submit(form, {"Report": [slack.upload("may.csv", b"1")], "More": two})
    slack.close()

    assert list(said["errors"].values()) == ["At most 1 file."]


def test_the_page_before_the_start_calls_a_file_by_its_name_and_says_when_it_is_gone(bot, slack):
    bot.write("stack.yml", STACK.replace("title: Load it", "title: Load carefully\n    danger: true"), stack="post")
    board = slack.message_with("[Load carefully]")
    file = slack.upload("may.csv", b"1")

    slack.submit(opened(slack, "Load carefully", board), {"Report": [file]})
    page = slack.until(lambda: next((one for one in slack.snapshot()["modals"][1:] if "cat" in read(one)), None))
    slack.close(all_of_them=True)
    slack.fault("files.info", "error", error="file_deleted")
    slack.submit(opened(slack, "Load carefully", board), {"Report": [slack.upload("june.csv", b"1")]})

    assert "cat may.csv" in read(page)
    slack.until(lambda: "june.csv is gone in Slack." in "".join(map(read, slack.snapshot()["modals"])))
    slack.close(all_of_them=True)


def test_without_the_right_to_read_files_the_run_says_which_scope_is_missing(slack):
    manifest = slack.get("app")["manifest"]
    scopes = [one for one in manifest["oauth_config"]["scopes"]["bot"] if one != "files:read"]
    slack.post("app", manifest={**manifest, "oauth_config": {"scopes": {"bot": scopes}}})
    try:
        run = load(slack, slack.upload("report.csv", b"1"))
        run.until("*Failed*")
    finally:
        slack.post("app", manifest=manifest)

    assert "missing_scope" in read(run.message)
    assert "Install it again with manifest.yml." in read(run.message)
