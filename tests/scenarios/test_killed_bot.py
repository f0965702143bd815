"""`kill -9` of the bot at any moment of a playbook: nothing is done twice, nothing is lost, the message ends right."""

import random
import time
from collections import Counter

import pytest

from tests.scenarios.conftest import Bot
from tests.scenarios.watched import Watched, start
from tests.slack import Slack, read

#: Each kill hits two runs, each at a moment of its own.
KILLS = 10
TASKS = 6
HOSTS = ("web1", "web2")
#: About how long the playbook takes; the bot is killed within it.
PLAYBOOK_S = 3.0

STACK = """\
stack: demo
title: Demo
channel: "#ops"
jobs:
  roll:
    title: Roll out
    form: {round: {type: integer, label: Round}}
    steps:
      - title: Roll out
        uses: ansible.run_playbook
        with: {playbook: payload/roll.yml, inventory: payload/hosts.ini, vars: {round: "{{ form.round }}"}}
      - {title: Say so, uses: command.run, with: {argv: [sh, -c, "echo all done"]}}
"""
INVENTORY = (
    "web1\nweb2\n[all:vars]\nansible_connection=local\nansible_python_interpreter={{ ansible_playbook_python }}\n"
)
TASK = """\
    - name: Task {number}
      ansible.builtin.raw: sleep 0.15; echo "{{{{ inventory_hostname }}}} {number}" >>{told}/{{{{ round }}}}
"""


def lay_out(bot: Bot) -> None:
    told = bot.folder / "told"
    told.mkdir()
    tasks = "".join(TASK.format(number=number, told=told) for number in range(TASKS))
    bot.write("stack.yml", STACK)
    bot.write("payload/hosts.ini", INVENTORY)
    bot.write("payload/roll.yml", f"- name: Roll out\n  hosts: all\n  gather_facts: false\n  tasks:\n{tasks}")


def told(bot: Bot, number: int) -> Counter[str]:
    return Counter((bot.folder / "told" / str(number)).read_text().splitlines())


def log_lines(bot: Bot, run: Watched) -> Counter[str]:
    logs = (bot.data / "runs" / str(run.number)).glob("*.log")
    lines = [line for log in logs for line in log.read_text().splitlines()]
    return Counter(line for line in lines if line.startswith("TASK") or line == "all done")


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_bot_is_killed_at_twenty_moments(asleep: Bot) -> None:
    moments = random.Random(20260101)
    bot = asleep
    (bot.stacks / "demo" / "payload").mkdir(parents=True)
    lay_out(bot)
    bot.start()
    slack = Slack(bot.url)
    once = Counter(f"{host} {task}" for host in HOSTS for task in range(TASKS))
    logged = Counter([*(f"TASK Task {task}" for task in range(TASKS)), "all done"])

    for numbers in ((first, first + 1) for first in range(0, 2 * KILLS, 2)):
        running = []
        for number in numbers:
            running.append((number, start(slack, "Roll out", {"Round": number})))
            time.sleep(moments.uniform(0, PLAYBOOK_S / 2))
        bot.restart()

        for number, run in running:
            run.until("Succeeded", timeout_s=200)
            assert told(bot, number) == once, run.text
            assert log_lines(bot, run) == logged, run.text
            shown = [one for one in slack.messages() if f"demo #{run.number} ·" in read(one)]
            assert len(shown) == 1, run.text
            assert "web1 changed · web2 changed" in run.text
    assert [run["status"] for run in bot.json("runs", "--limit", str(2 * KILLS))] == ["succeeded"] * 2 * KILLS
