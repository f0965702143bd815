"""A real Alertmanager on a port of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from tests.fakes.ports import free_port
from tests.fakes.running import running

PROGRAM = "prometheus-alertmanager"
_CONFIG = "route: {{receiver: told, group_wait: 0s, group_interval: 1s}}\nreceivers: [{{name: told, {receiver}}}]\n"
#: As `stacks/monitoring` tells people to write it.
_HOOK = 'webhook_configs: [{{url: "{url}", http_config: {{authorization: {{credentials: {secret}}}}}}}]'


@dataclass(frozen=True)
class Alerts:
    """One Alertmanager."""

    url: str

    def fire(self, name: str, *, severity: str = "critical", **labels: str) -> datetime:
        """An alert fires, for an hour unless it is resolved; returns when."""
        at = datetime.now(UTC)
        self._post(name, at, at + timedelta(hours=1), {"severity": severity, **labels})
        return at

    def resolve(self, name: str, *, severity: str = "critical", **labels: str) -> None:
        """It fires no more."""
        now = datetime.now(UTC)
        self._post(name, now - timedelta(minutes=1), now, {"severity": severity, **labels})

    def firing(self) -> list[dict[str, Any]]:
        """What fires."""
        found: list[dict[str, Any]] = requests.get(f"{self.url}/api/v2/alerts", timeout=5).json()
        return found

    def silences(self, *, state: str = "active") -> list[dict[str, Any]]:
        """The silences in this state."""
        found = requests.get(f"{self.url}/api/v2/silences", timeout=5).json()
        return [one for one in found if one["status"]["state"] == state]

    def _post(self, name: str, begin: datetime, end: datetime, labels: dict[str, str]) -> None:
        alert = {
            "labels": {"alertname": name, **labels},
            "annotations": {"summary": f"{name} is not well"},
            "startsAt": begin.isoformat(),
            "endsAt": end.isoformat(),
        }
        requests.post(f"{self.url}/api/v2/alerts", json=[alert], timeout=5).raise_for_status()


@contextmanager
def alertmanager(folder: Path, *, hook: str = "", secret: str = "") -> Iterator[Alerts]:
    """An Alertmanager without alerts, which tells them to the webhook *hook*, if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    receiver = _HOOK.format(url=hook, secret=secret) if hook else ""
    (folder / "alertmanager.yml").write_text(_CONFIG.format(receiver=receiver))
    port = free_port()
    argv = [PROGRAM, f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'data'}"]
    # Empty: it looks for no others, and opens no port to the world for them.
    argv += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with running(argv, ready=f"http://127.0.0.1:{port}/-/ready", log=folder / "log"):
        yield Alerts(f"http://127.0.0.1:{port}")
