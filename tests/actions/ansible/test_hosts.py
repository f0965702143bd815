"""ansible.hosts, on inventories of which no host is asked."""

import pytest

from actions.ansible.hosts import Hosts
from actions.api import ActionFailed

INVENTORY = "[web]\nweb2\nweb1.example.org\n[database]\ndb1\n"


@pytest.mark.parametrize(
    ("hosts", "found"),
    [("all", ["web2", "web1.example.org", "db1"]), ("web", ["web2", "web1.example.org"]), ("nobody", [])],
)
def test_a_groups_hosts_are_listed_by_their_names(tmp_path, looking, hosts, found):
    (tmp_path / "hosts.ini").write_text(INVENTORY)

    listed = Hosts(inventory="hosts.ini", hosts=hosts).list_versions(looking())

    assert [version.number for version in listed] == found


def test_an_inventory_that_is_not_there_is_named(looking):
    with pytest.raises(ActionFailed, match=r"The inventory lost\.ini cannot be read: .*No inventory was parsed"):
        Hosts(inventory="lost.ini").list_versions(looking())
