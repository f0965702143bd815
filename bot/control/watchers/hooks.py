"""Calls from outside: who calls proves it, each call counts once, and what it says is only data."""

import hashlib
import hmac
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from actions.api import ActionFailed
from bot.base.clock import Clock
from bot.base.errors import NotAllowed, NotFound, Refused
from bot.base.redact import Redactor
from bot.base.text import join_words, unwritable
from bot.catalog.catalog import Catalog
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.control.watchers.triggers import Triggers
from bot.model.message import MessageKind
from bot.model.stack import Stack
from bot.model.watch import Signature, TriggerKind, Webhook, watcher_id
from bot.store.store import Store, Transaction

#: How old a call may be that says when it was made.
_WINDOW = timedelta(minutes=5)
#: How long a call is remembered, so that the same one is not taken again.
_KEEP = timedelta(days=7)
#: Callers that show the secret itself could say anything: the same again is only the same call when it comes so soon.
_SHOW_THE_SECRET = {Signature.GITLAB, Signature.BEARER, Signature.ALERTMANAGER}
_SENT_AGAIN = timedelta(minutes=5)
#: Alertmanager's marks of an alert, by which it is known again, are shorter.
_LONGEST_MARK = 100


@dataclass(frozen=True, kw_only=True)
class Call:
    """What arrived at /hooks/STACK/NAME. Names of headers are in lower case."""

    stack: str
    name: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> bytes:
        """What was sent in a header, byte for byte; empty when it was not."""
        return self.headers.get(name, "").encode(errors="surrogateescape")


class Hooks:
    """Takes calls of webhooks."""

    def __init__(
        self,
        *,
        store: Store,
        catalog: Catalog,
        triggers: Triggers,
        clock: Clock,
        read_secret: Callable[[str, Path], str],
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._triggers = triggers
        self._clock = clock
        self._read_secret = read_secret

    def take(self, call: Call) -> bool:
        """Owe what a call asks for. False: it was taken before, and nothing follows.

        Raises NotFound, NotAllowed when it is not signed as declared, and Refused when it cannot be read.
        """
        stack = self._catalog.stack(call.stack)
        hook = stack.webhooks.get(call.name)
        if hook is None:
            raise NotFound(f'{stack.title} has no webhook "{call.name}".')
        secret, now = self._secret(stack, hook), self._clock.now()
        if not is_signed(hook.sign, secret.encode(), call, now):
            raise NotAllowed("The call is not signed as the stack declares it.")
        payload = _without(secret, _payload(call.body))
        digest = hashlib.sha256(_signed_part(hook.sign, call)).hexdigest()
        try:
            return self._take(stack, hook, payload, digest, now)
        except ExpressionProblem as problem:
            written = json.dumps([hook.when, hook.fields], sort_keys=True, default=str)
            mend = "Mend its `when` or `fields` in stack.yml; calls that go wrong until then are refused silently."
            self._complain(stack, hook, f"could not be taken: {problem} {mend}", about=written)
            raise

    def _secret(self, stack: Stack, hook: Webhook) -> str:
        try:
            return self._read_secret(hook.secret, stack.folder)
        except ActionFailed as problem:
            # Who calls has proved nothing yet: why it cannot be told from others is for the owners alone.
            why = f"{problem.reason} {problem.hint}".strip()
            text = f"could not be checked: {why} Until then all of them are refused."
            self._complain(stack, hook, text, about=hook.secret)
            raise NotAllowed("The call is not signed as the stack declares it.") from problem

    def _take(self, stack: Stack, hook: Webhook, payload: Any, digest: str, now: datetime) -> bool:
        with self._store.begin() as tx:
            # By what is signed, not by the id that the caller gives: whoever sends it again could change that.
            shows_secret = hook.sign in _SHOW_THE_SECRET
            id, same_for = f"{stack.name}/{hook.name}/{digest}", _SENT_AGAIN if shows_secret else _KEEP
            if not tx.starts.deliver(id, now, same_for=same_for, keep=_KEEP):
                return False
            tx.watchers.sooner([watcher_id(stack.name, name) for name in hook.look], now)
            if hook.sign is Signature.ALERTMANAGER:
                self._alerts(tx, stack, payload)
            self._called(tx, stack, hook, payload, f"{digest}:{now.isoformat()}" if shows_secret else digest)
        return True

    def _called(self, tx: Transaction, stack: Stack, hook: Webhook, payload: Any, call: str) -> None:
        scope = {"payload": payload, "vars": self._catalog.vars}
        if hook.when is not None and not evaluate(hook.when, scope):
            return
        given = {"webhook": evaluate(hook.fields, scope)}
        for job, trigger in self._triggers.listening(stack, TriggerKind.WEBHOOK, hook.name):
            cause = f"because the webhook {hook.name} was called"
            self._triggers.owe(tx, stack, job, trigger, given=given, event=f"hook:{hook.name}:{call}", cause=cause)

    def _complain(self, stack: Stack, hook: Webhook, text: str, *, about: str) -> None:
        """Tell the owners what is wrong with a call, once for each way in which what it is *about* is written."""
        if stack.channel is None:
            return
        key = f"hook:{stack.name}/{hook.name}:wrong:{hashlib.sha256(about.encode()).hexdigest()[:16]}"
        owners = f"{join_words(stack.owners)}: " if stack.owners else ""
        body = {"text": f"{owners}a call of the webhook *{hook.name}* {text}"}
        with self._store.begin() as tx:
            tx.messages.owe_once(key=key, kind=MessageKind.FIXED, channel=stack.channel, body=body)

    def _alerts(self, tx: Transaction, stack: Stack, payload: Any) -> None:
        for alert in _firing(payload):
            labels = alert["labels"]
            for job, trigger in self._triggers.listening(stack, TriggerKind.ALERT):
                if trigger.labels.items() <= labels.items():
                    # An alert that goes on is told again and again; one that fires anew has another start.
                    event = f"alert:{alert['fingerprint']}:{alert['since']}"
                    cause = f"because the alert {labels.get('alertname', alert['fingerprint'])} fires"
                    self._triggers.owe(tx, stack, job, trigger, given={"alert": alert}, event=event, cause=cause)


def is_signed(sign: Signature, secret: bytes, call: Call, now: datetime) -> bool:
    """Does *call* prove that its caller knows *secret*, in the way that was declared?"""
    if sign is Signature.GITLAB:
        return hmac.compare_digest(call.header("x-gitlab-token"), secret)
    if sign in (Signature.ALERTMANAGER, Signature.BEARER):
        return hmac.compare_digest(call.header("authorization"), b"Bearer " + secret)
    header = "x-hub-signature-256" if sign is Signature.GITHUB else "x-signature-256"
    wanted = "sha256=" + hmac.new(secret, _signed_part(sign, call), hashlib.sha256).hexdigest()
    is_right = hmac.compare_digest(call.header(header), wanted.encode())
    return is_right and (sign is Signature.GITHUB or _is_recent(call.headers.get("x-timestamp", ""), now))


def _signed_part(sign: Signature, call: Call) -> bytes:
    if sign is Signature.HMAC:
        return call.header("x-timestamp") + b"." + call.body
    return call.body


def _is_recent(written: str, now: datetime) -> bool:
    return written.isdecimal() and len(written) < 12 and abs(now - datetime.fromtimestamp(int(written), UTC)) <= _WINDOW


def _without(secret: str, payload: Any) -> Any:
    """What may be stored of *payload*: a caller may send the secret inside of it, too. Raises Refused."""
    redactor = Redactor()
    try:
        redactor.add(secret)
    except ValueError as error:
        raise Refused("The secret of this webhook is no good.", hint=f"{error}.") from error
    return redactor.mask_all(payload)


def _payload(body: bytes) -> Any:
    try:
        payload = json.loads(body, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise Refused("The call holds no JSON.", hint="Send application/json.") from error
    if why := unwritable(payload):
        raise Refused(f"The call cannot be kept: {why}.", hint="No NUL, no half characters, and not so deep.")
    return payload


def _finite(written: str) -> float:
    """A number as JSON knows it: NaN, or one that is too large, no database keeps. Raises ValueError."""
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(f"{written} is no number")
    return number


def _firing(payload: Any) -> Iterator[dict[str, Any]]:
    """The alerts that fire, of Alertmanager's webhook, version 4."""
    listed = payload.get("alerts") if isinstance(payload, dict) else None
    for alert in listed if isinstance(listed, list) else ():
        if isinstance(alert, dict) and alert.get("status") == "firing" and isinstance(alert.get("labels"), dict):
            _must_be_short(alert, "fingerprint", "startsAt")
            yield {
                "labels": alert["labels"],
                "annotations": alert.get("annotations") or {},
                "status": "firing",
                "fingerprint": str(alert.get("fingerprint") or ""),
                "url": str(alert.get("generatorURL") or ""),
                "since": str(alert.get("startsAt") or ""),
            }


def _must_be_short(alert: Mapping[str, Any], *marks: str) -> None:
    """Raise Refused where a mark is longer than a database takes in what is looked for."""
    for mark in marks:
        if len(str(alert.get(mark) or "")) > _LONGEST_MARK:
            raise Refused(f"It is no alert of Alertmanager: its {mark} is longer than {_LONGEST_MARK} characters.")
