"""Alembic's entry: runs on the connection and in the transaction of `bot.storage.migrate`."""

from alembic import context

from bot.storage.schema.all import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
