"""Run by Alembic: apply the migrations on the connection that `Database.migrate` passes in."""

from alembic import context

from desk.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
