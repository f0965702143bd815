"""An Alertmanager: what fires, whom it tells, and its API, https://prometheus.io/docs/alerting/latest/alerts_api."""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from aiohttp import web

from bot.base.clock import Clock, SystemClock
from bot.sandbox.outside.silences import Silences, matcher, moment
from bot.sandbox.wire import Wrong

_FOR = timedelta(days=365)
_TIMEOUT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One alert that fires."""

    labels: Mapping[str, str]
    summary: str
    at: datetime

    @property
    def fingerprint(self) -> str:
        """What is the same for the same labels."""
        return hashlib.sha256(json.dumps(sorted(self.labels.items())).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """A webhook that hears of alerts, as a line of `webhook_configs` has it."""

    url: str
    credentials: str = field(repr=False)


class Alerts:
    """What fires. Any thread may call."""

    def __init__(self, receivers: Callable[[], Sequence[Receiver]], clock: Clock | None = None) -> None:
        self._receivers = receivers
        self._clock = clock or SystemClock()
        self._guard = threading.Lock()
        self._firing: dict[str, Alert] = {}
        self._silences = Silences(self._clock)

    @property
    def firing(self) -> list[Alert]:
        """What fires, oldest first."""
        return list(self._firing.values())

    def fire(self, labels: Mapping[str, str], summary: str) -> Alert:
        """Let an alert fire, and tell everybody if it is not silenced.

        Raises Wrong when it fires already, or somebody does not listen.
        """
        made = Alert(labels=dict(labels), summary=summary, at=self._clock.now())
        with self._guard:
            if made.fingerprint in self._firing:
                raise Wrong(f"{labels['alertname']} fires already. Resolve it first.")
            self._firing[made.fingerprint] = made
        self._tell(made, "firing")
        return made

    def resolve(self, fingerprint: str) -> None:
        """Let it fire no more, and tell everybody. Raises Wrong when it does not fire, or somebody does not listen."""
        with self._guard:
            found = self._firing.pop(fingerprint, None)
        if found is None:
            raise Wrong("This alert does not fire any more.")
        self._tell(found, "resolved")

    def put_back(self, firing: Sequence[Alert]) -> None:
        """Have these fire; nobody is told anew."""
        with self._guard:
            self._firing = {alert.fingerprint: alert for alert in firing}

    def routes(self) -> list[web.RouteDef]:
        """Its API, as far as who polls and who silences needs it."""
        return [web.get("/api/v2/alerts", self._list), *self._silences.routes()]

    def _tell(self, alert: Alert, status: str) -> None:
        if self._silences.muting(alert.labels):
            return
        body = _told(alert, status, self._clock.now())
        for receiver in self._receivers():
            headers = {"Authorization": f"Bearer {receiver.credentials}", "User-Agent": "Alertmanager/0.25.0"}
            try:
                answer = requests.post(receiver.url, json=body, headers=headers, timeout=_TIMEOUT_S)
            except requests.RequestException as error:
                raise Wrong(f"Nobody hears of it: {receiver.url} does not answer.") from error
            if not answer.ok:
                raise Wrong(f"{receiver.url} answered {answer.status_code}: {answer.text.strip()}")

    async def _list(self, request: web.Request) -> web.Response:
        try:
            wanted = [matcher(written) for written in request.query.getall("filter", [])]
        except ValueError as error:
            return web.json_response(f"bad matcher format: {error}", status=400)
        now = self._clock.now()
        shown = [
            _shown(alert, now, self._silences.muting(alert.labels))
            for alert in self.firing
            if all(one.fits(alert.labels) for one in wanted)
        ]
        return web.json_response(shown)


def _shown(alert: Alert, now: datetime, muting: list[str]) -> dict[str, Any]:
    return {
        "fingerprint": alert.fingerprint,
        "labels": dict(alert.labels),
        "annotations": {"summary": alert.summary},
        "startsAt": moment(alert.at),
        "updatedAt": moment(now),
        "endsAt": moment(alert.at + _FOR),
        "generatorURL": "",
        "receivers": [{"name": "stackhand"}],
        "status": {
            "state": "suppressed" if muting else "active",
            "silencedBy": muting,
            "inhibitedBy": [],
            "mutedBy": [],
        },
    }


def _told(alert: Alert, status: str, now: datetime) -> dict[str, Any]:
    """Version 4 of what Alertmanager posts: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config."""
    labels, notes = dict(alert.labels), {"summary": alert.summary}
    # The moment "never", as Go writes it.
    ends_at = moment(now) if status == "resolved" else "0001-01-01T00:00:00Z"
    one = {
        "status": status,
        "labels": labels,
        "annotations": notes,
        "startsAt": moment(alert.at),
        "endsAt": ends_at,
        "generatorURL": "",
        "fingerprint": alert.fingerprint,
    }
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{labels["alertname"]}"}}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "stackhand",
        "groupLabels": {"alertname": labels["alertname"]},
        "commonLabels": labels,
        "commonAnnotations": notes,
        "externalURL": "",
        "alerts": [one],
    }
