"""varnish.flush on real Varnish nodes before a site whose pages count how often they were made."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from actions.api import ActionFailed, HostState
from actions.varnish.flush import Flush
from tests.actions.recording import Recording
from tests.fakes.varnish import SECRET, Node, nodes

pytestmark = pytest.mark.full

KEYS = {"env:VARNISH_SECRET": SECRET}
PAGES = [("/", "www.example.org"), ("/news", "www.example.org"), ("/newspaper", "shop.example.org")]


@pytest.fixture(scope="module")
def varnish(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Node]]:
    with nodes(tmp_path_factory.mktemp("varnish")) as started:
        yield started


@pytest.fixture
def ctx(context: Callable[..., Recording]) -> Recording:
    return context(secrets=KEYS)


@pytest.fixture(params=["admin", "http"])
def flush(request: pytest.FixtureRequest, varnish: dict[str, Node]) -> Callable[..., Flush]:
    """Makes the action, by way of the administration and by way of PURGE and BAN."""

    def make(what: str, *values: str, **more: Any) -> Flush:
        admin = request.param == "admin"
        some = [
            {"name": node.name, "http": node.http, **({"admin": node.admin} if admin else {})}
            for node in varnish.values()
        ]
        fields = {"nodes": some, "what": what, "values": list(values), "secret": "env:VARNISH_SECRET", **more}
        return Flush.model_validate(fields)

    return make


def _copies(varnish: dict[str, Node]) -> list[list[str]]:
    """What visitors get of each page from each node."""
    return [[node.get(path, host) for path, host in PAGES] for node in varnish.values()]


@pytest.mark.parametrize(
    ("what", "value", "forgotten"),
    [
        ("url", "https://www.example.org/news", [False, True, False]),
        ("prefix", "www.example.org/news", [False, True, False]),
        ("host", "www.example.org", [True, True, False]),
        ("tag", "news", [False, True, True]),
        ("everything", None, [True, True, True]),
    ],
)
def test_what_is_old_is_gone_on_every_node_and_the_rest_is_kept(varnish, flush, ctx, what, value, forgotten):
    before = _copies(varnish)
    assert _copies(varnish) == before

    done = flush(what, *([value] if value else [])).run(ctx)

    assert done.nodes == ["cache1", "cache2", "cache3"]
    after = _copies(varnish)
    changed = [[new != old for new, old in zip(*pages, strict=True)] for pages in zip(after, before, strict=True)]
    assert changed == [forgotten] * 3
    assert {name: ctx.last(name)[0] for name in ctx.hosts} == dict.fromkeys(varnish, HostState.CHANGED)


def test_what_people_type_is_a_text_and_no_pattern(varnish, flush, ctx):
    before = _copies(varnish)

    flush("tag", 'n.ws"||obj.status==200').run(ctx)
    flush("prefix", "www.example.org/n.*").run(ctx)

    assert _copies(varnish) == before


def test_a_preview_says_which_nodes_answer_and_forgets_nothing(varnish, flush, context):
    before = _copies(varnish)

    said = flush("host", "www.example.org").preview(context(secrets=KEYS, previewing=True))

    assert said.splitlines() == [
        "Would forget host www.example.org. Pages are fetched anew.",
        "cache1: answers",
        "cache2: answers",
        "cache3: answers",
    ]
    assert _copies(varnish) == before


def test_a_node_that_serves_its_old_copy_all_the_same_is_named(varnish, ctx):
    # The ban is for another host than the one under which the pages are kept.
    some = [{"name": "cache1", "http": varnish["cache1"].http, "admin": varnish["cache1"].admin}]
    flush = Flush(
        nodes=some, what="host", values=["other.example.org"], secret="env:VARNISH_SECRET", look_at=["www.example.org/"]
    )

    with pytest.raises(ActionFailed, match=r"cache1: www\.example\.org/ still comes from its memory"):
        flush.run(ctx)


@pytest.mark.parametrize(("what", "value"), [("prefix", "www.example.org/ne"), ("host", "www.example.org")])
def test_what_was_asked_for_is_fetched_also_where_it_is_no_single_page(varnish, ctx, what, value):
    # No page has this header, so nothing is forgotten.
    some = [{"name": "cache1", "http": varnish["cache1"].http, "admin": varnish["cache1"].admin}]
    fields = {"nodes": some, "secret": "env:VARNISH_SECRET", "headers": {"host": "obj.http.x-wrong"}}

    with pytest.raises(ActionFailed, match=rf"cache1: {value} still comes from its memory"):
        Flush.model_validate({**fields, "what": what, "values": [value]}).run(ctx)


def test_a_wrong_secret_is_said_and_not_told(varnish, context):
    ctx = context(secrets={"env:VARNISH_SECRET": "something-else"})
    some = [{"name": "cache1", "http": varnish["cache1"].http, "admin": varnish["cache1"].admin}]

    with pytest.raises(ActionFailed, match="does not take our secret") as failed:
        Flush(nodes=some, what="everything", secret="env:VARNISH_SECRET").run(ctx)

    assert "something-else" not in f"{failed.value.reason} {ctx.text}"


def test_a_dead_node_is_named_the_others_are_done_and_a_further_try_leaves_them_out(tmp_path, context):
    with nodes(tmp_path / "v", ("cache1", "cache2")) as varnish:
        some = [{"name": node.name, "http": node.http, "admin": node.admin} for node in varnish.values()]
        flush = Flush(nodes=some, what="url", values=["www.example.org/"], secret="env:VARNISH_SECRET")
        before = varnish["cache2"].get("/")
        varnish["cache1"].end()
        ctx = context(secrets=KEYS)

        with pytest.raises(ActionFailed) as failed:
            flush.run(ctx)

        assert varnish["cache2"].get("/") != before
        assert failed.value.reason == "Not flushed: cache1: it did not answer."
        assert failed.value.hint == "Done on cache2. A retry leaves out what is done."
        assert (ctx.last("cache1")[0], ctx.last("cache2")[0]) == (HostState.FAILED, HostState.CHANGED)
        again = context(secrets=KEYS)
        with pytest.raises(ActionFailed):
            flush.rest(None, ["cache2"]).run(again)
        assert list(again.hosts) == ["cache1"]


@pytest.mark.parametrize(
    ("what", "values"), [("url", []), ("everything", ["a"]), ("url", ["/news"]), ("url", ["a b"]), ("tag", ["a\nb"])]
)
def test_half_a_question_is_refused(what: str, values: list[str]):
    with pytest.raises(ValidationError):
        Flush.model_validate({"nodes": [{"http": "http://127.0.0.1:1"}], "what": what, "values": values})
