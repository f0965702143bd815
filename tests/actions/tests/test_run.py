"""Results of tests are counted, and the first that failed are named."""

import sys

import pytest

from actions.api import ActionFailed
from actions.tests.run import Run

JUNIT = """\
import sys
open(sys.argv[1], "w").write('''<testsuites><testsuite name="shop">{cases}</testsuite></testsuites>''')
sys.exit({code})
"""
PASSED = '<testcase name="opens"/><testcase name="old"><skipped/></testcase>'
FAILED = (
    '<testcase name="pays"><failure message="500 is not 200"/></testcase>'
    '<testcase name="x"><error>boom</error></testcase>'
)


def junit(cases: str, code: int = 0) -> Run:
    return Run(argv=[sys.executable, "-c", JUNIT.format(cases=cases, code=code), "{report}"])


def tap(text: str, code: int = 0) -> Run:
    program = f"print({text!r}); raise SystemExit({code})"
    return Run(argv=[sys.executable, "-c", program], results="tap")


def test_tests_that_pass_are_counted(context):
    done = junit(PASSED).run(context())

    assert (done.total, done.passed, done.failed, done.skipped) == (2, 1, 0, 1)


def test_the_first_failures_are_named_with_what_they_say(context):
    with pytest.raises(ActionFailed) as failed:
        junit(PASSED + FAILED, code=1).run(context())

    assert failed.value.reason == "2 of 4 tests failed: pays: 500 is not 200; x: boom."


def test_a_failure_counts_also_where_the_program_says_that_all_is_well(context):
    with pytest.raises(ActionFailed, match="2 of 2 tests failed"):
        junit(FAILED, code=0).run(context())


@pytest.mark.parametrize("text", ["1..2\nok 1 - opens\nok 2 - pays", "TAP version 13\n1..1\nok 1 - opens"])
def test_tap_that_passes_is_counted(context, text):
    assert tap(text).run(context()).failed == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1..2\nok 1 - opens\nnot ok 2 - pays", "1 of 2 tests failed: pays: not ok."),
        ("1..3\nok 1 - opens", "1 of 2 tests failed: the plan: 3 tests were promised and 1 came."),
        ("1..2\nok 1 - opens\nBail out! no database", "the tests: they gave up: no database"),
    ],
)
def test_tap_that_fails_says_what(context, text, said):
    with pytest.raises(ActionFailed) as failed:
        tap(text).run(context())

    assert said in failed.value.reason


def test_no_test_at_all_proves_nothing(context):
    with pytest.raises(ActionFailed, match="nothing is proven"):
        junit("").run(context())


def test_a_program_that_breaks_before_it_writes_a_report_is_named_with_its_last_words(context):
    with pytest.raises(ActionFailed, match="ended with code 3") as failed:
        Run(argv=["sh", "-c", "echo no browser; exit 3"]).run(context())

    assert failed.value.hint == "Its last words: no browser"


def test_a_program_without_a_report_proves_nothing(context):
    with pytest.raises(ActionFailed, match="no JUnit XML"):
        Run(argv=["true"]).run(context())
