"""What is not asked for any more has a date, what is looked for often an index, and no id is given twice."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

#: Their ids are in buttons and keys that outlive their rows.
_NUMBERED = ("timer", "approval")
_OWED = sa.text("wanted > sent")
_BOARD = sa.text("kind = 'board'")
_OF_A_TIMER = sa.text("timer IS NOT NULL")
_GONE = sa.text("gone_at IS NOT NULL")
_UNDOES = sa.text("undo_of IS NOT NULL")
_RETRIES = sa.text("retry_of IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    for table in ("message", "trigger"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("idle_since", sa.DateTime(timezone=True), nullable=True))
    # From now on a run tells its messages that they have to show it anew.
    op.execute(
        "UPDATE message SET wanted = coalesce((SELECT revision FROM run WHERE number = message.run"
        " AND revision > message.wanted), wanted) WHERE kind IN ('run', 'step')"
    )
    op.drop_index("ix_message_open", "message")
    op.create_index("ix_message_owed", "message", ["not_before"], sqlite_where=_OWED, postgresql_where=_OWED)
    op.drop_index("ix_message_run", "message")
    op.create_index("ix_message_run", "message", ["run", "idle_since"])
    op.create_index("ix_message_board", "message", ["key"], sqlite_where=_BOARD, postgresql_where=_BOARD)
    op.create_index("ix_message_timer", "message", ["timer"], sqlite_where=_OF_A_TIMER, postgresql_where=_OF_A_TIMER)
    op.create_index("ix_run_ended_at", "run", ["ended_at"])
    op.create_index("ix_run_job", "run", ["stack", "job", "status", "environment"])
    op.create_index("ix_run_undo_of", "run", ["undo_of"], sqlite_where=_UNDOES, postgresql_where=_UNDOES)
    op.create_index("ix_run_retry_of", "run", ["retry_of"], sqlite_where=_RETRIES, postgresql_where=_RETRIES)
    op.create_index("ix_version_gone_at", "version", ["gone_at"], sqlite_where=_GONE, postgresql_where=_GONE)
    op.drop_index("ix_timer_at", "timer")
    op.create_index("ix_timer_state", "timer", ["state", "at"])
    _number(once=True)


def downgrade() -> None:
    """Take back."""
    _number(once=False)
    op.drop_index("ix_timer_state", "timer")
    op.create_index("ix_timer_at", "timer", ["at"])
    op.drop_index("ix_version_gone_at", "version")
    for name in ("ix_run_retry_of", "ix_run_undo_of", "ix_run_job", "ix_run_ended_at"):
        op.drop_index(name, "run")
    for name in ("ix_message_timer", "ix_message_board", "ix_message_run", "ix_message_owed"):
        op.drop_index(name, "message")
    op.create_index("ix_message_run", "message", ["run"])
    op.create_index("ix_message_open", "message", ["gave_up", "not_before"])
    for table in ("message", "trigger"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("idle_since")


def _number(*, once: bool) -> None:
    """PostgreSQL gives no number twice by itself."""
    if op.get_bind().dialect.name == "sqlite":
        for table in _NUMBERED:
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": once}):
                pass
