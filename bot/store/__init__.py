"""The rows: tables, one query file per noun, migrations. Hands out model values, never live rows."""
