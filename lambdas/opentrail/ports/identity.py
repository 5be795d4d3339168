"""Who calls."""

from typing import Protocol

from opentrail.domain.caller import Caller
from opentrail.domain.http import HttpRequest


class Identity(Protocol):
    """Tells who sent a request, or refuses it."""

    def authenticate(self, request: HttpRequest) -> Caller:
        """The caller, with account, Region and service of the credential's scope.

        Raises MissingAuthenticationTokenException for an unsigned request, and UnrecognizedClientException,
        ExpiredTokenException, InvalidSignatureException or IncompleteSignature for one that proves nothing.
        """
        ...
