"""cdn.purge_*: what each network is asked, and what it keeps afterwards."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from pydantic import ValidationError

from actions.api import ActionFailed
from actions.cdn.purge_cloudflare import PurgeCloudflare
from actions.cdn.purge_cloudfront import PurgeCloudfront
from actions.cdn.purge_fastly import PurgeFastly
from actions.cdn.what import Purged
from tests.actions.recording import Recording
from tests.fakes.aws import moto
from tests.fakes.cdns import PAGES, SERVICE, TOKEN, ZONE, Cdn, cdn

KEYS = {"env:TOKEN": TOKEN}
FRONT, NEWS, TODAY, SHOP = PAGES


@pytest.fixture
def network() -> Iterator[Cdn]:
    with cdn() as started:
        yield started
    assert started.problems() == []


@pytest.fixture
def ctx(context: Callable[..., Recording]) -> Recording:
    return context(secrets=KEYS)


def _cloudflare(network: Cdn, what: str, *values: str) -> PurgeCloudflare:
    fields = {"zone": ZONE, "token": "env:TOKEN", "endpoint": f"{network.url}/client/v4"}
    return PurgeCloudflare.model_validate({**fields, "what": what, "values": list(values)})


def _fastly(network: Cdn, what: str, *values: str, **more: Any) -> PurgeFastly:
    fields = {"service": SERVICE, "token": "env:TOKEN", "endpoint": network.url, **more}
    return PurgeFastly.model_validate({**fields, "what": what, "values": list(values)})


@pytest.mark.parametrize(
    ("what", "value", "left"),
    [
        ("url", NEWS, [FRONT, TODAY, SHOP]),
        ("prefix", NEWS, [FRONT, SHOP]),
        ("host", "www.example.org", [SHOP]),
        ("tag", "news", [FRONT, SHOP]),
        ("everything", None, []),
    ],
)
def test_cloudflare_forgets_what_is_asked_for_and_keeps_the_rest(network, ctx, what, value, left):
    purge = _cloudflare(network, what, *([value] if value else []))

    assert purge.preview(ctx).startswith("Cloudflare would forget ")
    assert list(network.kept) == list(PAGES)
    done = purge.run(ctx)

    assert list(network.kept) == left
    assert done == Purged(ids=[ZONE])
    assert ctx.begun == [Purged()]
    assert purge.undo(done) is None


@pytest.mark.parametrize(
    ("what", "value", "left"),
    [("url", NEWS, [FRONT, TODAY, SHOP]), ("tag", "news", [FRONT, SHOP]), ("everything", None, [])],
)
def test_fastly_forgets_what_is_asked_for_and_keeps_the_rest(network, ctx, what, value, left):
    purge = _fastly(network, what, *([value] if value else []))

    purge.preview(ctx)
    assert list(network.kept) == list(PAGES)
    purge.run(ctx)

    assert list(network.kept) == left


def test_fastlys_numbers_are_one_for_each_tag_whatever_its_name_and_one_for_an_address(network, ctx):
    tags = _fastly(network, "tag", "status", "id", "news").run(ctx)
    address = _fastly(network, "url", NEWS).run(ctx)
    everything = _fastly(network, "everything").run(ctx)

    assert (len(tags.ids), len(address.ids), everything.ids) == (3, 1, [])


def test_many_values_are_ordered_in_portions(network, ctx):
    values = [f"http://www.example.org/{index}" for index in range(300)]

    _cloudflare(network, "url", *values[:70]).run(ctx)
    _fastly(network, "tag", *values).run(ctx)

    assert [len(json.loads(one.body)["files"]) for one in network.cloudflare_asked] == [30, 30, 10]
    assert [len(json.loads(one.body)["surrogate_keys"]) for one in network.fastly_asked] == [256, 44]


@pytest.mark.parametrize(
    ("purge", "what", "values", "more"),
    [
        (PurgeCloudflare, "prefix", ["www.example.org/news?page=1"], {"zone": ZONE, "token": "env:TOKEN"}),
        (PurgeCloudfront, "tag", ["news"], {"distribution": "E1"}),
        (PurgeCloudfront, "prefix", [f"www.example.org/{index}" for index in range(16)], {"distribution": "E1"}),
        (PurgeFastly, "prefix", ["www.example.org"], {"service": SERVICE, "token": "env:TOKEN"}),
        (PurgeFastly, "host", ["www.example.org"], {"service": SERVICE, "token": "env:TOKEN"}),
        (PurgeFastly, "everything", [], {"service": SERVICE, "token": "env:TOKEN", "soft": True}),
    ],
)
def test_what_a_network_cannot_do_is_said_when_the_stack_is_checked(purge, what, values, more):
    with pytest.raises(ValidationError, match=r"(Cloudflare|CloudFront|Fastly) forgets"):
        purge(what=what, values=values, **more)


@pytest.mark.parametrize(
    ("status", "hint"), [(403, "The token may not purge"), (429, "Try again after 30 s"), (500, "")]
)
def test_a_refusal_has_the_networks_own_words(network, ctx, status, hint):
    network.fails_with = status

    for purge in (_cloudflare(network, "everything"), _fastly(network, "everything")):
        with pytest.raises(ActionFailed) as failed:
            purge.run(ctx)
        assert failed.value.reason.endswith(f"refused it: try again later ({status}).")
        assert hint in failed.value.hint
        assert TOKEN not in f"{failed.value.reason} {ctx.text}"


def test_cloudfront_forgets_and_is_waited_for(context):
    keys = {"env:KEY": "AKIAIOSFODNN7EXAMPLE", "env:SECRET": "wJalrXUtnFEMI-K7MDENG"}
    with moto() as url:
        cloudfront: Any = boto3.client(
            "cloudfront", region_name="us-east-1", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b"
        )
        id = cloudfront.create_distribution(DistributionConfig=_DISTRIBUTION)["Distribution"]["Id"]
        fields = {"distribution": id, "endpoint": url, "access_key": "env:KEY", "secret_key": "env:SECRET"}
        purge = PurgeCloudfront(what="prefix", values=["https://www.example.org/größe"], every_s=0.05, **fields)

        said = purge.preview(context(secrets=keys))
        assert cloudfront.list_invalidations(DistributionId=id)["InvalidationList"]["Quantity"] == 0
        done = purge.run(context(secrets=keys))

        # Anything but ASCII is no path to it.
        assert said.endswith("would forget /gr%C3%B6%C3%9Fe*. Pages are fetched anew.")
        kept = cloudfront.get_invalidation(DistributionId=id, Id=done.ids[0])["Invalidation"]["InvalidationBatch"]
        assert kept["Paths"]["Items"] == ["/gr%C3%B6%C3%9Fe*"]
        with pytest.raises(ActionFailed, match=r"AWS refused it: .*\(NoSuchDistribution\)"):
            purge.model_copy(update={"distribution": "ENOTTHERE"}).preview(context(secrets=keys))


_ORIGIN = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
_DISTRIBUTION = {
    "CallerReference": "one",
    "Comment": "",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [{"Id": "site", "DomainName": "site.example.org", "CustomOriginConfig": _ORIGIN}],
    },
    "DefaultCacheBehavior": {
        "TargetOriginId": "site",
        "ViewerProtocolPolicy": "allow-all",
        "MinTTL": 0,
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
    },
}
