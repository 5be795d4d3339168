"""Athena that runs: Trino SQL over the ORC files that Glue's tables name, in DuckDB."""
