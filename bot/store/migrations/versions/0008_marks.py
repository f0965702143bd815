"""What people said about announced versions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "mark",
        sa.Column("watcher", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("watcher", "number"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("mark")
