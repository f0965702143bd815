"""The servers stack's playbook for services, on real SSH hosts whose service is a small program of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.ansible.run_playbook import RunPlaybook
from actions.api import ActionFailed, HostState
from tests.actions.recording import Recording
from tests.fakes.host_service import HostService
from tests.fakes.hosts import Lab, ssh_hosts
from tests.fakes.serving import Handler, serving

pytestmark = pytest.mark.full

#: Two "servers" on this machine; what each was told stands in one file.
HOSTS = """\
all:
  hosts: {{web1: , web2: }}
  vars:
    ansible_connection: local
    ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"
    service_commands:
      app: {{restarted: [sh, -c, "echo {{{{ inventory_hostname }}}} >>{told}"], runs: ["true"]}}
    service_health: {{app: "{url}/{{{{ inventory_hostname }}}}"}}
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with ssh_hosts(tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture
def service(lab: Lab) -> HostService:
    """It stands still on all three hosts."""
    service = HostService(lab)
    service.lay_out()
    return service


def _playbook(service: HostService, wanted: str, *, at_once: int = 1) -> RunPlaybook:
    variables = {"service": "app", "wanted": wanted, "at_once": at_once}
    return RunPlaybook(playbook="payload/services.yml", inventory=str(service.lab.inventory), vars=variables)


def test_a_service_is_started_in_order_where_it_stands_still_and_stopped_backwards(service, step):
    service.start("web2")

    _playbook(service, "started").run(step("servers"))

    assert service.running == [True] * 3
    _playbook(service, "stopped").run(step("servers"))
    assert service.running == [False] * 3
    assert service.told == ["started web1", "started web3", "stopped web3", "stopped web2", "stopped web1"]


def test_a_host_that_fails_holds_up_further_ones_and_a_further_try_does_just_what_is_left(
    service: HostService, step: Callable[[str], Recording]
):
    service.damage("web2")
    playbook, ctx = _playbook(service, "restarted", at_once=2), step("servers")

    with pytest.raises(ActionFailed, match="web2 failed"):
        playbook.run(ctx)

    # Its neighbour is finished, and not done again; the next ones wait.
    assert sorted(service.told) == ["restarted web1", "restarted web2"]
    done = [host for host in ctx.hosts if ctx.last(host)[0].is_done]
    assert done == ["web1"]
    assert ctx.last("web2")[0] is HostState.FAILED
    service.mend("web2")
    playbook.rest(None, done).run(step("servers"))
    assert sorted(service.told[2:]) == ["restarted web2", "restarted web3"]


def test_the_next_server_is_not_touched_before_the_one_before_it_answers(
    tmp_path: Path, step: Callable[[str], Recording]
):
    told = tmp_path / "told"
    answers: list[tuple[str, int, list[str]]] = []

    class Servers(Handler):
        def do_GET(self) -> None:
            # Each of them comes up at the second look.
            status = 200 if any(path == self.path for path, _, _ in answers) else 503
            answers.append((self.path, status, told.read_text().split()))
            self.reply(status, b"")

    with serving(Servers) as server:
        inventory = tmp_path / "hosts.yml"
        inventory.write_text(HOSTS.format(told=told, url=f"http://127.0.0.1:{server.server_port}"))
        variables = {"service": "app", "wanted": "restarted", "at_once": 1}
        RunPlaybook(playbook="payload/services.yml", inventory=str(inventory), vars=variables).run(step("servers"))

    both = ["web1", "web2"]
    assert answers == [("/web1", 503, ["web1"]), ("/web1", 200, ["web1"]), ("/web2", 503, both), ("/web2", 200, both)]
