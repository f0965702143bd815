"""A file is fetched from Slack alone, as large as Slack said and no larger, and only if it is its giver's."""

from collections.abc import Iterator
from json import dumps
from typing import Any

import pytest

from bot.base.errors import Refused
from bot.model.file import GivenFile
from bot.slack.file_download import FileDownload
from tests.fakes.serving import Handler, serving

FILE = GivenFile(ref="r", person="U0ADA", source="F1", name="report.csv", size=5, sha256="")


class Cellar:
    """As much of Slack as has files."""

    def __init__(self) -> None:
        self.shown: dict[str, Any] = {"user": "U0ADA"}
        self.content = b"1,2,3"
        self.status = 200
        self.tokens: list[str | None] = []
        self.url = ""


@pytest.fixture
def cellar() -> Iterator[Cellar]:
    found = Cellar()

    class Files(Handler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer(200, dumps({"ok": True, "file": found.shown}).encode())

        def do_GET(self) -> None:
            found.tokens.append(self.headers["Authorization"])
            self._answer(found.status, found.content)

        def _answer(self, status: int, content: bytes) -> None:
            self.reply(status, content, {"Location": f"{found.url}elsewhere"})

    with serving(Files) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/"
        found.shown["url_private_download"] = f"{found.url}files/F1"
        yield found


def fetched(cellar: Cellar) -> bytes:
    pieces: list[bytes] = []
    FileDownload("xoxb-1", api_url=f"{cellar.url}api")(FILE, pieces.append)
    return b"".join(pieces)


def test_a_file_comes_with_the_bots_token(cellar: Cellar) -> None:
    assert fetched(cellar) == b"1,2,3"
    assert cellar.tokens == ["Bearer xoxb-1"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"content": b"x" * 100_000}, "report.csv is larger than the 5 bytes that Slack spoke of."),
        ({"content": b"1,2"}, "Slack did not give report.csv: only 3 bytes of 5 bytes came."),
        ({"status": 302}, "Slack did not give report.csv: it answered 302."),
        ({"status": 404}, "report.csv is gone in Slack."),
        ({"shown": {"user": "U0GRACE"}}, "report.csv is not a file of the person who gave it."),
    ],
)
def test_what_is_not_that_very_file_is_refused(cellar: Cellar, change: dict[str, Any], sentence: str) -> None:
    cellar.shown |= change.pop("shown", {})
    for name, value in change.items():
        setattr(cellar, name, value)

    with pytest.raises(Refused) as refused:
        fetched(cellar)

    assert refused.value.reason == sentence


@pytest.mark.parametrize("url", ["https://files.example.org/F1", "http://files.slack.com/F1", "file:///etc/passwd", ""])
def test_the_token_goes_to_slack_and_nowhere_else(cellar: Cellar, url: str) -> None:
    cellar.shown["url_private_download"] = url

    with pytest.raises(Refused, match="not a file of the person"):
        fetched(cellar)

    assert cellar.tokens == []
