"""`database.copy_masked` and what only SQLite has."""

import sqlite3
from contextlib import closing

import pytest

from actions.api import ActionFailed
from actions.database.copy_masked import CopyMasked
from tests.actions.database import shop


@pytest.fixture
def copy(tmp_path):
    """Makes the action, for a production with these statements."""
    (tmp_path / "staging").mkdir()

    def make(*statements: str, **tables: object) -> CopyMasked:
        with closing(sqlite3.connect(tmp_path / "production.db")) as session:
            session.executescript(";".join(statements))
        addresses = {name: f"sqlite://{tmp_path}/{name}.db" for name in ("production", "staging/shop")}
        fields = {"source": addresses["production"], "target": addresses["staging/shop"], "key": "env:MASK_KEY"}
        return CopyMasked.model_validate({**fields, "tables": tables})

    return make


def test_pictures_and_bytes_that_are_no_text_are_copied_and_masked(copy, context, tmp_path):
    made = "CREATE TABLE pictures (id integer PRIMARY KEY, picture blob, label text)"
    rows = "INSERT INTO pictures VALUES (1, x'89504eff00ff', x'ff00'), (2, NULL, 'sea'), (3, '', NULL)"

    copy(made, rows, pictures={"columns": {"label": "mask"}}).run(context(secrets=shop.SECRETS))

    with closing(sqlite3.connect(tmp_path / "staging" / "shop.db")) as session:
        pictures = session.execute("SELECT picture, label FROM pictures ORDER BY id").fetchall()
    assert [picture for picture, _ in pictures] == [bytes.fromhex("89504eff00ff"), None, ""]
    assert [label and len(label) for _, label in pictures] == [24, 24, None]


def test_personal_data_in_bytes_is_found_and_a_virtual_table_is_named(copy, context):
    action = copy(
        "CREATE TABLE carts (id integer PRIMARY KEY, state blob)",
        f"INSERT INTO carts VALUES (1, x'00ff' || CAST('{shop.MARK}@raw.example.org' AS BLOB))",
        "CREATE VIRTUAL TABLE words USING fts5(word)",
    )
    ctx = context(secrets=shop.SECRETS, previewing=True)

    with pytest.raises(ActionFailed, match=r"carts\.state \(holds what looks like e-mail addresses\)"):
        action.preview(ctx)
    assert "Not copied: virtual table words." in ctx.lines


def test_a_view_that_can_be_written_to_still_can(copy, context, tmp_path):
    copy(
        "CREATE TABLE cakes (id integer PRIMARY KEY)",
        "CREATE VIEW menu AS SELECT id FROM cakes",
        "CREATE TRIGGER baked INSTEAD OF INSERT ON menu BEGIN INSERT INTO cakes VALUES (new.id); END",
    ).run(context(secrets=shop.SECRETS))

    with closing(sqlite3.connect(tmp_path / "staging" / "shop.db")) as session:
        session.execute("INSERT INTO menu VALUES (7)")
        assert session.execute("SELECT id FROM cakes").fetchall() == [(7,)]
