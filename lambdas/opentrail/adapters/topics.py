"""Users' SNS topics, in whatever Region they are: SNS refuses a topic of another Region than the client's."""

from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.refusals import refusing
from opentrail.domain import arn
from opentrail.ports.topics import TopicError

# Codes that say something of ourselves or of the moment, not of the user's topic.
_OURS = frozenset({"ExpiredToken", "InternalError", "InternalFailure", "ServiceUnavailable", "Throttling",
                   "ThrottlingException", "Throttled"})  # fmt: skip


class SnsTopics:
    """Topics of any account and Region."""

    def __init__(self, role: DeliveryRole) -> None:
        self._role = role

    def publish(self, *, account_id: str, topic_arn: str, message: str) -> None:
        """Publish without a subject, as CloudTrail does."""
        parts = arn.parse(topic_arn)
        if parts is None:
            raise TopicError("InvalidParameter", f"No topic: {topic_arn}")
        sns = self._role.client("sns", account_id, parts.region)
        refusing(TopicError, _OURS, sns.publish, TopicArn=topic_arn, Message=message)
