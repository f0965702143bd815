"""Matchers are read as Alertmanager writes them, and those that choose nothing are refused."""

import pytest

from actions.monitoring.silence import Silence


@pytest.mark.parametrize("matchers", [['a=~".*"'], ['a=""'], ['a!="x"'], ["nonsense"], ['a=~"("'], []])
def test_matchers_that_would_match_everything_or_nothing_readable_are_refused(matchers):
    with pytest.raises(ValueError, match=r"match every alert|no matcher|no regular expression|at least 1"):
        Silence(url="http://127.0.0.1:1", matchers=matchers, minutes=1, comment="x")


def test_two_ways_of_writing_a_matcher_are_one():
    silence = Silence(url="http://127.0.0.1:1", matchers=[" severity = critical "], minutes=1, comment="x")

    assert silence.matchers == ['severity="critical"']
