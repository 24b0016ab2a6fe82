"""The interface for programs: one table of operations, from which routes and OpenAPI are made.

`operation_table` names address, scope, handler and models of each operation, `request` is the
pipeline that every request passes, `call` is what a handler gets, and `campaigns` and `results` are
the handlers. An answer has the fields of its model and no others; an error is a problem (RFC 9457)
with its place as data. A request that changes something can be repeated safely: a draft by its
name, a link by its Idempotency-Key.
"""
