"""What follows an answer lets the others' answers go first."""

import threading
import time

from bot.slack.rush import Rush


def test_work_waits_until_everybody_is_answered() -> None:
    rush, order = Rush(), list[str]()

    def work() -> None:
        rush.let_pass()
        order.append("work")

    with rush.one_more():
        worker = threading.Thread(target=work)
        worker.start()
        order.append("answer")
    worker.join()

    assert order == ["answer", "work"]


def test_work_waits_for_a_moment_only() -> None:
    rush = Rush()
    began = time.monotonic()

    with rush.one_more():
        rush.let_pass()

    assert time.monotonic() - began < 2


def test_nothing_waits_when_nobody_does() -> None:
    rush = Rush()
    began = time.monotonic()

    rush.let_pass()

    assert time.monotonic() - began < 0.1
