"""Composition root of the service, its readiness, and the embedded Valkey.

`composition.build` is the only place that puts parts together: it opens the database, runs
migrations, starts the bundled Valkey when no `REDIS_URL` is set, loads keys, and starts the
periodic work (campaign refresh, mixer, key rotation, deletion of expired rows). All parts close in
reverse order. Commands that need only the database use `open_store`.

The service works on without Redis except for sign-ins and pushes; without the database it accepts
nothing and its periodic work waits. One folder has one Valkey: a lock on the folder passes to the
server itself, so two servers can never write one append-only file.
"""
