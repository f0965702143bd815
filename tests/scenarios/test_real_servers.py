"""Work on real servers: three SSH hosts, an nginx before each site, and one host that fails or dies in the middle."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.fakes.host_service import HostService
from tests.fakes.hosts import Host, Lab, ssh_hosts
from tests.fakes.nginx import nginx
from tests.runner.lab import kill_programs
from tests.scenarios.conftest import ROOT, Bot
from tests.scenarios.watched import Watched, runs, start
from tests.slack import Slack

pytestmark = pytest.mark.full

ENVIRONMENT = """\
environments:
  servers: {{inventory: "{inventory}", root: "", url: "{url}", region: "", at_once: 3, health: ""}}
  carefully: {{inventory: "{inventory}", root: "", url: "{url}", region: "", at_once: 1, health: ""}}
"""
SERVICE = "Start or stop a service"
#: The last task, so that a test can act while the page is up already.
WAIT = """
    - name: Wait for the word
      ansible.builtin.command: sh -c 'until test -e "{go}"; do sleep 0.1; done'
      changed_when: false
      when: state == "on"
"""
REASON = {"Reason shown to visitors": "We move the database"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with ssh_hosts(tmp_path_factory.mktemp("lab")) as started:
        for name in started.hosts:
            (started.site(name) / "index.html").write_text(f"Shop on {name}")
        yield started


@pytest.fixture(scope="module")
def sites(lab: Lab) -> Iterator[dict[str, str]]:
    """The address of each host's site, by the host's name."""
    with ExitStack() as servers:
        yield {name: servers.enter_context(nginx(lab.folder / f"nginx-{name}", lab.site(name))) for name in lab.hosts}


@pytest.fixture
def bot(_shared: Bot, lab: Lab, sites: dict[str, str]) -> Bot:
    """A bot with the shipped stacks, for these servers."""
    if not _shared.is_up:
        own = ENVIRONMENT.format(inventory=lab.inventory, url=sites["web1"])
        for stack in ("maintenance", "servers"):
            file = shutil.copytree(ROOT / "stacks" / stack, _shared.stacks / stack) / "stack.yml"
            text = file.read_text().replace("environments:\n", own, 1)
            # A further try by itself comes at once, and on a busy machine Ansible takes its time to list hosts.
            file.write_text(text.replace("delay: 5s", "delay: 0s").replace("timeout: 15s", "timeout: 60s"))
        _shared.start()
    return _shared


def seen(sites: dict[str, str]) -> dict[str, int]:
    """What visitors of each site get."""
    return {name: requests.get(url, timeout=5).status_code for name, url in sites.items()}


def waits(host: Host, go: Path) -> bool:
    """Is the host at the last task?"""
    return any(str(go) in word for command in host.programs() for word in command)


def test_a_click_puts_all_servers_into_maintenance_and_another_brings_them_back(slack: Slack, sites: dict[str, str]):
    assert seen(sites) == {"web1": 200, "web2": 200, "web3": 200}

    on = start(slack, "Maintenance on", REASON | {"Environment": "servers"})
    on.until("*Succeeded*", timeout_s=60)

    assert "web1 changed · web2 changed · web3 changed" in on.text
    for url in sites.values():
        answer = requests.get(url, timeout=5)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
        assert "We move the database" in answer.text
    slack.message_with("Maintenance is on for servers, for about 30 min: We move the database (by Ada Lovelace)")

    off = start(slack, "Maintenance off", {"Environment": "servers"})
    off.until("*Succeeded*", timeout_s=60)

    assert seen(sites) == {"web1": 200, "web2": 200, "web3": 200}
    slack.message_with("Maintenance is off for servers (by Ada Lovelace)")


def test_a_retry_restarts_the_service_only_on_the_host_that_failed(slack: Slack, lab: Lab):
    service = HostService(lab)
    service.lay_out()
    service.damage("web2")
    answers = {"Environment": "servers", "What to do": "Restart it", "Service": "Our application"}
    run = start(slack, SERVICE, answers, offers="web3")
    text = run.until("*Failed*", timeout_s=60)

    assert 'web2 failed at "Work on the service by its own commands"' in text
    assert "web1 changed · web3 changed · *web2 failed*" in text
    # The further try that the stack grants went to the failed one only, too.
    assert sorted(service.told) == ["restarted web1", "restarted web2", "restarted web2", "restarted web3"]

    service.mend("web2")
    run.click("Retry from step 1")
    again = slack.until(lambda: next((one for one in runs(slack) if one.number > run.number), None))
    text = again.until("*Succeeded*", timeout_s=60)

    assert "web1 changed · web3 changed · web2 changed" in text
    assert service.told[4:] == ["restarted web2"]


def test_a_service_is_restarted_on_the_one_server_that_somebody_chooses_from_the_list(slack: Slack, lab: Lab):
    service = HostService(lab)
    service.lay_out()
    answers = {"Environment": "servers", "Service": "Our application", "Only these of them": ["web3"]}

    text = start(slack, SERVICE, answers, offers="web3").until("*Succeeded*")

    assert service.told == ["restarted web3"]
    assert "web3 changed" in text
    assert "web1" not in text


def restarted_up_to_the_second(slack: Slack, lab: Lab) -> tuple[HostService, Watched]:
    """A service that is restarted one by one: the first server is done, the second is held up."""
    service = HostService(lab)
    service.lay_out()
    service.hold_up("web2")
    run = start(slack, SERVICE, {"Environment": "carefully", "Service": "Our application"}, offers="web3")
    run.until("web1 changed")
    slack.until(lambda: "restarted web2" in service.told or None)
    return service, run


def test_a_restart_one_by_one_goes_on_where_it_was_when_the_bot_is_killed(bot: Bot, slack: Slack, lab: Lab):
    service, run = restarted_up_to_the_second(slack, lab)

    bot.restart()
    assert service.told == ["restarted web1", "restarted web2"], "the next one waits for its turn"
    service.let_go("web2")

    assert "web1 changed · web2 changed · web3 changed" in run.until("*Succeeded*")
    assert service.told == ["restarted web1", "restarted web2", "restarted web3"]
    assert service.running == [True] * 3


def test_a_restart_one_by_one_stands_still_when_the_machine_died_until_somebody_says_how_it_goes_on(
    bot: Bot, slack: Slack, lab: Lab
):
    service, run = restarted_up_to_the_second(slack, lab)

    bot.kill()
    kill_programs(bot.data)
    service.let_go("web2")
    bot.start()

    text = run.until("[Retry step]")
    assert "web1 changed · *web2 running*" in text
    assert "The machine died in the middle of this step" in text
    assert service.told == ["restarted web1", "restarted web2"]
    run.click("Retry step")
    assert "web1 changed · web2 changed · web3 changed" in run.until("*Succeeded*")
    assert service.told == ["restarted web1", "restarted web2", "restarted web2", "restarted web3"]


def test_a_host_that_dies_in_the_middle_is_named_and_the_others_are_brought_back(
    bot: Bot, slack: Slack, lab: Lab, sites: dict[str, str]
):
    playbook = bot.stacks / "maintenance" / "payload" / "maintenance.yml"
    go = bot.folder / "go"
    playbook.write_text(playbook.read_text() + WAIT.format(go=go))
    on = start(slack, "Maintenance on", REASON | {"Environment": "servers"})
    slack.until(lambda: all(waits(host, go) for host in lab.hosts.values()), timeout_s=60)
    assert set(seen(sites).values()) == {503}

    lab.hosts["web2"].go_down()
    go.touch()
    try:
        told = on.until("*Failed*", timeout_s=90)
    finally:
        lab.hosts["web2"].come_up()

    assert "*web2 unreachable*" in told
    assert 'web2 could not be reached at "Wait for the word"' in told
    assert "Done on web1, web3. Is the host up, and does its SSH answer?" in told
    assert "Undo: Put up the maintenance page" in told
    assert "web1 changed · *web2 unreachable* · web3 changed" in told
    assert seen(sites) == {"web1": 200, "web2": 503, "web3": 200}
