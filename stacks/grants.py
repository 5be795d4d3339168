"""Words shared by the permissions of several functions."""

# DynamoDB's actions by what a function does with a table. A transaction needs the permissions of the puts,
# updates and deletes in it (DynamoDB developer guide, "Using IAM with DynamoDB transactions").
READ_ITEMS = ("dynamodb:GetItem", "dynamodb:Query")
WRITE_ITEMS = ("dynamodb:PutItem", "dynamodb:UpdateItem")
READ_WRITE_ITEMS = (*READ_ITEMS, *WRITE_ITEMS)
EVERY_ITEM_ACTION = (*READ_WRITE_ITEMS, "dynamodb:DeleteItem")

# Why a function may touch every object under a prefix.
SEGMENTS = "The names of segments are made from their content."
MESSAGES = "The names of messages too big for the queue are made when they are sent."
LAKE_FILES = "The names of lake files are made from stores, days and deliveries."
RESULTS = "Athena names the results of queries."
DEAD_LETTERS = "The names of dead letters are made from their reason and content."
