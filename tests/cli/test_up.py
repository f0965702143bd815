"""`stackhand up` and `worker`: the bot, and what terminals do while it is up."""

import os
import re
import signal
from urllib.request import urlopen

import pytest


def ready(process):
    """The line that says that the bot is up."""
    line = process.stdout.readline()
    assert line.startswith("Ready: "), process.stderr.read()
    return line.strip()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_its_page_is_and_ends_cleanly(terminal, ending):
    bot = terminal.start("up", "--port", "0")

    line = ready(bot)
    assert re.fullmatch(r"Ready: http://127\.0\.0\.1:\d+/", line)
    with urlopen(line.removeprefix("Ready: ")) as page:
        assert page.status == 200
    bot.send_signal(ending)
    said, complained = bot.communicate(timeout=30)

    assert (bot.returncode, said) == (0, "")
    assert "Traceback" not in complained


def test_whoever_starts_it_at_a_terminal_reads_what_to_do_with_its_page(terminal):
    """Before that line stood that webhooks are taken at an address of which nobody knew what it was for."""
    ours, its = os.openpty()
    with os.fdopen(its, "w") as screen:
        bot = terminal.start("up", "--port", "0", stdout=screen)
    said = ""
    while "next start." not in " ".join(said.split()):
        said += os.read(ours, 1000).decode()
    bot.terminate()

    complained = bot.communicate(timeout=30)[1]
    os.close(ours)
    assert "Open that page in a browser: a small Slack, to try everything in." in " ".join(said.split())
    assert complained == ""


def test_one_set_of_data_has_one_bot(terminal):
    bot = terminal.start("up", "--port", "0")
    ready(bot)

    second = terminal.call("up", "--port", "0")

    assert (second.returncode, second.stdout) == (2, "")
    assert f"(process {bot.pid})" in second.stderr
    assert second.stderr.count("\n") == 1


def test_a_mistake_in_a_stack_is_told_when_the_bot_comes_up(terminal):
    terminal.write_stack("broken", "stack: broken\njobs: {go: {steps: [{uses: no.such}]}}\n")
    bot = terminal.start("up", "--port", "0")
    ready(bot)

    bot.terminate()

    assert "stacks/broken/stack.yml:2" in bot.communicate(timeout=30)[1]


def test_an_outside_world_that_cannot_be_read_is_named_in_one_sentence_and_left_alone(terminal):
    kept = terminal.data / "outside.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("{half")

    done = terminal.call("up", "--port", "0")

    assert (done.returncode, done.stdout, kept.read_text()) == (2, "", "{half")
    assert done.stderr == (
        f"The sandbox's outside world cannot be read from {kept}. "
        "Mend the file, or move it away: the outside world then begins anew.\n"
    )


def test_a_run_of_the_terminal_is_done_by_the_bot_that_is_up(terminal):
    bot = terminal.start("worker")
    assert ready(bot) == "Ready: advancing runs"
    caller = terminal.start("run", "demo", "sleep", "-e", "here")
    while "running" not in caller.stdout.readline():
        pass

    caller.kill()
    caller.wait(timeout=10)

    # The one that started it is gone, and it still runs; whoever cancels it only asks the bot to.
    assert terminal.json("show", "1")["status"] == "running"
    assert terminal.call("cancel", "1").returncode == 0
    assert bot.poll() is None


def test_a_terminal_takes_over_when_the_bot_dies(terminal):
    bot = terminal.start("worker")
    ready(bot)
    caller = terminal.start("run", "demo", "sleep", "-e", "here")
    while "running" not in caller.stdout.readline():
        pass

    bot.kill()
    bot.wait(timeout=10)
    caller.send_signal(signal.SIGINT)
    said, _ = caller.communicate(timeout=60)

    assert caller.returncode == 4, said


def test_a_refused_token_is_one_sentence(terminal, slack):
    settings = {"SLACK_BOT_TOKEN": "xoxb-old", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": slack}

    done = terminal.call("up", **settings)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Slack refused the bot token (invalid_auth).")
    assert done.stderr.count("\n") == 1
