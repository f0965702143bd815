"""Which pages a delivery network is to forget: what people ask for, the same words for every maker."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, model_validator

from actions.api import Field, Outputs

#: What stands for itself in a path with a query (https://www.rfc-editor.org/rfc/rfc3986#section-3.3); `%` begins what
#: was quoted already.
_PLAIN = "/?&=%:@,;+~!$*'()"
_Value = Annotated[str, Field(min_length=1, pattern=r"^[^\s\x00-\x1f]+$")]
What = Literal["url", "prefix", "host", "tag", "everything"]


class Purged(Outputs):
    """The numbers under which the network has taken the order; ask its maker about them."""

    ids: list[str] = Field(default=[])


class Pages(BaseModel):
    """The fields that all networks share."""

    what: What = Field(description="by what pages are chosen", examples=["everything", "url"])
    values: list[_Value] = Field(
        default=[],
        description="which ones: addresses with their host, host names, or tags; none for `everything`",
        examples=[["https://www.example.org/news"]],
    )

    @model_validator(mode="after")
    def _says_which(self) -> Any:
        if bool(self.values) == (self.what == "everything"):
            raise ValueError("`values` say which ones, and are left out only for `everything`")
        if self.what in {"url", "prefix"}:
            for value in self.values:
                host_and_path(value)
        return self

    @property
    def called(self) -> str:
        """What is forgotten, in words."""
        return "everything" if self.what == "everything" else f"{self.what} {', '.join(self.values)}"


def host_and_path(address: str) -> tuple[str, str]:
    """Host and path of an address, with its query and as it goes over the wire. Raises ValueError if it has no host."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    if not parts.hostname:
        raise ValueError(f"{address} has no host: write it like https://www.example.org/news")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.netloc.rpartition("@")[2], quote(path, safe=_PLAIN)


def portions(values: Sequence[str], most: int) -> list[list[str]]:
    """*values*, at most so many together."""
    return [list(values[start : start + most]) for start in range(0, len(values), most)]
