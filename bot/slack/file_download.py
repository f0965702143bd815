"""Fetching a file that somebody gave to a form, piece by piece: memory stays small at any size."""

import ssl
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage
from math import inf
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request

from bot.base.errors import Refused
from bot.base.text import format_bytes
from bot.model.file import GivenFile
from bot.slack.client import Later, Never, Unsure, call, make_client, may_answer_at, opener

_TIMEOUT_S = 60
_PIECE_BYTES = 64 * 1024
_GONE = {"file_not_found", "file_deleted"}
_ANEW = "Start the job with the file anew."
_SCOPE = "Has the app the scope files:read? Install it again with manifest.yml."


class FileDownload:
    """Fetches files: the implementation of `runner.files.Download`."""

    def __init__(self, token: str, *, api_url: str) -> None:
        self._token = token
        self._api_url = api_url if api_url.endswith("/") else f"{api_url}/"
        self._tls = ssl.create_default_context()
        self._client = make_client(token, api_url=self._api_url, tls=self._tls, patience_s=inf)

    def __call__(self, file: GivenFile, write: Callable[[bytes], object]) -> None:
        """Hand on its content piece by piece. Raises Refused when it is gone, another one, or larger than was said."""
        url = self._where(file)
        request = Request(url, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310 - Slack's own address
        size = 0
        try:
            with opener(url, self._tls, _NowhereElse()).open(request, timeout=_TIMEOUT_S) as answer:
                while piece := answer.read(_PIECE_BYTES):
                    size += len(piece)
                    if size > file.size:
                        said = format_bytes(file.size)
                        raise Refused(f"{file.name} is larger than the {said} that Slack spoke of.", hint=_ANEW)
                    write(piece)
        except HTTPError as error:
            error.close()  # it holds the answer, and with it the connection
            if error.code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
                raise _gone(file) from error
            raise Refused(f"Slack did not give {file.name}: it answered {error.code}.", hint=_SCOPE) from error
        except (HTTPException, OSError) as error:
            raise _not_now(file, str(getattr(error, "reason", error)) or type(error).__name__) from error
        if size < file.size:
            raise _not_now(file, f"only {format_bytes(size)} of {format_bytes(file.size)} came")

    def _where(self, file: GivenFile) -> str:
        """Its address, as Slack itself says it: what came with the form is believed only so far."""
        try:
            shown: dict[str, Any] = call(self._client.files_info, file=file.source)["file"]
        except Never as never:
            if never.error in _GONE:
                raise _gone(file) from never
            raise Refused(f"Slack did not give {file.name}: {never}.", hint=_SCOPE) from never
        except (Later, Unsure) as unsure:
            raise _not_now(file, str(unsure)) from unsure
        url = str(shown.get("url_private_download") or "")
        if shown.get("user") != file.person or not may_answer_at(url, api_url=self._api_url):
            raise Refused(f"{file.name} is not a file of the person who gave it.", hint=_ANEW)
        return url


class _NowhereElse(HTTPRedirectHandler):
    """Follows no redirect: the token is for Slack alone, and without a right Slack leads to its sign-in page."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Go nowhere."""
        del req, fp, code, msg, headers, newurl


def _gone(file: GivenFile) -> Refused:
    return Refused(f"{file.name} is gone in Slack.", hint=_ANEW)


def _not_now(file: GivenFile, why: str) -> Refused:
    return Refused(f"Slack did not give {file.name}: {why}.", hint="Run it again in a moment.")
