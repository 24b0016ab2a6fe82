"""The archive of a closed campaign, which is read without a database.

`writer` makes and updates it, `format` reads and checks it, `scores` scores it.
Each file has its digest in the manifest, and is written whole or not at all.
An interrupted archive is not finished (``whole``) and goes on where it stopped.
"""
