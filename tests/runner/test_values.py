"""What people read when the values of a step do not fit its action."""

import pytest

from actions.api import ActionFailed
from bot.model.plan import Uses
from bot.runner.actions import make

NODES = [{"http": "http://10.0.0.11:6081"}]


@pytest.mark.parametrize(
    ("uses", "fields", "said"),
    [
        ("varnish.flush", {"nodes": NODES, "what": "url", "values": ["/news"]}, "varnish.flush: /news has no host"),
        ("varnish.flush", {"nodes": NODES, "what": "page", "values": ["/"]}, "varnish.flush: what: Input should be"),
    ],
)
def test_the_field_is_named_where_it_is_one_fields_fault(uses, fields, said):
    with pytest.raises(ActionFailed) as failed:
        make(Uses(id="1", title="Flush", uses=uses, with_=fields), {})

    assert failed.value.reason.startswith(said)
