"""HTTP mode: Slack calls the app's address, and signs what it sends."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.installed import InstalledApp
from bot.sandbox.journal import Journal
from bot.sandbox.letter import ACK_WITHIN_S, Ack, Letter, NotAcked
from bot.sandbox.wire import Json, Wrong

_FORM = "application/x-www-form-urlencoded"
_RETRY_REASONS = {"timeout": "http_timeout", "dispatch_failed": "connection_failed"}


class HttpDelivery:
    """Posts to the app's request_url; the body of its answer is the acknowledgement."""

    def __init__(self, app: InstalledApp, *, journal: Journal) -> None:
        self._app = app
        self._journal = journal
        self._session: ClientSession | None = None

    async def verify(self, url: str) -> None:
        """Ask the address to return a challenge, as Slack does before it takes an address. Raises Wrong."""
        challenge = secrets.token_hex(12)
        body = json.dumps({"type": "url_verification", "challenge": challenge, "token": "sandbox"})
        try:
            status, text = await self._post(url, body, "application/json", {})
        except NotAcked as error:
            raise Wrong(f"{url} does not answer: {error.word}.") from error
        if status != 200 or challenge not in text:
            raise Wrong(f"{url} answered {status} and did not return the challenge.")

    async def send(self, letter: Letter) -> Ack:
        """Post it and read the answer. Raises NotAcked."""
        body, content_type = _body(letter)
        headers = {}
        if letter.retry:
            reason = _RETRY_REASONS.get(letter.retry_reason, "http_error")
            headers = {"X-Slack-Retry-Num": str(letter.retry), "X-Slack-Retry-Reason": reason}
        entry = self._journal.add("http", type=letter.kind, body=letter.payload, retry=letter.retry)
        sent_at = time.monotonic()
        status, text = await self._post(self._app.request_url or "", body, content_type, headers)
        ms = (time.monotonic() - sent_at) * 1000
        entry["response"] = {"status": status, "body": text}
        if status != 200:
            raise NotAcked("http_service_error")
        payload = _payload(text)
        self._journal.add("ack", type=letter.kind, body=payload, ms=round(ms, 2), envelope_id=letter.id)
        return Ack(payload=payload, ms=ms)

    async def close(self) -> None:
        """Hang up."""
        if self._session:
            await self._session.close()

    async def _post(self, url: str, body: str, content_type: str, headers: dict[str, str]) -> tuple[int, str]:
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=ACK_WITHIN_S))
        signed = {**_signature(self._app.keys.signing_secret, body), "Content-Type": content_type, **headers}
        try:
            async with self._session.post(url, data=body.encode(), headers=signed) as answer:
                return answer.status, await answer.text()
        except asyncio.TimeoutError as error:  # noqa: UP041 - aiohttp's is a subclass of both
            raise NotAcked("operation_timeout") from error
        except (ClientError, OSError, ValueError) as error:
            raise NotAcked("dispatch_failed") from error


def _signature(secret: str, body: str) -> dict[str, str]:
    # By the machine's clock, not the workspace's: the app compares it with its own.
    at = str(int(time.time()))
    signed = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={signed}"}


def _body(letter: Letter) -> tuple[str, str]:
    match letter.kind:
        case "events_api":
            return json.dumps(letter.payload), "application/json"
        case "slash_commands":
            return urlencode(letter.payload), _FORM
        case "interactive":
            return urlencode({"payload": json.dumps(letter.payload)}), _FORM


def _payload(text: str) -> Json | None:
    """An answer as over a socket: plain words are the text of a message."""
    if not text.strip():
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {"text": text}
