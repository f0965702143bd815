"""Ctrl-C and SIGTERM, waited for."""

import signal
import threading
import time
from pathlib import Path

import pytest

from bot.cli.signals import caught


def test_a_signal_ends_nothing_and_comes_out_in_order():
    with caught() as signals:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)

        assert [signals.wait(0), signals.wait(0), signals.wait(0)] == [signal.SIGINT, signal.SIGTERM, None]


@pytest.mark.timeout(20)
def test_whoever_changes_their_mind_while_a_verb_comes_up_sees_no_trace(terminal):
    process = terminal.start("jobs")
    maps = Path(f"/proc/{process.pid}/maps")
    # Half of what a verb needs is there by then, and nothing listens to signals yet.
    while "pydantic_core" not in maps.read_text() and process.poll() is None:
        time.sleep(0.001)

    process.send_signal(signal.SIGINT)

    assert "Traceback" not in process.communicate(timeout=60)[1]


def test_a_signal_that_another_thread_was_given_is_heard_too():
    def take_it() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    with caught() as signals:
        threading.Timer(0.2, take_it).start()

        assert signals.wait() is signal.SIGTERM


def test_afterwards_they_mean_what_they_meant():
    before = signal.getsignal(signal.SIGTERM)

    with caught():
        assert signal.getsignal(signal.SIGTERM) is not before

    assert signal.getsignal(signal.SIGTERM) is before
