"""What is looked at outside, tried and simulated in the terminal."""

import pytest

from tests.fakes.told_site import told_site

STACK = """\
stack: radar
title: Radar
resources:
  app:
    check: http.versions
    every: 5m
    with: {{url: "{url}/app", json_path: "$[*]"}}
    filter: {{range: ">=1.1"}}
jobs:
  upgrade:
    title: Upgrade
    form: {{version: {{type: text}}}}
    triggers: [{{version: app, form: {{version: "{{{{ app.number }}}}"}}}}]
    steps: [{{title: Upgrade, uses: command.run, with: {{argv: [echo, "to {{{{ form.version }}}}"]}}}}]
  sweep:
    title: Sweep
    triggers: [{{version: app, debounce: 1h}}]
    steps: [{{title: Sweep, uses: command.run, with: {{argv: [echo, swept]}}}}]
"""


@pytest.fixture
def site():
    with told_site() as told:
        told.pages["/app"] = ["1.0", "1.1", "1.2rc1", "1.10"]
        yield told


@pytest.fixture
def radar(terminal, site):
    """A terminal whose stack follows the site."""
    terminal.write_stack("radar", STACK.format(url=site.url))
    return terminal


def rows(done):
    """The words of each line."""
    return [line.split() for line in done.stdout.splitlines()]


def test_what_was_never_looked_at_is_listed_too(radar):
    assert rows(radar.ask("watch", "list")) == [["radar/app", "-", "0", "never", "-"]]


def test_without_resources_the_list_says_where_they_are_written(terminal):
    assert terminal.ask("watch", "list").stdout == 'No stack has "resources".\n'


def test_a_test_says_of_each_version_whether_it_counts(radar):
    done = radar.ask("watch", "test", "radar/app")

    first, *listed = done.stdout.splitlines()
    assert (done.returncode, first) == (0, "http.versions, every 5m.")
    assert [" ".join(line.split()) for line in listed] == [
        "1.0 - it is not >=1.1",
        "1.1 - yes",
        "1.2rc1 - it is a pre-release",
        "1.10 - yes",
    ]
    assert rows(radar.ask("watch", "list")) == [["radar/app", "-", "0", "never", "-"]], "a test writes nothing down"


def test_a_test_that_fails_says_why(radar, site):
    site.status = 500

    done = radar.ask("watch", "test", "radar/app")

    assert done.returncode == 1
    assert f"{site.url}/app answered 500." in " ".join(done.stdout.split())


def test_what_is_not_for_this_machine_is_listed_as_such_and_no_test_of_it_asks_anybody(radar, site):
    here = STACK.format(url=site.url).replace("every: 5m", "every: 5m\n    when: not vars.sandbox")
    radar.write_stack("radar", here)

    assert " ".join(rows(radar.ask("watch", "list"))[0]) == "radar/app - 0 never not looked at here"
    done = radar.ask("watch", "test", "radar/app")
    assert (done.returncode, site.asked) == (2, [])
    assert " ".join(done.stderr.split()) == (
        "radar/app is not looked at here: its `when` is not true. It says: {{ not vars.sandbox }}"
    )


def test_a_misspelt_resource_is_guessed(radar):
    done = radar.ask("watch", "test", "radar/ap")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'There is no resource "radar/ap". Did you mean "radar/app"?\n'


def test_a_test_needs_a_resource(radar):
    assert radar.ask("watch", "test").stderr == "Which resource? stackhand watch list names them.\n"


def test_a_simulation_needs_a_version(radar):
    done = radar.ask("watch", "simulate", "radar/app")

    assert done.returncode == 2
    assert done.stderr == "Which version? stackhand watch simulate STACK/RESOURCE VERSION\n"


def test_a_simulation_starts_nothing_until_somebody_says_so(radar):
    done = radar.ask("watch", "simulate", "radar/app", "2.0")

    assert "app 2.0 would start: Upgrade and Sweep." in done.stdout
    assert "To start it, say --yes." in done.stdout
    assert radar.json("runs") == []


@pytest.mark.parametrize(
    ("announce", "where"),
    [('{channel: "#dev"}', "#dev"), ('{channel: "#dev", digest: weekly}', "#dev, with all that is new in a week")],
)
def test_a_simulation_says_where_it_would_be_told(radar, site, announce, where):
    radar.write_stack("radar", STACK.format(url=site.url).replace("every: 5m", f"every: 5m\n    announce: {announce}"))

    done = radar.ask("watch", "simulate", "radar/app", "2.0")

    assert f"app 2.0 would be told in {where}." in done.stdout


def test_a_simulation_says_of_what_does_not_count_why(radar):
    done = radar.ask("watch", "simulate", "radar/app", "1.0")

    first, then, *_ = done.stdout.splitlines()
    assert first == "By its filter 1.0 would not count, and nothing would follow: it is not >=1.1. If it did:"
    assert then == "app 1.0 would start: Upgrade and Sweep."


def test_a_simulation_starts_what_would_follow_and_shows_it(radar):
    done = radar.call("watch", "simulate", "radar/app", "2.0", "--yes")

    assert done.returncode == 0, done.stderr
    assert "radar #1 succeeded" in done.stdout
    assert "Sweep starts later, if a bot is up then: stackhand up" in done.stdout
    [run] = radar.json("runs")
    assert (run["job"], run["status"]) == ("upgrade", "succeeded")
    assert "version=2.0" in radar.ask("show", "1").stdout
    assert rows(radar.ask("watch", "list")) == [["radar/app", "-", "0", "never", "-"]], "it is not written down"
