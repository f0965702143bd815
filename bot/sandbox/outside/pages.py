"""What people see where messages link to: a release, a pull request, and what belongs to their repository."""

import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from html import escape
from itertools import takewhile
from pathlib import Path
from string import Template

from aiohttp import web
from markdown_it import MarkdownIt

from bot.sandbox.outside.forge import Forge
from bot.sandbox.outside.things import Missing, Pull, Repository

_SHEET = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
#: What strangers wrote stands on these pages: no script of it runs, and nothing is asked of anybody.
_STILL = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}
#: Nobody sees them on a code host, either.
_MARKS = re.compile(r"<!--.*?-->", re.DOTALL)
_STATES = {"open": "Open", "merged": "Merged", "closed": "Closed"}


class Pages:
    """The pages of a code host's repositories."""

    def __init__(self, forge: Forge) -> None:
        self._forge = forge
        # As strict as its authors know: no HTML, and no links but to pages and mail.
        self._markdown = MarkdownIt("js-default")

    def routes(self) -> list[web.RouteDef]:
        """Where they are, at the paths that GitHub has for them."""
        home = "/{owner}/{repo}"
        return [
            web.get(f"{home}/releases/tag/{{tag}}", self._guarded(self._release)),
            web.get(f"{home}/pull/{{number}}", self._guarded(self._pull)),
            web.get(home, self._guarded(self._home)),
        ]

    def _guarded(self, draw: Callable[[web.Request], web.Response]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            with self._forge.guard:
                return draw(request)

        return answer

    def _home(self, request: web.Request) -> web.Response:
        home = self._repository(request)
        releases = [(f"/{home.name}/releases/tag/{one.tag}", one.title, _day(one.at)) for one in home.releases]
        pulls = [
            (f"/{home.name}/pull/{one.number}", f"#{one.number} {one.title}", _STATES[state_of(one)])
            for one in reversed(home.pulls.values())
        ]
        files = "".join(
            f"<h2>{escape(path)}</h2><pre>{escape(text.strip())}</pre>"
            for path, text in home.branch(home.default_branch).files.items()
        )
        body = _listed("Releases", releases) + _listed("Pull requests", pulls) + files
        return _page(home, title=home.name, about="", body=body)

    def _release(self, request: web.Request) -> web.Response:
        home, tag = self._repository(request), request.match_info["tag"]
        found = next((one for one in home.releases if one.tag == tag), None)
        if found is None:
            raise web.HTTPNotFound(text=f"{home.name} has no release {tag}.")
        kind = "Pre-release" if found.is_prerelease else "Release"
        about = f'<b class="{kind.lower()}">{kind}</b> {escape(found.author)} published this on {_day(found.at)}'
        return _page(home, title=found.title, about=about, body=self._words(found.notes or "There are no notes."))

    def _pull(self, request: web.Request) -> web.Response:
        home, number = self._repository(request), request.match_info["number"]
        try:
            pull = home.pull(int(number) if number.isdecimal() else 0)
        except Missing as missing:
            raise web.HTTPNotFound(text=f"{home.name} has no pull request {number}.") from missing
        state = state_of(pull)
        about = (
            f'<b class="{state}">{_STATES[state]}</b> {escape(pull.author)} wants to merge '
            f"<code>{escape(pull.branch)}</code> into <code>{escape(pull.base)}</code>"
        )
        commits = takewhile(lambda one: one.sha != pull.root.sha, pull.head.history())
        rows = "".join(f"<li><span>{escape(one.message)}</span><code>{one.sha[:7]}</code></li>" for one in commits)
        said = "".join(f"<h2>{escape(one.author)}</h2>{self._words(one.text)}" for one in pull.comments)
        body = (self._words(pull.text) if pull.text else "") + f"<h2>Commits</h2><ul>{rows}</ul>" + said
        return _page(home, title=f"{pull.title} #{pull.number}", about=about, body=body)

    def _words(self, written: str) -> str:
        """Markdown as a page has it; what is HTML in it shows as it was written."""
        return f'<div class="words">{self._markdown.render(_MARKS.sub("", written))}</div>'

    def _repository(self, request: web.Request) -> Repository:
        name = f"{request.match_info['owner']}/{request.match_info['repo']}"
        try:
            return self._forge.repository(name)
        except Missing as missing:
            raise web.HTTPNotFound(text=f"There is no repository {name}.") from missing


def state_of(pull: Pull) -> str:
    """open, merged or closed."""
    return "merged" if pull.merged_at else "open" if pull.is_open else "closed"


def _page(home: Repository, *, title: str, about: str, body: str) -> web.Response:
    text = _SHEET.substitute(title=escape(title), home=escape(home.name), about=about, body=body)
    return web.Response(text=text, content_type="text/html", headers=_STILL)


def _listed(heading: str, rows: Iterable[tuple[str, str, str]]) -> str:
    lines = "".join(
        f'<li><a href="{escape(url)}">{escape(name)}</a><small>{escape(more)}</small></li>' for url, name, more in rows
    )
    return f"<h2>{heading}</h2><ul>{lines}</ul>" if lines else ""


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
