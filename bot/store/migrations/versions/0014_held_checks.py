"""Since when a host wants to be left alone by a check."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("watcher") as batch_op:
        batch_op.add_column(sa.Column("held_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("watcher") as batch_op:
        batch_op.drop_column("held_since")
