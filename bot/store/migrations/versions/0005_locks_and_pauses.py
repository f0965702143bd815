"""Locks that people hold, pauses, and runs that are kept from beginning."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "pause",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("target"),
    )
    with op.batch_alter_table("lock", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", sa.String(), nullable=True))
    with op.batch_alter_table("lock_request", schema=None) as batch_op:
        batch_op.alter_column("run", existing_type=sa.BigInteger(), nullable=True)
        batch_op.add_column(sa.Column("person_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("length_s", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("ahead", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("override", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("ignores_freeze", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_run_held"), ["held"], unique=False)


def downgrade() -> None:
    """Take back; who waits or holds as a person is forgotten."""
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_held"))
        for name in ("held", "override", "ignores_freeze"):
            batch_op.drop_column(name)
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_column("subject")
    op.execute("DELETE FROM lock_request WHERE run IS NULL")
    with op.batch_alter_table("lock_request", schema=None) as batch_op:
        for name in ("ahead", "length_s", "person_id"):
            batch_op.drop_column(name)
        batch_op.alter_column("run", existing_type=sa.BigInteger(), nullable=False)
    with op.batch_alter_table("lock", schema=None) as batch_op:
        batch_op.drop_column("person_id")
    op.drop_table("pause")
