"""Which records of the audit are meant."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.base.text import parse_moment
from bot.model.audit import AuditFilter, AuditRecord

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECORD = AuditRecord(
    id=1,
    at=NOW,
    person_id="U0ADA",
    person="Ada Lovelace",
    origin="slack",
    verb="start",
    target="shop/deploy/production",
    answer="allowed",
    detail="",
    hash="",
)


@pytest.mark.parametrize(
    ("only", "is_meant"),
    [
        (AuditFilter(), True),
        (AuditFilter(person="lovelace"), True),
        (AuditFilter(person="u0ada"), True),
        (AuditFilter(person="U0"), False),
        (AuditFilter(target="shop/*"), True),
        (AuditFilter(target="*/staging"), False),
        (AuditFilter(since=NOW), True),
        (AuditFilter(since=NOW + timedelta(seconds=1)), False),
        (AuditFilter(person="ada", target="web/*"), False),
    ],
)
def test_a_filter_takes_what_fits_all_it_asks_for(only: AuditFilter, is_meant: bool) -> None:
    assert only.takes(RECORD) is is_meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("7d", datetime(2026, 11, 17, 12, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T10:00+02:00", datetime(2026, 11, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_moment_is_written_as_a_length_or_a_date(written: str, meant: datetime) -> None:
    assert parse_moment(written, NOW) == meant


def test_what_is_no_moment_is_told() -> None:
    with pytest.raises(ValueError, match=r'"yesterday" is no moment\. Write it like 7d'):
        parse_moment("yesterday", NOW)
