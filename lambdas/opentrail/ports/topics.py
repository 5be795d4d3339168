"""The SNS topics that are told of log files."""

from typing import Protocol


class TopicError(Exception):
    """The topic refused: `code` is SNS's word (AuthorizationError, NotFound, ...)."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class Topics(Protocol):
    """Publishes to users' topics as the delivery role, in a session tagged with the owner's account."""

    def publish(self, *, account_id: str, topic_arn: str, message: str) -> None:
        """Publish a text, on behalf of the account. TopicError when the topic refuses it."""
        ...
