"""What AWS says about Insights. Measured or documented word for word, but for those marked as ours."""

TRAIL_OR_STORE = "Specify either a trail or an event data store."  # ours


def trail_not_enabled(trail_arn: str) -> str:
    """The trail logs no Insights events."""
    return (
        f"Trail {trail_arn} does not have Insights enabled. "
        "Edit the trail settings to enable Insights, and then try the operation again."
    )


def store_not_enabled(store_arn: str) -> str:
    """Ours, after the sentence for trails: the event data store collects no Insights events."""
    return (
        f"Event data store {store_arn} does not have Insights enabled. "
        "Edit the event data store settings to enable Insights, and then try the operation again."
    )
