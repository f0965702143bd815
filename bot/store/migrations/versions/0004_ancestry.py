"""Whose step started a run, what it took over from an older one, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retry_of", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("parent", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("parent_step", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("outputs", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.create_index(batch_op.f("ix_run_parent"), ["parent"], unique=False)
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_from", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.drop_column("taken_from")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_parent"))
        for name in ("outputs", "parent_step", "parent", "retry_of"):
            batch_op.drop_column(name)
