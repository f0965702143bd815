"""Whose doing a run is that something else started."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_TABLES = ("run", "timer", "start")


def upgrade() -> None:
    """Apply."""
    for table in _TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("behind", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take back."""
    for table in _TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("behind")
