"""Users' topics in memory."""

import json
from typing import Any

from opentrail.ports.topics import TopicError


class FakeTopics:
    """What was published, by topic. A topic in `refusing` answers with its code."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, str]] = []  # (account, topic, message)
        self.refusing: dict[str, str] = {}

    def publish(self, *, account_id: str, topic_arn: str, message: str) -> None:
        if topic_arn in self.refusing:
            raise TopicError(self.refusing[topic_arn])
        self.published.append((account_id, topic_arn, message))

    def messages(self, topic_arn: str) -> list[Any]:
        """What a topic was told, read."""
        return [json.loads(message) for _, topic, message in self.published if topic == topic_arn]
