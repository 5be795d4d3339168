"""Use cases: load, decide, write, answer. A module per resource."""
