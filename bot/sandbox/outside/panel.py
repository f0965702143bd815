"""What people do outside, as the page's panel offers it: one act each, checked, and what there is then."""

import re
from collections.abc import Callable, Mapping

from bot.sandbox.outside.alerts import Alert
from bot.sandbox.outside.outside import FILE, PRODUCT, SHOP, USER, Outside
from bot.sandbox.outside.pages import state_of
from bot.sandbox.outside.things import Missing, Pull
from bot.sandbox.wire import Json, Wrong, no_such

_VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}(-(alpha|beta|rc)\d{1,3})?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_MOST_NOTES = 10_000
_MOST_WORDS = 200


def shown(outside: Outside) -> Json:
    """What the panel shows."""
    with outside.forge.guard:
        releases = outside.forge.repository(PRODUCT).releases
        tags = list(outside.images.tags(SHOP))
        pulls = [_pull(name, pull) for name in (SHOP, USER) for pull in outside.forge.repository(name).pulls.values()]
        return {
            "url": outside.url,
            "product": PRODUCT,
            "newest": releases[0].tag,
            "releases": [release.tag for release in releases],
            "next": _after([release.tag for release in releases]),
            "user": USER,
            "file": outside.forge.repository(USER).branch("main").files[FILE],
            "shop": SHOP,
            "pulls": sorted(pulls, key=lambda pull: (pull["state"] != "open", pull["repository"], -pull["number"])),
            "image": tags[-1],
            "next_tag": _after([tag for tag in tags if _VERSION.fullmatch(tag)] or ["0.0.0"]),
            "alerts": [_alert(alert) for alert in outside.alerts.firing],
        }


def do(outside: Outside, act: str, asked: Json) -> Json:
    """Do something; what there is then. Raises Wrong with a sentence."""
    if act not in _ACTS:
        raise no_such("act outside", act)
    try:
        _ACTS[act](outside, asked)
    finally:
        # Also when somebody was not told of it: it happened.
        outside.keep()
    return shown(outside)


def _publish_release(outside: Outside, asked: Json) -> None:
    version, notes = _words(asked, "version"), str(asked.get("notes") or "")
    number = version.removeprefix("v")
    if not _VERSION.fullmatch(number):
        raise Wrong(f"“{version}” is no version. Write it like 1.10.0 or 1.11.0-rc1.")
    if len(notes) > _MOST_NOTES:
        raise Wrong(f"The notes are longer than {_MOST_NOTES} characters.")
    tag = f"v{number}"
    with outside.forge.guard:
        if tag in [release.tag for release in outside.forge.repository(PRODUCT).releases]:
            raise Wrong(f"{tag} is released already. Take another number.")
        outside.forge.publish_release(PRODUCT, tag, notes, is_prerelease="-" in tag)


def _open_pull(outside: Outside, asked: Json) -> None:
    title = _words(asked, "title")
    if not title:
        raise Wrong("Say in a few words what it changes.")
    outside.forge.open_pull(SHOP, title, labels=["preview"])


def _push_to_pull(outside: Outside, asked: Json) -> None:
    with outside.forge.guard:
        repository, pull = _open_one(outside, asked)
        outside.forge.push_to_pull(repository, pull.number)


def _merge_pull(outside: Outside, asked: Json) -> None:
    with outside.forge.guard:
        repository, pull = _open_one(outside, asked)
        outside.forge.merge_pull(repository, pull.number)


def _close_pull(outside: Outside, asked: Json) -> None:
    with outside.forge.guard:
        repository, pull = _open_one(outside, asked)
        outside.forge.close_pull(repository, pull.number)


def _push_image(outside: Outside, asked: Json) -> None:
    tag = _words(asked, "tag")
    if not _TAG.fullmatch(tag):
        raise Wrong(f"“{tag}” is no tag. Write it like 1.5.0.")
    outside.images.push(SHOP, tag, f"{tag}, push {len(outside.images.pushes) + 1}")


def _fire_alert(outside: Outside, asked: Json) -> None:
    name, summary = _words(asked, "name"), _words(asked, "summary")
    if not name:
        raise Wrong("Give the alert a name, like SiteIsSlow.")
    outside.alerts.fire({"alertname": name, "severity": "critical", "service": "shop"}, summary)


def _resolve_alert(outside: Outside, asked: Json) -> None:
    outside.alerts.resolve(_words(asked, "fingerprint"))


_ACTS: Mapping[str, Callable[[Outside, Json], None]] = {
    "release": _publish_release,
    "open": _open_pull,
    "push": _push_to_pull,
    "merge": _merge_pull,
    "close": _close_pull,
    "image": _push_image,
    "fire": _fire_alert,
    "resolve": _resolve_alert,
}


def _words(asked: Json, key: str) -> str:
    found = " ".join(str(asked.get(key) or "").split())
    if len(found) > _MOST_WORDS:
        raise Wrong(f"That is longer than {_MOST_WORDS} characters.")
    return found


def _open_one(outside: Outside, asked: Json) -> tuple[str, Pull]:
    repository, number = str(asked.get("repository") or SHOP), str(asked.get("number") or "")
    try:
        pull = outside.forge.repository(repository).pull(int(number) if number.isdecimal() else 0)
    except Missing as missing:
        raise Wrong(f"There is no pull request {repository}#{number}.") from missing
    if not pull.is_open:
        raise Wrong(f"Pull request {repository}#{number} is not open any more.")
    return repository, pull


def _after(versions: list[str]) -> str:
    """The number that the panel proposes: the next minor version after the highest one."""
    numbers = [re.findall(r"\d+", version)[:2] for version in versions]
    major, minor = max((int(major), int(minor)) for major, minor in numbers)
    return f"{major}.{minor + 1}.0"


def _pull(repository: str, pull: Pull) -> Json:
    return {"repository": repository, "number": pull.number, "title": pull.title, "state": state_of(pull)}


def _alert(alert: Alert) -> Json:
    return {"fingerprint": alert.fingerprint, "name": alert.labels["alertname"], "summary": alert.summary}
