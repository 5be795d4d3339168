"""What is said about Lake queries. AWS's own sentences are not known: these are ours."""

CONCURRENT_QUERIES = 10  # queued and running, per account and Region (AWS quota)

STATEMENT_NEEDED = "You must specify either QueryStatement or QueryAlias."
STATEMENT_AND_ALIAS = "You can specify either QueryStatement or QueryAlias, but not both."
PARAMETERS_WITHOUT_ALIAS = "QueryParameters can be specified only with QueryAlias."
NO_STORE = "The query statement must select from at least one event data store."
TOO_MANY = f"You already have {CONCURRENT_QUERIES} queries that are queued or running."
ID_NEEDED = "You must specify either QueryId or QueryAlias."
MAX_RESULTS = "MaxQueryResults must be between 1 and 1000."
LIST_MAX_RESULTS = "MaxResults must be between 1 and 1000."
NEXT_TOKEN = "The next token is not valid, or belongs to another request."  # noqa: S105
DATE_RANGE = "The start time must be before the end time."
ENGINE_REFUSED = "The query statement could not be run."
NO_REASON = "The query failed."


def not_found(query_id: str) -> str:
    """The account has no such query in this Region, or it is older than seven days."""
    return f"The query {query_id} was not found."


def ended(query_id: str) -> str:
    """A query that has ended cannot be cancelled."""
    return f"The query {query_id} is not queued or running."


def status(value: str) -> str:
    """A status no query has."""
    return f"The query status {value} is not valid."
