"""The database: connections, transactions, bulk writing, table definitions and migrations.

The same code runs on SQLite and PostgreSQL. Three rules hold for every room.

- SQL is the record. What must be unique, frozen or append-only is enforced by the schema and its
  triggers, and nowhere else; Redis holds only what may be lost.
- A transaction that writes takes the write lock when it begins (`database.writing`). On SQLite a
  transaction that read first would fail as soon as another process wrote in between.
- A released migration is never edited. The tables in `schema` and the migrations say the same, on
  both databases; a test compares them.

This room does not know what the rows mean: each room reads and writes its own tables.
"""
