"""How Alembic runs here: on the connection that storage.migrate hands in, in one transaction."""

from alembic import context
from sqlalchemy import text

from bot.core.errors import StorageError
from storage.models import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('ban-so migrations'))")
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        connection.execute(ONE_AT_A_TIME)  # replicas that start together on an empty database
    context.run_migrations()
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise StorageError(f"Nâng cấp không được: {len(broken)} dòng trỏ vào chỗ không có.")
connection.commit()
