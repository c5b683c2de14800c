"""What Alembic runs for each command: the steps, on the connection that it was given, in that one's transaction."""

from alembic import context

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    target_metadata=_given["metadata"],
    # SQLite can hardly alter a table: such steps make a new one and copy.
    render_as_batch=True,
    # The tables of the log are not ours to compare.
    include_name=lambda name, kind, _: not (kind == "table" and (name or "").startswith("log_")),
)
with context.begin_transaction():
    context.run_migrations()
