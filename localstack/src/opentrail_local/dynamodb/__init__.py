"""DynamoDB on moto's backend: one lock, sorted indexes, transactions that touch only their items."""
