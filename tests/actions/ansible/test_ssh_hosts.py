"""ansible.run_playbook on real SSH hosts, of which one may go down."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from actions.ansible.run_playbook import RunPlaybook
from actions.api import ActionFailed, Cancelled, HostState
from tests.actions.recording import Recording
from tests.fakes.hosts import Lab, ssh_hosts

pytestmark = pytest.mark.full

#: The second task waits for a file, so that a test can act in the middle.
PLAYBOOK = """
- hosts: web
  gather_facts: false
  tasks:
    - name: First
      ansible.builtin.copy: {dest: "{{ site_root }}/first", content: x, mode: "0600"}
    - name: Wait for the word
      ansible.builtin.command: >-
        sh -c 'until test -e "{{ go }}"; do sleep 0.1; done'
      changed_when: false
    - name: Second
      ansible.builtin.copy: {dest: "{{ site_root }}/second", content: x, mode: "0600"}
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with ssh_hosts(tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture
def playbook(lab: Lab, tmp_path: Path) -> RunPlaybook:
    for name in lab.hosts:
        for file in lab.site(name).iterdir():
            file.unlink()
    (tmp_path / "p.yml").write_text(PLAYBOOK)
    return RunPlaybook(playbook="p.yml", inventory=str(lab.inventory), vars={"go": str(tmp_path / "go")})


class _Watched(Recording):
    """Lets a test act when a host has come to a task."""

    def log(self, line: str) -> None:
        super().log(line)
        if line == "TASK Wait for the word":
            self.at_the_middle()

    def at_the_middle(self) -> None:
        """Nothing, unless a test says so."""


@pytest.fixture
def ctx(tmp_path: Path) -> _Watched:
    (tmp_path / "s").mkdir()
    return _Watched(folder=tmp_path, scratch=tmp_path / "s")


def test_every_host_is_done_over_one_connection_that_ends_with_the_call(lab, playbook, ctx, tmp_path):
    (tmp_path / "go").touch()
    before = _connections_to(lab)

    done = playbook.run(ctx)

    assert {name: counts.changed for name, counts in done.hosts.items()} == {"web1": 2, "web2": 2, "web3": 2}
    assert all((lab.site(name) / "second").exists() for name in lab.hosts)
    assert [now - earlier for now, earlier in zip(_connections_to(lab), before, strict=True)] == [1, 1, 1]
    assert _comes_true(lambda: not _connections_of(tmp_path))


def test_a_host_that_goes_down_in_the_middle_is_named_and_the_others_are_done(lab, playbook, ctx, tmp_path):
    def lose_one() -> None:
        lab.hosts["web2"].go_down()
        (tmp_path / "go").touch()

    ctx.at_the_middle = lose_one

    try:
        with pytest.raises(ActionFailed) as failed:
            playbook.run(ctx)
    finally:
        lab.hosts["web2"].come_up()

    assert failed.value.reason.startswith('web2 could not be reached at "Wait for the word": ')
    assert failed.value.hint == "Done on web1, web3. Is the host up, and does its SSH answer?"
    assert ctx.last("web2")[0] is HostState.UNREACHABLE
    assert [(lab.site(name) / "second").exists() for name in lab.hosts] == [True, False, True]


def test_an_aborted_run_leaves_no_program_here_or_there(lab, playbook, ctx):
    ctx.cancelled = lambda: all("TASK Wait for the word" in ctx.lines and h.programs() for h in lab.hosts.values())

    with pytest.raises(Cancelled):
        playbook.run(ctx)

    assert _comes_true(lambda: not any(host.programs() for host in lab.hosts.values()))


def test_a_preview_over_ssh_shows_the_diff_and_changes_nothing(lab, playbook, ctx, tmp_path):
    (tmp_path / "go").touch()

    text = playbook.preview(ctx)

    assert text.startswith("web1, web2, web3: 2 tasks would change something")
    assert not list(lab.site("web1").iterdir())


def test_an_unknown_host_key_says_how_to_mend_it(lab, playbook, ctx, tmp_path):
    known = lab.folder / "known_hosts"
    before = known.read_text()
    known.write_text("")

    try:
        with pytest.raises(ActionFailed) as failed:
            playbook.model_copy(update={"limit": "web1"}).run(ctx)
    finally:
        known.write_text(before)

    assert "No ED25519 host key is known for" in failed.value.reason
    assert failed.value.hint.startswith("Put the host's key into the known_hosts file")


def _connections_to(lab: Lab) -> list[int]:
    return [(host.folder / "log").read_text().count("Accepted publickey") for host in lab.hosts.values()]


def _connections_of(folder: Path) -> list[str]:
    titles = (" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))
    return [title for title in titles if title.startswith(f"ssh: {folder}/")]


def _comes_true(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False
