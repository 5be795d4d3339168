"""Members whose constraints the operations check themselves: CloudTrail has a code of its own for them.

Everything else the service model constrains is refused before the operation is called, with
ValidationException: the older operations of CloudTrail check themselves and have a code for each mistake, the
front end checks the rest. A path holds for everything below it, but for missing required members and wrong
JSON types: those are the front end's everywhere. Trail names, bucket names, prefixes, ARNs of topics, keys,
log groups and roles are not here: the model does not constrain them at all.
"""

# Operation -> path of the member, lists without positions -> code of the error the operation raises.
OWN_CODES: dict[str, dict[str, str]] = {
    "GetQueryResults": {"MaxQueryResults": "InvalidMaxResultsException"},
    "ListEventDataStores": {"MaxResults": "InvalidMaxResultsException"},
    "ListQueries": {
        "MaxResults": "InvalidMaxResultsException",
        "QueryStatus": "InvalidQueryStatusException",
    },
    "LookupEvents": {
        "EventCategory": "InvalidEventCategoryException",
        "LookupAttributes": "InvalidLookupAttributesException",
        "MaxResults": "InvalidMaxResultsException",
    },
    "PutAuditEvents": {"channelArn": "InvalidChannelARN"},
    "PutEventSelectors": {"EventSelectors": "InvalidEventSelectorsException"},
    "PutInsightSelectors": {"InsightSelectors": "InvalidInsightSelectorsException"},
}


def own_code(operation: str, path: str) -> str | None:
    """The code an operation itself has for a broken constraint of that member, or None."""
    for member, code in OWN_CODES.get(operation, {}).items():
        if path == member or path.startswith(f"{member}."):
            return code
    return None
