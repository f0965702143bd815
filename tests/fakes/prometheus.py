"""A real Prometheus on a port of its own, with one rule."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.ports import free_port
from tests.fakes.running import running

PROGRAM = "prometheus"


@contextmanager
def prometheus(folder: Path, *, alert: str, expr: str, looks_at: str, tells: str) -> Iterator[None]:
    """It asks *looks_at* (host and port) for its figures each second, and tells the Alertmanager *tells* of *alert*.

    *expr*, in Prometheus' own language, says when the alert fires.
    """
    port = free_port()
    rule = {
        "alert": alert,
        "expr": expr,
        "labels": {"severity": "critical"},
        "annotations": {"summary": f"{alert} is not well"},
    }
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [tells.removeprefix("http://")]}]}]},
        "rule_files": [str(folder / "rules.yml")],
        "scrape_configs": [{"job_name": "site", "static_configs": [{"targets": [looks_at]}]}],
    }
    # What is JSON is YAML, too.
    (folder / "rules.yml").write_text(json.dumps({"groups": [{"name": "site", "rules": [rule]}]}))
    (folder / "prometheus.yml").write_text(json.dumps(config))
    argv = [PROGRAM, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
    argv += [f"--web.listen-address=127.0.0.1:{port}"]
    with running(argv, ready=f"http://127.0.0.1:{port}/-/ready", log=folder / "log"):
        yield
