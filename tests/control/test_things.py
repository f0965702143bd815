"""What people write to follow something, and the check that comes of it."""

import pytest

from bot.base.errors import Refused
from bot.control.watchers.things import name_thing, read_thing

NUMBERS = r"v?\d+(\.\d+)*"
REGISTRIES = {"pypi": "https://packages.example.org/simple", "npm": "https://packages.example.org/npm"}
ANSIBLE = ("packages.pypi_releases", {"package": "ansible-core"})
VUE = ("packages.npm_releases", {"package": "@vue/cli"})
GITHUB = ("github.releases", {"repository": "hashicorp/terraform"})
AWS = ("packages.terraform_versions", {"address": "hashicorp/aws"})
GRAFANA = ("packages.helm_charts", {"repository": "https://grafana.github.io/helm-charts", "chart": "grafana"})
API = ("registry.tags", {"registry": "https://registry.example.org", "image": "shop/api", "pattern": r"1\..*"})
GHCR = ("registry.tags", {"registry": "https://ghcr.io", "image": "acme/api", "pattern": NUMBERS})
PROMETHEUS = ("registry.tags", {"registry": "https://quay.io", "image": "prometheus/prometheus", "pattern": NUMBERS})
RUNNER = ("gitlab.releases", {"project": "gitlab-org/runner/cli"})


@pytest.mark.parametrize(
    ("written", "check", "name"),
    [
        ("hashicorp/terraform", GITHUB, "hashicorp/terraform"),
        ("github:hashicorp/terraform", GITHUB, "hashicorp/terraform"),
        ("https://github.com/hashicorp/terraform/releases/tag/v1.9.0", GITHUB, "hashicorp/terraform"),
        ("<https://github.com/hashicorp/terraform|github.com/hashicorp/terraform>", GITHUB, "hashicorp/terraform"),
        ("github.com/hashicorp/terraform", GITHUB, "hashicorp/terraform"),
        ("https://github.com/hashicorp/terraform/?tab=readme-ov-file#install", GITHUB, "hashicorp/terraform"),
        ("https://github.com/hashicorp/terraform.git", GITHUB, "hashicorp/terraform"),
        ("git@github.com:hashicorp/terraform.git", GITHUB, "hashicorp/terraform"),
        ("gitlab:gitlab-org/runner/cli", RUNNER, "gitlab:gitlab-org/runner/cli"),
        ("https://gitlab.com/gitlab-org/runner/cli/", RUNNER, "gitlab:gitlab-org/runner/cli"),
        ("gitlab.com/gitlab-org/runner/cli", RUNNER, "gitlab:gitlab-org/runner/cli"),
        ("https://gitlab.com/gitlab-org/runner/cli/-/releases", RUNNER, "gitlab:gitlab-org/runner/cli"),
        (
            "https://git.example.org/acme/shop/-/releases",
            ("gitlab.releases", {"project": "acme/shop", "endpoint": "https://git.example.org"}),
            "gitlab:git.example.org/acme/shop",
        ),
        (
            "git@gitlab.example.org:acme/shop.git",
            ("gitlab.releases", {"project": "acme/shop", "endpoint": "https://gitlab.example.org"}),
            "gitlab:gitlab.example.org/acme/shop",
        ),
        ("pypi:ansible-core", ANSIBLE, "pypi:ansible-core"),
        ("PyPI:Ansible_Core", ANSIBLE, "pypi:ansible-core"),
        ("https://pypi.example.org/project/ansible-core/2.19.0/", ANSIBLE, "pypi:ansible-core"),
        ("npm:@vue/cli", VUE, "npm:@vue/cli"),
        ("https://www.npmjs.example.org/package/@vue/cli", VUE, "npm:@vue/cli"),
        (
            "https://hub.docker.com/_/nginx/tags",
            ("packages.dockerhub_tags", {"image": "nginx", "pattern": NUMBERS}),
            None,
        ),
        (
            "https://hub.docker.com/r/grafana/grafana",
            ("packages.dockerhub_tags", {"image": "grafana/grafana", "pattern": NUMBERS}),
            None,
        ),
        (
            "docker.io/library/nginx:1.*",
            ("packages.dockerhub_tags", {"image": "nginx", "pattern": r"1\..*"}),
            "docker:nginx:1.*",
        ),
        ("https://quay.io/repository/prometheus/prometheus?tab=tags", PROMETHEUS, "quay.io/prometheus/prometheus"),
        ("https://github.com/acme/shop/pkgs/container/api", GHCR, "ghcr.io/acme/api"),
        ("https://github.com/orgs/acme/packages/container/package/api", GHCR, "ghcr.io/acme/api"),
        ("docker:nginx:1.*-alpine", ("packages.dockerhub_tags", {"image": "nginx", "pattern": r"1\..*\-alpine"}), None),
        ("terraform:hashicorp/aws", AWS, "terraform:hashicorp/aws"),
        ("https://registry.terraform.io/providers/hashicorp/aws/latest/docs", AWS, "terraform:hashicorp/aws"),
        (
            "https://registry.terraform.io/modules/terraform-aws-modules/vpc/aws/5.1.0",
            ("packages.terraform_versions", {"address": "terraform-aws-modules/vpc/aws"}),
            None,
        ),
        ("helm:grafana.github.io/helm-charts/grafana", GRAFANA, None),
        (
            "https://artifacthub.io/packages/helm/grafana/grafana",
            ("packages.artifacthub_versions", {"package": "helm/grafana/grafana"}),
            None,
        ),
        ("registry.example.org/shop/api:1.*", API, "registry.example.org/shop/api:1.*"),
        ("helm:oci://registry.example.org/shop/api:1.*", API, None),
        (
            "127.0.0.1:5000/shop/api",
            ("registry.tags", {"registry": "https://127.0.0.1:5000", "image": "shop/api", "pattern": NUMBERS}),
            None,
        ),
        ("debian:nginx", ("packages.debian_versions", {"package": "nginx"}), None),
        ("eol:postgresql", ("packages.endoflife_cycles", {"product": "postgresql"}), "endoflife:postgresql"),
    ],
)
def test_a_thing_is_understood(written, check, name):
    thing = read_thing(written, registries=REGISTRIES)

    assert (thing.use.check, thing.use.with_) == check
    assert name in (None, thing.name)


@pytest.mark.parametrize(
    "written",
    [
        *("terraform", "a/b/c", "pypi:", "pypi:a b", "gopher:x", "https://example.org/x", "ftp://github.com/a/b"),
        *("http://2130706433/a/b/-/releases", "https://[a/b", "https://git.ex\u2100mple.org/a/b"),
        *("pypi:{{vars.token}}", "{{vars.a}}/{{vars.b}}", "registry.example.org/{{vars.x}}:1", "docker:a/b/c/d"),
        *("https://github.com/orgs/hashicorp/repositories", "https://github.com/hashicorp"),
        *("http://127.0.0.1/", "file:///etc/passwd", "helm:grafana", "", "--help", "host.example/UPPER:1"),
        f"{'a' * 250}/b",
    ],
)
def test_what_is_not_understood_is_answered_with_what_is(written):
    with pytest.raises(Refused) as refused:
        read_thing(written, registries=REGISTRIES)

    assert "pypi:ansible-core" in str(refused.value)


@pytest.mark.parametrize(
    ("written", "setting"),
    [("pypi:ansible-core", "STACKHAND_PYTHON_INDEX"), ("npm:@vue/cli", "STACKHAND_NPM_REGISTRY")],
)
def test_a_package_whose_registry_is_not_set_is_answered_with_the_setting(written, setting):
    with pytest.raises(Refused, match=f"which registry to ask for {written}: nobody has set {setting}"):
        read_thing(written, registries={})


def test_a_thing_has_its_name_also_where_its_registry_is_not_set():
    assert name_thing("https://pypi.example.org/project/ansible-core/") == "pypi:ansible-core"


def test_a_range_is_read_however_it_is_spaced_and_stays_in_its_order():
    assert read_thing("a/b", registries={}, range=">= 1.9, < 2").range == ">=1.9,<2"
    assert read_thing("a/b", registries={}, range="~> 1.9, != 1.9.3").range == "~=1.9,!=1.9.3", "as Terraform has it"


def test_a_kind_that_is_misspelt_is_guessed_and_one_that_nobody_knows_is_answered_with_all_once():
    with pytest.raises(Refused, match=r'I know no "pipy"\. Did you mean "pypi"\? I understand'):
        read_thing("pipy:ansible-core", registries=REGISTRIES)
    with pytest.raises(Refused, match=r'I know no "xyz"\. I understand hashicorp/terraform'):
        read_thing("xyz:ansible-core", registries=REGISTRIES)


def test_what_is_no_range_is_said():
    with pytest.raises(Refused, match='"newest" is no range of versions'):
        read_thing("a/b", registries={}, range="newest")
