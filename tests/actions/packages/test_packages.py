"""The public registries of software, each in the words of its own API."""

from datetime import UTC, datetime

import pytest

from actions.api import ActionFailed
from actions.packages.artifacthub_versions import ArtifacthubVersions
from actions.packages.debian_versions import DebianVersions
from actions.packages.dockerhub_tags import DockerhubTags
from actions.packages.endoflife_cycles import EndoflifeCycles
from actions.packages.helm_charts import HelmCharts
from actions.packages.npm_releases import NpmReleases
from actions.packages.pypi_releases import PypiReleases
from actions.packages.terraform_versions import TerraformVersions
from tests.fakes.told_site import told_site

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def site():
    with told_site() as told:
        yield told


def test_a_python_release_is_yanked_once_all_of_its_files_are(site, looking):
    wheel, source = "ansible_core-2.19.0-py3-none-any.whl", "ansible_core-2.19.0.tar.gz"
    files = [
        {"filename": wheel, "upload-time": "2026-03-01T12:00:00Z", "yanked": "broken"},
        {"filename": source, "upload-time": "2026-03-01T12:05:00Z", "yanked": False},
        {"filename": "ansible_core-2.20.0rc1.tar.gz", "yanked": "broken"},
        {"filename": "ansible-core-of-old.exe", "yanked": False},
    ]
    site.pages["/simple/ansible-core/"] = {"meta": {"api-version": "1.1"}, "name": "ansible-core", "files": files}

    first, second = PypiReleases(package="Ansible_Core", index=f"{site.url}/simple").list_versions(looking())

    assert (first.number, first.published_at, first.is_yanked, first.is_prerelease) == ("2.19.0", NOON, False, False)
    assert (second.number, second.is_yanked, second.is_prerelease) == ("2.20.0rc1", True, True)
    assert site.sent_headers[0]["Accept"] == "application/vnd.pypi.simple.v1+json"
    assert first.url == ""


def test_a_deprecated_npm_release_counts_as_withdrawn(site, looking):
    versions = {"1.0.0": {"deprecated": "Use 2"}, "2.0.0-beta.1": {}}
    site.pages["/@vue%2Fcli"] = {"name": "@vue/cli", "dist-tags": {"latest": "1.0.0"}, "versions": versions}

    old, new = NpmReleases(package="@vue/cli", registry=site.url).list_versions(looking())

    assert (old.number, old.is_yanked, old.notes) == ("1.0.0", True, "Use 2")
    assert (new.number, new.is_yanked, new.is_prerelease) == ("2.0.0-beta.1", False, True)


def test_a_chart_says_which_program_it_installs(site, looking):
    entry = {"version": "8.1.0", "appVersion": "11.2", "created": "2026-03-01T12:00:00Z", "digest": "abc"}
    # JSON is YAML, too.
    site.pages["/charts/index.yaml"] = {"apiVersion": "v1", "entries": {"grafana": [entry], "loki": []}}

    [found] = HelmCharts(repository=f"{site.url}/charts/", chart="grafana").list_versions(looking())

    assert (found.number, found.app_version, found.published_at, found.state) == ("8.1.0", "11.2", NOON, "abc")


def test_security_updates_on_artifact_hub_are_told(site, looking):
    versions = [
        {"version": "1.1.0", "ts": NOON.timestamp(), "contains_security_updates": True, "prerelease": False},
        {"version": "1.0.0", "ts": NOON.timestamp(), "contains_security_updates": False, "prerelease": False},
    ]
    site.pages["/api/v1/packages/helm/grafana/grafana"] = {"name": "grafana", "available_versions": versions}

    new, old = ArtifacthubVersions(package="helm/grafana/grafana", endpoint=site.url).list_versions(looking())

    assert (new.number, new.published_at, "security" in new.notes, old.notes) == ("1.1.0", NOON, True, "")


def test_terraform_providers_and_modules_are_told_apart_by_their_address(site, looking):
    site.pages["/.well-known/terraform.json"] = {"providers.v1": "/v1/providers/", "modules.v1": f"{site.url}/api/tf/"}
    site.pages["/v1/providers/hashicorp/aws/versions"] = {
        "versions": [{"version": "6.0.0-beta1", "protocols": ["5.0"]}, {"version": "5.9.0", "protocols": ["5.0"]}]
    }
    site.pages["/api/tf/acme/vpc/aws/versions"] = {"modules": [{"versions": [{"version": "3.1.0"}]}]}

    provider = TerraformVersions(address="hashicorp/aws", registry=site.url).list_versions(looking())
    module = TerraformVersions(address="acme/vpc/aws", registry=site.url).list_versions(looking())

    assert [(one.number, one.is_prerelease) for one in provider] == [("6.0.0-beta1", True), ("5.9.0", False)]
    assert [one.name for one in module] == ["acme/vpc/aws 3.1.0"]


def test_an_official_image_is_found_without_its_library(site, looking):
    pushed = "2026-03-01T12:00:00.000000Z"
    tags = [
        {"name": "1.27", "digest": "sha256:a", "tag_last_pushed": pushed, "images": [{"digest": "sha256:b"}]},
        {"name": "1.26", "tag_last_pushed": pushed, "images": [{"digest": "sha256:d"}, {"digest": "sha256:c"}]},
        {"name": "latest", "digest": "sha256:a"},
    ]
    site.pages["/v2/namespaces/library/repositories/nginx/tags"] = {"count": 2, "next": None, "results": tags}

    found, other = DockerhubTags(image="nginx", pattern=r"\d.*", endpoint=site.url).list_versions(looking())

    assert (found.number, found.state, found.published_at, found.name) == ("1.27", "sha256:a", NOON, "nginx:1.27")
    assert other.state == "sha256:c sha256:d"


def test_a_debian_version_that_reaches_another_suite_has_another_state(site, looking):
    versions = [
        {"version": "1.26.3-3", "area": "main", "suites": ["trixie", "sid"]},
        {"version": "1.22.1-9", "area": "main", "suites": ["bookworm"]},
    ]
    site.pages["/api/src/nginx/"] = {"package": "nginx", "type": "package", "versions": versions}

    [found] = DebianVersions(package="nginx", suite="sid", endpoint=site.url).list_versions(looking())

    assert (found.number, found.state, found.suites) == ("1.26.3-3", "sid trixie", ["sid", "trixie"])


def test_the_end_of_a_life_changes_the_state_and_a_new_minor_version_does_not(site, looking):
    releases = [
        {
            "name": "17",
            "releaseDate": "2024-09-26",
            "isEol": False,
            "eolFrom": "2029-11-08",
            "latest": {"name": "17.2"},
        },
        {"name": "12", "releaseDate": "2019-10-03", "isEol": True, "eolFrom": "2024-11-21", "latest": None},
    ]
    site.pages["/api/v1/products/postgresql"] = {"schema_version": "1.2.0", "result": {"releases": releases}}

    new, old = EndoflifeCycles(product="postgresql", endpoint=site.url).list_versions(looking())

    assert (new.number, new.state, new.latest, new.is_over) == ("17", "2029-11-08", "17.2", False)
    assert (old.state, old.title) == ("2024-11-21 over", "Its life is over, since 2024-11-21")


@pytest.mark.parametrize(
    ("check", "sentence"),
    [
        (lambda url: NpmReleases(package="no-such", registry=url), "There is no package no-such at http"),
        (lambda url: TerraformVersions(address="a/b", registry=url), "There is no registry of Terraform's at http"),
        (lambda url: HelmCharts(repository=url, chart="x"), "There is no index of charts at http"),
    ],
)
def test_what_is_not_there_is_named(site, looking, check, sentence):
    with pytest.raises(ActionFailed, match=sentence):
        check(site.url).list_versions(looking())


def test_a_registry_that_has_no_providers_says_so(site, looking):
    site.pages["/.well-known/terraform.json"] = {"modules.v1": "/v1/modules/"}

    with pytest.raises(ActionFailed, match="has no providers"):
        TerraformVersions(address="a/b", registry=site.url).list_versions(looking())


@pytest.mark.parametrize("body", [None, [], {"versions": None}, "words"])
def test_an_answer_of_another_shape_lists_nothing(site, looking, body):
    site.pages["/no-such"] = body

    assert NpmReleases(package="no-such", registry=site.url).list_versions(looking()) == []
