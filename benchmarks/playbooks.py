"""A playbook on fifty SSH hosts: by Stackhand, and by `ansible-playbook` alone. Needs root, for the hosts' network.

`python -m benchmarks.playbooks [HOSTS]`: the two take turns, each in a new workspace of connections, so that a busy
machine is as hard on the one as on the other. Their processor time tells more there; what the hosts' own SSH servers
take is no part of it.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks.figures import Aim, load
from benchmarks.processes import Cost, cost, folder, wait_until
from bot.app import App
from bot.control.start import StartJob
from bot.model.person import Person
from bot.model.run import RunStatus
from bot.settings import Settings
from tests.fakes.hosts import Lab, ssh_hosts

_HOSTS = 50
_FORKS = 10
_TURNS = 4
_LONGEST_S = 900.0
#: What a bot does once, when it comes up, is no part of a run.
_SETTLE_S = 3.0
_MOST_PERCENT = 5.0
_PLAYBOOK = """\
- hosts: web
  gather_facts: false
  tasks:
    - name: Write a file
      ansible.builtin.copy: {dest: "{{ site_root }}/note", content: "{{ note }}", mode: "0600"}
    - name: Look at it
      ansible.builtin.command: {argv: [cat, "{{ site_root }}/note"]}
      changed_when: false
"""
_STACK = """\
stack: bench
title: Benchmark
jobs:
  play:
    form: {{note: {{type: text}}}}
    steps:
      - uses: ansible.run_playbook
        with:
          {{playbook: payload/play.yml, inventory: {inventory}, forks: {forks}, vars: {{note: "{{{{ form.note }}}}"}}}}
"""


def main() -> None:
    """Measure, and print."""
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else _HOSTS
    names = [f"web{index}" for index in range(1, hosts + 1)]
    with folder() as home, ssh_hosts(home / "lab", names) as lab:
        payload = home / "stacks" / "bench" / "payload"
        payload.mkdir(parents=True)
        (payload / "play.yml").write_text(_PLAYBOOK)
        (payload.parent / "stack.yml").write_text(_STACK.format(inventory=lab.inventory, forks=_FORKS))
        pairs = [_pair(lab, home, turn) for turn in range(_TURNS)]
    print(f"{hosts} hosts, {_FORKS} at a time. {load()}")
    more = [(ours.took_s / plain.took_s - 1) * 100 for plain, ours in pairs]
    aim = Aim(what="Stackhand's part of the time, median", measured=median(more), most=_MOST_PERCENT, unit="%")
    print(f"{aim}; {min(more):.1f} to {max(more):.1f} in {len(more)} pairs")
    busy = median((ours.processor_s - plain.processor_s) / ours.took_s for plain, ours in pairs) * 100
    print(f"Stackhand beside the playbook, median: {busy:.1f} % of a processor")


def _pair(lab: Lab, home: Path, turn: int) -> tuple[Cost, Cost]:
    """What the program takes by itself, and what a run takes; every other time the run comes first."""
    if turn % 2:
        ours = _ours(home, turn)
        plain = _plain(lab, home, turn)
    else:
        plain = _plain(lab, home, turn)
        ours = _ours(home, turn)
    print(f"ansible-playbook {plain}, Stackhand {ours}", flush=True)
    return plain, ours


def _plain(lab: Lab, home: Path, turn: int) -> Cost:
    argv = [str(Path(sys.executable).with_name("ansible-playbook")), f"--inventory={lab.inventory}"]
    argv += [f"--forks={_FORKS}", f"--extra-vars=note='plain {turn}'", "play.yml"]
    with cost() as spent:
        subprocess.run(
            argv,
            cwd=home / "stacks" / "bench" / "payload",
            env={**os.environ, "LC_ALL": "C.UTF-8", "ANSIBLE_SSH_CONTROL_PATH_DIR": str(home / f"plain-{turn}")},
            check=True,
            capture_output=True,
        )
    return spent


def _ours(home: Path, turn: int) -> Cost:
    """From the click to the run's end. The bot is up for that long only: at rest it would slow down the other."""
    app = App.open(Settings(data=home / "data", stacks=home / "stacks"))
    app.start(slack=False)
    time.sleep(_SETTLE_S)
    person = Person(id="cli:bench", name="Benchmark")
    key = f"bench:{turn}"
    ask = StartJob(person=person, stack="bench", job="play", inputs={"note": f"ours {turn}"}, key=key, origin="cli")
    try:
        with cost() as spent:
            number = app.control.runs.start(ask).number
            # Seldom: looking takes time of the same processor. The rows say when it began and ended.
            wait_until(lambda: app.control.runs.get(number).status.is_over, timeout_s=_LONGEST_S, every_s=1)
        run = app.control.runs.get(number)
    finally:
        app.close()
    if run.status is not RunStatus.SUCCEEDED or run.ended_at is None:
        raise RuntimeError(f"run {number} {run.status}: {run.reason}")
    spent.took_s = (run.ended_at - run.created_at).total_seconds()
    return spent


if __name__ == "__main__":
    main()
