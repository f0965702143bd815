"""The maintenance stack's playbook and page, on the playground's three hosts that are all this machine."""

import html
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from actions.ansible.run_playbook import PlaybookRan, RunPlaybook
from actions.api import ActionFailed, HostState
from tests.actions.recording import Recording
from tests.fakes.hosts import ssh_hosts
from tests.fakes.nginx import nginx

STACK = Path(__file__).parents[2] / "stacks" / "maintenance"
NASTY = "Moving {{ 7*7 }} $(id) <script>alert('x')</script> & \"quotes\"\nsecond line 🚧".ljust(200, "é")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for host in ("web1", "web2", "web3"):
        (tmp_path / "root" / host).mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., Recording]:
    made: list[Recording] = []

    def make(**values: object) -> Recording:
        scratch = tmp_path / f"s{len(made)}"
        scratch.mkdir()
        made.append(Recording(**{"folder": STACK, "scratch": scratch, **values}))  # type: ignore[arg-type]
        return made[-1]

    return make


def _playbook(root: Path, **variables: object) -> RunPlaybook:
    return RunPlaybook.model_validate(
        {
            "playbook": "payload/maintenance.yml",
            "inventory": "payload/playground.ini",
            "vars": {"root": str(root), **variables},
            "undo_vars": {"state": "off"},
        }
    )


def test_on_shows_the_reason_as_text_and_the_planned_end_and_undo_takes_it_away(root, context):
    on = _playbook(root, state="on", reason=NASTY, minutes=30)

    done = on.run(context())

    pages = [(root / host / "maintenance.html").read_text() for host in ("web1", "web2", "web3")]
    assert pages[0] == pages[1] == pages[2]
    assert NASTY in html.unescape(pages[0])
    assert "<script>alert" not in pages[0]
    end = datetime.fromisoformat(pages[0].split('datetime="')[1].split('"')[0])
    assert timedelta(minutes=28) < end - datetime.now(UTC) <= timedelta(minutes=30)
    assert done.changed == 3

    back = on.undo(done)
    assert back is not None
    assert back.run(context()).changed == 3
    assert list(root.rglob("maintenance.html")) == []


def test_off_where_it_is_off_changes_nothing(root, context):
    ctx = context()

    done = _playbook(root, state="off").run(ctx)

    assert (done.changed, done.failed) == (0, 0)
    assert ctx.last("web1")[0] is HostState.OK


def test_a_preview_shows_the_page_and_puts_up_none(root, context):
    text = _playbook(root, state="on", reason="Database move", minutes=30).preview(context(previewing=True))

    assert text.startswith("web1, web2, web3: 1 task would change something\n  Put up the maintenance page\n")
    assert "Database move" in text
    assert list(root.rglob("maintenance.html")) == []


def test_a_server_without_its_site_is_named(root, context):
    (root / "web2").rmdir()

    with pytest.raises(ActionFailed) as failed:
        _playbook(root, state="on", reason="Database move", minutes=30).run(context())

    assert failed.value.reason.startswith('web2 failed at "Put up the maintenance page": ')
    assert failed.value.hint.startswith("Done on web1, web3.")


@pytest.mark.full
def test_nginx_on_ssh_hosts_answers_503_with_the_page_until_it_is_off(tmp_path, context):
    with ssh_hosts(tmp_path / "lab") as lab, nginx(tmp_path / "nginx", lab.site("web1")) as url:
        (lab.site("web1") / "index.html").write_text("Welcome")
        on = RunPlaybook(
            playbook="payload/maintenance.yml",
            inventory=str(lab.inventory),
            vars={"state": "on", "reason": "Database move", "minutes": 30},
            undo_vars={"state": "off"},
        )

        on.run(context())
        during = requests.get(url, timeout=5)
        off = on.undo(PlaybookRan())
        assert off is not None
        off.run(context())
        after = requests.get(url, timeout=5)

    assert (during.status_code, during.headers["Retry-After"]) == (503, "300")
    assert "Database move" in during.text
    assert (after.status_code, after.text) == (200, "Welcome")
