"""What there is outside, as a file: after a restart it is there again."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.base.errors import SetupProblem
from bot.sandbox.outside.alerts import Alert, Alerts
from bot.sandbox.outside.forge import Forge
from bot.sandbox.outside.images import Images, Push
from bot.sandbox.outside.things import Commit, Pull, Release, Repository

_VERSION = 2
_RELEASES = TypeAdapter(list[Release])
_PUSHES = TypeAdapter(list[Push])
_ALERTS = TypeAdapter(list[Alert])
_COMMIT = TypeAdapter(Commit)
_PULL = TypeAdapter(Pull)


def read(path: Path, forge: Forge, images: Images, alerts: Alerts) -> int | None:
    """Put back what was written down; the port that it had. None: nothing was. Raises SetupProblem.

    A file that cannot be read stays as it is: it may hold what somebody wants to keep.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["version"] != _VERSION:
            raise ValueError("it is of another version")
        forge.put_back([_repository(one) for one in kept["repositories"]])
        images.put_back(_PUSHES.validate_python(kept["pushes"]))
        alerts.put_back(_ALERTS.validate_python(kept["alerts"]))
        return int(kept["port"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SetupProblem(
            f"The sandbox's outside world cannot be read from {path}.",
            hint="Mend the file, or move it away: the outside world then begins anew.",
        ) from error


def write(path: Path, forge: Forge, images: Images, alerts: Alerts, *, port: int) -> None:
    """Write it down, in one step. What runs on the code host, and what is said of its commits, ends with it."""
    with forge.guard:
        kept = {
            "version": _VERSION,
            "port": port,
            "repositories": [_written(one) for one in forge.repositories.values()],
            "pushes": [dataclasses.asdict(push) for push in images.pushes],
            "alerts": [dataclasses.asdict(alert) for alert in alerts.firing],
        }
        half = path.with_suffix(".half")
        half.write_text(json.dumps(kept, default=str, ensure_ascii=False), encoding="utf-8")
        half.replace(path)


def _written(it: Repository) -> Mapping[str, Any]:
    return {
        "id": it.id,
        "name": it.name,
        "default_branch": it.default_branch,
        "created_at": it.created_at,
        # The commit before one stands before it.
        "commits": [{**vars(one), "parent": one.parent and one.parent.sha} for one in it.commits.values()],
        "branches": {name: commit.sha for name, commit in it.branches.items()},
        "tags": {name: commit.sha for name, commit in it.tags.items()},
        "releases": [dataclasses.asdict(release) for release in it.releases],
        "pulls": [
            {**vars(one), "head": one.head.sha, "root": one.root.sha, "comments": [*map(vars, one.comments)]}
            for one in it.pulls.values()
        ],
    }


def _repository(kept: Mapping[str, Any]) -> Repository:
    commits: dict[str, Commit] = {}
    for one in kept["commits"]:
        commits[one["sha"]] = _COMMIT.validate_python({**one, "parent": commits.get(one["parent"])})
    pulls = [
        _PULL.validate_python({**one, "head": commits[one["head"]], "root": commits[one["root"]]})
        for one in kept["pulls"]
    ]
    plain = TypeAdapter(Repository).validate_python(
        {name: kept[name] for name in ("id", "name", "default_branch", "created_at")}
    )
    return dataclasses.replace(
        plain,
        commits=commits,
        branches={name: commits[sha] for name, sha in kept["branches"].items()},
        tags={name: commits[sha] for name, sha in kept["tags"].items()},
        releases=_RELEASES.validate_python(kept["releases"]),
        pulls={pull.number: pull for pull in pulls},
    )
