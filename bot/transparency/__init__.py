"""The append-only transparency log: writer, reader and the bodies of its entries."""
