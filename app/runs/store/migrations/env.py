"""Run by alembic, in the transaction that `app.runs.store.database.migrate` opened."""

from alembic import context

from app.runs.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
