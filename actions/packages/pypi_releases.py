"""The releases of a Python package."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version as Number

from actions.api import Check, CheckContext, Field, Version
from actions.packages.client import Address, is_for_trying, moment, part, read_json

_JSON = "application/vnd.pypi.simple.v1+json"


class PypiReleases(Check[Version]):
    """List the releases of a Python package in an index, and see when one is yanked."""

    lists_all: ClassVar[bool] = True
    appeared: ClassVar[str] = "was released"

    package: str = Field(
        description="its name", pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", examples=["ansible-core"]
    )
    index: Address = Field(
        description="the address of an index that speaks the simple API in JSON",
        examples=["https://packages.example.org/simple"],
    )

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """One version per release: https://packaging.python.org/en/latest/specifications/simple-repository-api/."""
        name = canonicalize_name(self.package)
        listed = read_json(ctx, f"{self.index.rstrip('/')}/{name}/", what=f"package {self.package}", accept=_JSON)
        files: dict[str, list[Any]] = {}
        for file in part(listed, "files") or ():
            if number := _number(str(part(file, "filename"))):
                files.setdefault(number, []).append(file)
        return [self._version(number, of_it) for number, of_it in files.items()]

    def _version(self, number: str, files: list[Any]) -> Version:
        return Version(
            number=number,
            name=f"{self.package} {number}",
            url=_page(self.index, self.package, number),
            published_at=min(filter(None, (moment(part(file, "upload-time")) for file in files)), default=None),
            is_prerelease=is_for_trying(number),
            # PEP 592: a release is yanked when all of its files are.
            is_yanked=all(part(file, "yanked") for file in files),
        )


def _page(index: str, package: str, number: str) -> str:
    """Where people read about a release; empty where the index is none of those that have such pages."""
    place = urlsplit(index)
    has_pages = str(place.hostname).startswith("pypi.") and place.path.rstrip("/") == "/simple"
    return f"{place.scheme}://{place.netloc}/project/{package}/{number}/" if has_pages else ""


def _number(filename: str) -> str:
    """The release that a file belongs to; empty where its name does not say it, as of very old ones."""
    try:
        found: Number = (
            parse_wheel_filename(filename)[1] if filename.endswith(".whl") else parse_sdist_filename(filename)[1]
        )
    except (InvalidWheelFilename, InvalidSdistFilename):
        return ""
    return str(found)
