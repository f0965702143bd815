"""The servers stack's playbook for services, on real SSH hosts whose service is a small program of their own."""

import json
from collections.abc import Callable, Iterator

import pytest

from actions.ansible.run_playbook import RunPlaybook
from actions.api import ActionFailed, HostState
from tests.actions.recording import Recording
from tests.fakes.hosts import Lab, ssh_hosts

pytestmark = pytest.mark.full

#: Starts and stops a "service" that is a file, and writes down what it was told.
SERVICE = """\
#!/bin/sh
cd "$(dirname "$0")"
case $1 in
  runs) test -e running ;;
  started|restarted) echo "$1 $2" >>../told; test ! -e broken && touch running ;;
  stopped) echo "$1 $2" >>../told; rm running ;;
esac
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with ssh_hosts(tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture
def lab(shared: Lab) -> Lab:
    """Three hosts whose service stands still."""
    (shared.folder / "told").write_text("")
    commands = {
        "app": {
            word: ["{{ site_root }}/../service", word, "{{ inventory_hostname }}"]
            for word in ("runs", "started", "stopped", "restarted")
        }
    }
    (shared.folder / "group_vars").mkdir(exist_ok=True)
    (shared.folder / "group_vars" / "all.json").write_text(json.dumps({"service_commands": commands}))
    for host in shared.hosts.values():
        service = host.folder / "service"
        service.write_text(SERVICE)
        service.chmod(0o755)
        for file in ("running", "broken"):
            (host.folder / file).unlink(missing_ok=True)
    return shared


def _service(lab: Lab, wanted: str, *, at_once: int = 1) -> RunPlaybook:
    variables = {"service": "app", "wanted": wanted, "at_once": at_once}
    return RunPlaybook(playbook="payload/services.yml", inventory=str(lab.inventory), vars=variables)


def _running(lab: Lab) -> list[bool]:
    return [(host.folder / "running").exists() for host in lab.hosts.values()]


def _told(lab: Lab) -> list[str]:
    return (lab.folder / "told").read_text().splitlines()


def test_a_service_is_started_in_order_where_it_stands_still_and_stopped_backwards(lab, step):
    (lab.hosts["web2"].folder / "running").touch()

    _service(lab, "started").run(step("servers"))

    assert _running(lab) == [True] * 3
    _service(lab, "stopped").run(step("servers"))
    assert _running(lab) == [False] * 3
    assert _told(lab) == ["started web1", "started web3", "stopped web3", "stopped web2", "stopped web1"]


def test_a_host_that_fails_holds_up_the_others_and_a_further_try_does_just_those(
    lab: Lab, step: Callable[[str], Recording]
):
    (lab.hosts["web2"].folder / "broken").touch()
    service, ctx = _service(lab, "restarted"), step("servers")

    with pytest.raises(ActionFailed, match="web2 failed"):
        service.run(ctx)

    assert {host: ctx.last(host)[0] for host in ctx.hosts} == {"web1": HostState.CHANGED, "web2": HostState.FAILED}
    (lab.hosts["web2"].folder / "broken").unlink()
    service.rest(None, [host for host in ctx.hosts if ctx.last(host)[0].is_done]).run(step("servers"))
    assert _told(lab) == ["restarted web1", "restarted web2", "restarted web2", "restarted web3"]
