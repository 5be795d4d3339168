"""Identity without proof: who signs with a 12-digit access key is the root of that account."""

import re

from opentrail.domain.caller import Caller
from opentrail.domain.http import HttpRequest
from opentrail.errors import MissingAuthenticationTokenException, UnrecognizedClientException
from opentrail.messages import requests as messages

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


class FakeIdentity:
    """Reads account, Region and service from the credential's scope."""

    def authenticate(self, request: HttpRequest) -> Caller:
        scope = _CREDENTIAL.search(request.headers.get("authorization", ""))
        if scope is None:
            raise MissingAuthenticationTokenException(messages.MISSING_TOKEN)
        account_id, region, service = scope.groups()
        if not re.fullmatch(r"\d{12}", account_id):
            raise UnrecognizedClientException(messages.UNKNOWN_CLIENT)
        arn = f"arn:aws:iam::{account_id}:root"
        return Caller(
            account_id=account_id,
            region=region,
            arn=arn,
            user_identity={
                "type": "Root",
                "principalId": account_id,
                "arn": arn,
                "accountId": account_id,
                "accessKeyId": account_id,
            },
            request_id=request.request_id,
            source_ip=request.source_ip,
            user_agent=request.headers.get("user-agent", ""),
            service=service,
        )
