"""Who calls, by the AWS signature of the request: for stages that are not local.

Signatures are not verified yet, so nobody is let in: a stage that cannot authenticate must not answer.
"""

from typing import NoReturn

from opentrail.domain.http import HttpRequest
from opentrail.errors import MissingAuthenticationTokenException, UnrecognizedClientException
from opentrail.messages import requests as messages


class SigV4Identity:
    """Refuses every request."""

    def authenticate(self, request: HttpRequest) -> NoReturn:
        """MissingAuthenticationTokenException for an unsigned request, UnrecognizedClientException else."""
        if "authorization" not in request.headers and "X-Amz-Signature" not in request.query:
            raise MissingAuthenticationTokenException(messages.MISSING_TOKEN)
        raise UnrecognizedClientException(messages.UNKNOWN_CLIENT)
