"""The parts of a database, compared with those that this version makes.

A part is a table, a column with its type, a primary key, an index or a trigger. A database that
somebody altered by hand, or that an edited migration made, works until the one statement that
needs the missing part; a start that compares all parts tells it before anybody answers.

Tables that the schema does not know are left alone, and so are indexes that only make a query
quicker: neither changes what is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Index, Table, UniqueConstraint, text

from bot.storage.schema.all import metadata
from bot.storage.schema.triggers import triggers

TABLE, COLUMN, KEY, INDEX, TRIGGER = "table", "column", "key", "index", "trigger"
VERSIONS = "alembic_version"
"""The table of the migrations themselves, which they make."""

SQLITE = {
    COLUMN: """
        SELECT m.name, p.name || ' ' || p.type || CASE WHEN p."notnull" THEN ' NOT NULL' ELSE '' END
        FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'""",
    KEY: """
        SELECT name, group_concat(part, ', ') FROM (
            SELECT m.name AS name, p.name AS part FROM sqlite_master m
            JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND p.pk > 0
            ORDER BY m.name, p.pk)
        GROUP BY name""",
    INDEX: """
        SELECT name, CASE WHEN only_one THEN 'UNIQUE ' ELSE '' END || group_concat(part, ', ')
        FROM (
            SELECT m.name AS name, i.name AS place, i."unique" AS only_one, c.name AS part
            FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c
            WHERE m.type = 'table' AND i.origin <> 'pk' ORDER BY m.name, i.name, c.seqno)
        GROUP BY name, place, only_one""",
    TRIGGER: "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
}
POSTGRESQL = {
    COLUMN: """
        SELECT c.relname, a.attname || ' '
            || replace(upper(format_type(a.atttypid, a.atttypmod)), 'CHARACTER VARYING', 'VARCHAR')
            || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
            AND a.attnum > 0 AND NOT a.attisdropped""",
    KEY: """
        SELECT c.relname, string_agg(a.attname, ', ' ORDER BY array_position(i.indkey, a.attnum))
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
        WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace
        GROUP BY c.relname""",
    INDEX: """
        SELECT c.relname, CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END
            || string_agg(a.attname, ', ' ORDER BY array_position(i.indkey, a.attnum))
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
        WHERE NOT i.indisprimary AND i.indisvalid
            AND c.relnamespace = current_schema()::regnamespace
        GROUP BY c.relname, i.indexrelid, i.indisunique""",
    TRIGGER: """
        SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
            AND c.relnamespace = current_schema()::regnamespace""",
}
CATALOGUES = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
"""By kind of database and of part, the query of the parts that are there: table and form."""


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One part of a database.

    Args:
        kind: ``table``, ``column``, ``key``, ``index`` or ``trigger``.
        table: the table that it belongs to.
        form: as SQL writes it, such as ``state VARCHAR(16) NOT NULL``; empty for a table.
    """

    kind: str
    table: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """What a database lacks, and what it has besides, each sorted."""

    lacking: tuple[Part, ...]
    besides: tuple[Part, ...]

    def __bool__(self) -> bool:
        return bool(self.lacking or self.besides)


def compare_parts(connection: Connection) -> Differences:
    """Returns how a database differs from what this version's migrations make."""
    wanted, found = wanted_parts(connection), found_parts(connection)
    tables = {part.table for part in wanted}
    there = {part.table for part in found}
    # Of a table that is not there its name says enough.
    lacking = {it for it in wanted - found if it.kind == TABLE or it.table in there}
    besides = {part for part in found - wanted if part.table in tables and not _quickens(part)}
    return Differences(tuple(sorted(lacking)), tuple(sorted(besides)))


def wanted_parts(connection: Connection) -> set[Part]:
    """Returns the parts of this version's schema, as the connection's kind of database has them."""
    parts: set[Part] = set()
    for table in metadata.tables.values():
        parts |= _parts_of(table, connection)
    return parts | {Part(TRIGGER, *at) for at in triggers(connection.dialect.name)}


def found_parts(connection: Connection) -> set[Part]:
    """Returns the parts that a database has, without the table of its version."""
    queries = CATALOGUES[connection.dialect.name]
    rows = (
        (kind, *row) for kind, query in queries.items() for row in connection.execute(text(query))
    )
    parts = {Part(kind, table, form) for kind, table, form in rows if table != VERSIONS}
    return parts | {Part(TABLE, part.table) for part in parts}


def _parts_of(table: Table, connection: Connection) -> set[Part]:
    parts = {Part(TABLE, table.name)}
    for column in table.columns:
        form = f"{column.name} {column.type.compile(connection.dialect)}"
        parts.add(Part(COLUMN, table.name, form if column.nullable else f"{form} NOT NULL"))
    if table.primary_key.columns:
        parts.add(Part(KEY, table.name, ", ".join(it.name for it in table.primary_key.columns)))
    for index in table.indexes:
        parts.add(Part(INDEX, table.name, _columns(index, bool(index.unique))))
    for rule in table.constraints:
        if isinstance(rule, UniqueConstraint):
            parts.add(Part(INDEX, table.name, _columns(rule, unique=True)))
    return parts


def _columns(of: Index | UniqueConstraint, unique: bool) -> str:
    names = ", ".join(column.name for column in of.columns)
    return f"UNIQUE {names}" if unique else names


def _quickens(part: Part) -> bool:
    return part.kind == INDEX and not part.form.startswith("UNIQUE ")
