"""Reads the results of tests: JUnit XML and TAP."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import ParseError

from junitparser import Error, Failure, JUnitXml, JUnitXmlError, Skipped, TestCase, TestSuite
from tap.parser import Parser

from actions.api import ActionFailed


@dataclass(frozen=True)
class Result:
    """How one test came out."""

    name: str
    #: What it said when it failed, in one line; None: it did not fail.
    failure: str | None
    is_skipped: bool = False


def read_junit(file: Path) -> list[Result]:
    """The results in a JUnit XML file. Raises ActionFailed when it is none."""
    try:
        found = JUnitXml.fromfile(str(file))
    except (JUnitXmlError, ParseError, OSError, ValueError) as error:
        raise ActionFailed(
            "The tests wrote no JUnit XML.", hint="Hand {report} to the program: pytest takes --junitxml={report}."
        ) from error
    return [_junit(case) for case in _cases(found)]


def read_tap(lines: Sequence[str]) -> list[Result]:
    """The results in TAP lines; fewer than the plan promised count as a failure. Other lines are passed over."""
    results: list[Result] = []
    planned: int | None = None
    for line in Parser().parse_text("\n".join(lines)):
        if line.category == "plan":
            planned = line.expected_tests
        elif line.category == "bail":
            results.append(Result("the tests", f"they gave up: {line.reason}"))
        elif line.category == "test":
            is_bad = not line.ok and not line.todo and not line.skip
            name = line.description.removeprefix("- ").strip() or f"test {line.number}"
            results.append(Result(name, "not ok" if is_bad else None, is_skipped=bool(line.skip)))
    if planned is not None and len(results) < planned:
        results.append(Result("the plan", f"{planned} tests were promised and {len(results)} came"))
    return results


def _cases(found: JUnitXml | TestSuite) -> Iterator[TestCase]:
    for item in found:
        if isinstance(item, TestCase):
            yield item
        else:
            yield from _cases(item)


def _junit(case: TestCase) -> Result:
    bad = next((one for one in case.result if isinstance(one, Failure | Error)), None)
    said = None
    if bad is not None:
        said = next(
            (line.strip() for line in f"{bad.message or ''}\n{bad.text or ''}".split("\n") if line.strip()), "failed"
        )
    return Result(case.name or "a test", said, is_skipped=any(isinstance(one, Skipped) for one in case.result))
