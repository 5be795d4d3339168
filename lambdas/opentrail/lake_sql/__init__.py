"""Lake SQL becomes Athena SQL: parsed, confined to the caller's stores, typed, pruned."""
