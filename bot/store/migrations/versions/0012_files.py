"""Files that people give to forms, and the runs that got them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "given_file",
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ref"),
    )
    op.create_index("ix_given_file_at", "given_file", ["at"])
    op.create_index("ix_given_file_source", "given_file", ["source"])
    op.create_table(
        "file_use",
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ref", "run"),
    )
    op.create_index("ix_file_use_run", "file_use", ["run"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("file_use")
    op.drop_table("given_file")
