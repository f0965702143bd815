"""Whether the coming look at a resource was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("watcher", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("watcher", schema=None) as batch_op:
        batch_op.drop_column("asked")
