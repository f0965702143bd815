"""What becomes of the lines that ansible-playbook prints."""

import json

import pytest

from actions.ansible.lines import HostResult, TaskBegins, read_line
from actions.ansible.preview import preview_text
from actions.ansible.report import Report, first_line, names
from actions.api import HostState


def _line(what: str, **values: object) -> str:
    return json.dumps({"stackhand": what, **values})


def _result(host: str, state: str, task: str = "Put page", message: str = "") -> str:
    return _line("result", host=host, state=state, task=task, message=message)


def _end(host: str, **counts: int) -> str:
    return _line("end", host=host, **{"ok": 0, "changed": 0, "failed": 0, "unreachable": 0, "skipped": 0, **counts})


@pytest.fixture
def report(context) -> Report:
    return Report(context())


def test_ansibles_plain_words_go_to_the_log(report):
    report.take("[WARNING]: something is old")

    assert report.ctx.lines == ["[WARNING]: something is old"]


@pytest.mark.parametrize("text", ['{"stackhand": "new in a later version"}', '{"stackhand": ', "{}", "", "null"])
def test_a_line_that_is_not_ours_is_plain_words(text):
    assert read_line(text) is None


def test_a_message_whose_end_was_masked_away_still_says_how_the_task_went():
    whole = _result("web1", "failed", message="-----BEGIN RSA PRIVATE KEY-----\nMII")
    masked = whole.replace("-----BEGIN RSA PRIVATE KEY-----", "***", 1).split("***")[0] + "***"

    read = read_line(masked)

    assert isinstance(read, HostResult)
    assert (read.host, read.state, read.message) == ("web1", "failed", "(hidden)")


def test_a_quote_in_a_task_name_does_no_harm():
    assert read_line(_line("task", name='Say "hi"\n{"stackhand": 1}')) == TaskBegins(
        stackhand="task", name='Say "hi"\n{"stackhand": 1}'
    )


def test_the_total_is_unknown_once_more_tasks_come_than_were_counted(report):
    for text in (
        _line("playbook", tasks=1),
        _line("task", name="Read in more"),
        _line("task", name="Handler", handler=True),
        _line("task", name="One more"),
    ):
        report.take(text)

    assert report.ctx.steps == [(0, 1, "Read in more"), (0, 1, "Handler"), (1, None, "One more")]


def test_a_failure_that_the_playbook_rescued_is_none(report):
    for text in (_result("web1", "failed", message="oh"), _result("web1", "ok", "Mend it"), _end("web1", ok=2)):
        report.take(text)

    assert report.failed_hosts() == []
    assert report.ctx.last("web1") == (HostState.OK, "2 ok")


def test_a_host_that_was_lost_after_a_change_is_unreachable(report):
    for text in (_result("web1", "unreachable", message="timed out\nlong"), _end("web1", changed=1, unreachable=1)):
        report.take(text)

    assert report.ctx.last("web1") == (HostState.UNREACHABLE, "Put page: timed out")


def test_hosts_that_would_change_alike_are_shown_together(report):
    for host in ("web1", "web2", "web3"):
        if host != "web2":
            report.take(_line("diff", host=host, task="Put page", text="-old\n+new"))
            report.take(_result(host, "changed"))
        report.take(_end(host, ok=1))

    assert preview_text(report) == (
        "web1, web3: 1 task would change something\n  Put page\n    -old\n    +new\nweb2: nothing to change"
    )


def test_a_hosts_own_name_in_a_path_sets_no_two_hosts_apart(report):
    for host in ("web1", "web12"):
        report.take(_line("diff", host=host, task="Put page", text=f"+++ /srv/{host}/page"))
        report.take(_result(host, "changed"))
        report.take(_end(host, ok=1))

    assert preview_text(report) == ("web1, web12: 1 task would change something\n  Put page\n    +++ /srv/<host>/page")


def test_a_long_diff_is_cut_in_the_middle(report):
    report.take(_line("diff", host="web1", task="Put page", text="\n".join(f"+{number}" for number in range(100))))
    report.take(_result("web1", "changed"))
    report.take(_end("web1", ok=1))

    text = preview_text(report)

    assert "    +11\n    … 60 more lines\n    +72\n" in text
    assert text.endswith("    +99")


def test_many_hosts_are_counted_not_listed():
    assert names([f"web{number}" for number in range(12)]).endswith("web9 and 2 more")


def test_a_long_message_is_cut_for_a_sentence():
    assert first_line("x" * 300 + "\nmore") == "x" * 199 + "…"


@pytest.mark.parametrize(("plays", "web1"), [(1, HostState.CHANGED), (2, HostState.RUNNING)])
def test_a_host_is_done_with_its_batch_unless_a_later_play_comes_to_it(report, plays, web1):
    for text in (
        _line("playbook", tasks=None, plays=plays),
        _line("play", name="Restart", pattern="all", id="a"),
        *(_line("start", host=host, task="Restart it") for host in ("web1", "web2", "web3")),
        _result("web1", "changed"),
        _result("web2", "ok"),
        _result("web3", "failed"),
        _line("play", name="Restart", pattern="all", id="a"),
        _line("start", host="web4", task="Restart it"),
    ):
        report.take(text)

    assert report.ctx.last("web1")[0] is web1
    assert report.ctx.last("web2")[0] is (HostState.OK if plays == 1 else HostState.RUNNING)
    assert report.ctx.last("web3")[0] is HostState.FAILED
    assert report.ctx.last("web4")[0] is HostState.RUNNING
