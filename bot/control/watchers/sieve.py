"""Which versions of a resource count, and in which order they stand."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import semver
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion
from packaging.version import Version as Ordered

from actions.api import Version
from bot.base.text import format_duration
from bot.model.watch import VersionFilter

#: What stands before the number proper: "v1.2", "release-1.2", "terraform_1.2".
_PREFIX = re.compile(r"^[^\d]*(?=\d)")


def ordered(number: str) -> Ordered | None:
    """*number* as something that can be compared; None when it is no version, but a name or a commit."""
    bare = _PREFIX.sub("", number.strip())
    try:
        return Ordered(bare)
    except InvalidVersion:
        return _by_semver(bare)


def in_order(versions: Iterable[Version]) -> list[Version]:
    """Newest last: by number where all can be compared, else by when they were published, else as they were listed."""
    listed = list(versions)
    numbers = [ordered(version.number) for version in listed]
    comparable = [number for number in numbers if number is not None]
    if len(comparable) == len(listed):
        pairs = sorted(zip(comparable, listed, strict=True), key=lambda pair: pair[0])
        return [version for _, version in pairs]
    moments = [version.published_at for version in listed if version.published_at is not None]
    if len(moments) == len(listed):
        return [version for _, version in sorted(zip(moments, listed, strict=True), key=lambda pair: pair[0])]
    return listed


def verdict(
    version: Version, chosen: VersionFilter, *, now: datetime, first_seen_at: datetime | None, deployed: str
) -> str:
    """Why *version* does not count, in a few words; empty when it does.

    *first_seen_at* is when it was first seen, None if that is now; *deployed* is what runs now, empty if not known.
    """
    return (
        _by_words(version, chosen)
        or _by_number(version, chosen)
        or _by_age(version, chosen, now, first_seen_at)
        or _by_what_runs(version, chosen, deployed)
    )


def newest(numbers: Sequence[str]) -> str:
    """The newest of *numbers*; empty when there is none."""
    return in_order([Version(number=number) for number in numbers])[-1].number if numbers else ""


def _by_words(version: Version, chosen: VersionFilter) -> str:
    if version.is_yanked:
        return "it was withdrawn"
    if chosen.include is not None and not re.fullmatch(chosen.include, version.number):
        return f"it does not match {chosen.include}"
    if chosen.ignore is not None and re.fullmatch(chosen.ignore, version.number):
        return f"it matches {chosen.ignore}, which is ignored"
    return ""


def _by_number(version: Version, chosen: VersionFilter) -> str:
    number = ordered(version.number)
    if not chosen.prereleases and (version.is_prerelease or (number is not None and number.is_prerelease)):
        return "it is a pre-release"
    if chosen.range is None:
        return ""
    if number is None:
        return f"its number cannot be compared with {chosen.range}"
    return "" if SpecifierSet(chosen.range, prereleases=True).contains(number) else f"it is not {chosen.range}"


def _by_age(version: Version, chosen: VersionFilter, now: datetime, first_seen_at: datetime | None) -> str:
    if chosen.min_age_s is None:
        return ""
    age, wanted = now - (version.published_at or first_seen_at or now), timedelta(seconds=chosen.min_age_s)
    return "" if age >= wanted else f"it is younger than {format_duration(wanted)}"


def _by_what_runs(version: Version, chosen: VersionFilter, deployed: str) -> str:
    if not chosen.newer:
        return ""
    number, runs = ordered(version.number), ordered(deployed)
    if number is None or runs is None:
        return f"it cannot be compared with {deployed}" if deployed else "it is not known what is deployed"
    return "" if number > runs else f"{deployed} is deployed"


def _by_semver(bare: str) -> Ordered | None:
    """`1.2.3-next.4`, which Python's own rules do not know: a pre-release of 1.2.3."""
    try:
        parsed = semver.Version.parse(bare)
    except ValueError:
        return None
    last = re.search(r"(\d+)$", parsed.prerelease or "")
    suffix = f"a{last[1] if last else 0}" if parsed.prerelease else ""
    return Ordered(f"{parsed.major}.{parsed.minor}.{parsed.patch}{suffix}")
