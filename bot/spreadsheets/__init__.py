"""Tables that people hand in: reading CSV, XLSX and Parquet; columns, complaints and templates."""
