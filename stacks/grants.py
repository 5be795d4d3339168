"""Words shared by the permissions of several functions."""

from collections.abc import Mapping, Sequence
from typing import Any

# DynamoDB's actions by what a function does with a table. A transaction needs the permissions of the puts,
# updates and deletes in it (DynamoDB developer guide, "Using IAM with DynamoDB transactions").
SETTLE_DELIVERIES = ("dynamodb:GetItem", "dynamodb:UpdateItem")
# Those of users' destinations stand in line while it fails, and leave it.
SETTLE_OR_WAIT = (*SETTLE_DELIVERIES, "dynamodb:PutItem", "dynamodb:DeleteItem")
EVERY_ITEM_ACTION = (
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
)

# What changes or removes items; a batch may hold deletes.
CHANGING_ITEMS = (
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PartiQLDelete",
)

# Who may write what of event history: a table has one policy, its items' keys tell whose they are (DynamoDB
# developer guide, "Using IAM policy conditions for fine-grained access control").
PAGES = ("page|*", "index|*", "days|*", "filed|*")
VOLUMES = ("volume|*", "volumes|*")
# And of the ledger, who only notices events of one id.
CONFLICTS = ("conflicts",)
# Of the ledger: the slices due for event history.
HISTORIES = ("history|*",)


def only_keys(patterns: Sequence[str]) -> Mapping[str, Any]:
    """The condition that a request names partition keys, and only such ones."""
    return {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(patterns)},
        "Null": {"dynamodb:LeadingKeys": "false"},  # for all values is true of none
    }


# A key's public half and its creation.
READ_DIGEST_KEY = ("kms:GetPublicKey", "kms:DescribeKey")

# Why a function may touch every object under a prefix.
SEGMENTS = "The names of segments are made from their content."
MESSAGES = "The names of messages too big for the queue are made when they are sent."
LAKE_FILES = "The names of lake files are made from stores, days and deliveries."
RESULTS = "Athena names the results of queries."
DEAD_LETTERS = "The names of dead letters are made from their reason and content."
