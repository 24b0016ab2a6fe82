"""The metadata of all tables: the names of keys and indexes, the same on every database."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives an autoincrementing key to INTEGER only, PostgreSQL needs BIGINT for many ballots.
SERIAL = BigInteger().with_variant(Integer, "sqlite")
