"""One value in one file of a repository, and the branch on which it becomes another."""

import re

from pydantic import BaseModel, field_validator

from actions.api import ActionFailed, Field, Outputs

_UNFIT = re.compile(r"[^A-Za-z0-9._]+")


class Opened(Outputs):
    """What was opened; all empty when the file has the value already."""

    number: int = 0
    url: str = ""
    branch: str = ""
    before: str = ""
    value: str = ""


class Change(BaseModel):
    """The fields that say what becomes what."""

    path: str = Field(description="the file, from the root of the repository", examples=["infra/versions.tf"])
    pattern: str = Field(
        description="a regular expression with one group: the value that becomes another; it has to be there once",
        examples=[r'required_version = "([\d.]+)"'],
    )
    value: str = Field(description="the new value", min_length=1, examples=["1.10.0"])
    title: str = Field(description="its title, and the commit's message", min_length=1, examples=["Terraform 1.10.0"])
    text: str = Field(default="", description="its description, in Markdown", examples=["See the release notes."])
    base: str | None = Field(
        default=None, description="the branch it is for; the default branch if not given", examples=["main"]
    )
    branch: str | None = Field(
        default=None,
        description="the branch it is made on; made from file and value if not given",
        examples=["terraform-1.10.0"],
    )
    labels: list[str] = Field(default=[], description="labels to put on it", examples=[["dependencies"]])

    @field_validator("pattern")
    @classmethod
    def _has_one_group(cls, written: str) -> str:
        try:
            groups = re.compile(written).groups
        except re.error as error:
            raise ValueError(f"it is no regular expression: {error}") from error
        if groups != 1:
            raise ValueError(f"it has one group, around the value, not {groups}")
        return written

    @property
    def on_branch(self) -> str:
        """The same branch for the same change, so that a second try finds the first."""
        name = self.path.rpartition("/")[2]
        return self.branch or f"stackhand/{_UNFIT.sub('-', name)}-{_UNFIT.sub('-', self.value).strip('.-')}"

    def before(self, text: str) -> str:
        """The value in *text*. Raises ActionFailed where it is not there exactly once."""
        return self._found(text)[1]

    def changed(self, text: str) -> str:
        """*text* with the new value. Raises ActionFailed where the old one is not there exactly once."""
        found = self._found(text)
        return text[: found.start(1)] + self.value + text[found.end(1) :]

    def _found(self, text: str) -> re.Match[str]:
        found = [match for match in re.finditer(self.pattern, text, re.MULTILINE) if match[1] is not None]
        if len(found) != 1:
            raise ActionFailed(
                f"{self.path} has {len(found)} places that match {self.pattern}, not one.",
                hint="Write more of what stands around the value into `pattern`.",
            )
        return found[0]

    def plan(self, before: str, what: str, base: str) -> str:
        """What would happen, in words; *what* is what the host calls it."""
        if before == self.value:
            return f"{self.path} has {self.value} already: nothing to do."
        return f"{self.path}: {before} → {self.value}\nOn branch {self.on_branch}, as {what} “{self.title}” for {base}."
