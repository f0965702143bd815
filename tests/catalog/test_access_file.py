"""access.yml: what its rules become, and that a broken one opens no door."""

import os
from pathlib import Path

import pytest

from bot.catalog.catalog import Catalog
from bot.model.stack import AccessRule

NOBODY_IN_WEB = AccessRule(who=("everyone",), may=("all",), on=("web",), deny=True)


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "stack.yml").write_text("jobs: {go: {steps: [{wait: 1s}]}}")
    return tmp_path


def edit(path: Path, text: str, catalog: Catalog) -> None:
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + 1_000_000_000, before + 1_000_000_000))
    catalog.refresh()


def test_without_a_file_there_are_no_rules(stacks: Path) -> None:
    catalog = Catalog(stacks, dict)

    assert (catalog.has_access_file, catalog.access) == (False, ())


def test_one_or_several_of_each_can_be_named(stacks: Path) -> None:
    (stacks / "access.yml").write_text(
        """
- {who: "@platform", may: all}
- {who: [alice@example.org, "*@example.net"], may: [see, run], on: [web/go/staging, shop]}
- {who: everyone, may: run, on: "*/*/production", deny: true}
"""
    )

    assert Catalog(stacks, dict).access == (
        AccessRule(who=("@platform",), may=("all",)),
        AccessRule(who=("alice@example.org", "*@example.net"), may=("see", "run"), on=("web/go/staging", "shop")),
        AccessRule(who=("everyone",), may=("run",), on=("*/*/production",), deny=True),
    )


def test_the_rules_of_a_stack_reach_no_further_than_it(stacks: Path) -> None:
    (stacks / "web" / "access.yml").write_text("[{who: '@web', may: run}, {who: '@ops', may: run, on: go/production}]")

    catalog = Catalog(stacks, dict)

    assert catalog.has_access_file
    assert [rule.on for rule in catalog.access] == [("web",), ("web/go/production",)]


def test_a_rule_of_a_stack_about_no_job_of_it_is_told(stacks: Path) -> None:
    (stacks / "web" / "access.yml").write_text(
        "roles: {ops: {people: '@ops', may: run, on: [go/production, '*', g*]}}\n"
        "rules:\n"
        "- {who: U024BE7LH, may: run, on: web/go/production, deny: true}\n"
        "- {who: U024BE7LH, may: run, on: [go, goo]}\n"
    )

    assert [str(problem).partition("access.yml:")[2] for problem in Catalog(stacks, dict).problems] == [
        '3:34: Web has no job "web", and in this file rules begin at the job. There is go.',
        '4:39: Web has no job "goo", and in this file rules begin at the job. Did you mean "go"?',
    ]


def test_mistakes_are_told_with_their_places(stacks: Path) -> None:
    (stacks / "access.yml").write_text(
        "- {who: '@a', may: runn}\n- {who: [], my: run}\n- {who: x, may: [see, admn]}\n- 5\n"
    )

    assert [str(problem).partition("access.yml:")[2] for problem in Catalog(stacks, dict).problems] == [
        '1:20: "may" of rule 1: "runn" is nothing one may. Did you mean "run"?',
        '2:3: rule 2 needs "may".',
        '2:9: "who" of rule 2: it is empty.',
        '2:13: rule 2 has no key "my". Did you mean "may"?',
        '3:23: item 2 of "may" of rule 3: "admn" is nothing one may. Did you mean "admin"?',
        "4:3: rule 4 has to be a mapping.",
    ]


def test_a_broken_edit_keeps_the_last_good_rules(stacks: Path) -> None:
    path = stacks / "access.yml"
    path.write_text("- {who: '@platform', may: all}")
    catalog = Catalog(stacks, dict)
    assert catalog.problems == ()

    edit(path, "- {who: everyone", catalog)

    assert [rule.who for rule in catalog.access] == [("@platform",)]
    assert len(catalog.problems) == 2


def test_a_file_that_never_was_good_gives_nobody_a_right(stacks: Path) -> None:
    (stacks / "access.yml").write_text("- {who: everyone")
    (stacks / "web" / "access.yml").write_text("- {who: everyone, may: all}")

    catalog = Catalog(stacks, dict)

    assert (catalog.has_access_file, catalog.access) == (True, ())


def test_a_stack_whose_rules_never_were_good_is_closed_to_all(stacks: Path) -> None:
    (stacks / "access.yml").write_text("- {who: everyone, may: all}")
    (stacks / "web" / "access.yml").write_text("- {who: everyone")

    assert NOBODY_IN_WEB in Catalog(stacks, dict).access


def test_a_removed_file_takes_its_rules_with_it(stacks: Path) -> None:
    (stacks / "access.yml").write_text("- {who: everyone, may: see}")
    catalog = Catalog(stacks, dict)

    (stacks / "access.yml").unlink()
    catalog.refresh()

    assert (catalog.has_access_file, catalog.access) == (False, ())


ROLES = """\
roles:
  operators: {people: ["@platform", ada@example.org], may: [run, cancel]}
  approvers: {people: U0GRACE, may: approve, on: "*/*/production"}
  interns: {people: "*@interns.example.org"}
rules:
  - {who: everyone, may: see}
  - {who: [interns, U0BEN], may: run, on: "*/*/production", deny: true}
"""


def test_a_role_is_a_name_for_people_and_what_they_may(stacks: Path) -> None:
    (stacks / "access.yml").write_text(ROLES)

    assert Catalog(stacks, dict).access == (
        AccessRule(who=("@platform", "ada@example.org"), may=("run", "cancel")),
        AccessRule(who=("U0GRACE",), may=("approve",), on=("*/*/production",)),
        AccessRule(who=("everyone",), may=("see",)),
        AccessRule(who=("*@interns.example.org", "U0BEN"), may=("run",), on=("*/*/production",), deny=True),
    )


def test_the_rules_of_a_stack_may_name_the_roles_for_all(stacks: Path) -> None:
    (stacks / "access.yml").write_text(ROLES)
    (stacks / "web" / "access.yml").write_text("[{who: approvers, may: override, on: go}]")
    catalog = Catalog(stacks, dict)

    edit(stacks / "access.yml", ROLES.replace("U0GRACE", "U0BEA"), catalog)

    assert catalog.problems == ()
    assert catalog.access[-1] == AccessRule(who=("U0BEA",), may=("override",), on=("web/go",))


def test_mistakes_in_roles_are_told_with_their_places(stacks: Path) -> None:
    (stacks / "access.yml").write_text("roles:\n  a: {people: '@x', mai: run}\n  b: {may: [runn]}\nrule: []\n")

    assert [str(problem).partition("access.yml:")[2] for problem in Catalog(stacks, dict).problems] == [
        '2:21: role "a" has no key "mai". Did you mean "may"?',
        '3:3: role "b" needs "people".',
        '3:13: item 1 of "may" of role "b": "runn" is nothing one may. Did you mean "run"?',
        '4:1: access.yml has no key "rule". Did you mean "rules"?',
    ]


def test_a_name_that_means_nobody_is_a_mistake(stacks: Path) -> None:
    (stacks / "access.yml").write_text(ROLES + "  - {who: operatrs, may: lock}\n")
    (stacks / "web" / "access.yml").write_text("- {who: ['@web', ada], may: run}\n")

    assert [problem.text for problem in Catalog(stacks, dict).problems] == [
        '"operatrs" is nobody: write @group, an address, a Slack user id, a role, workflows, guests or everyone. '
        'Did you mean "operators"?',
        '"ada" is nobody: write @group, an address, a Slack user id, workflows, guests or everyone.',
    ]
