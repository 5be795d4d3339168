"""ListPublicKeys: what verifies the digests of a time."""

from collections.abc import Mapping
from typing import Any

from opentrail.domain import digest_key
from opentrail.domain.caller import Caller
from opentrail.errors import InvalidTimeRangeException, InvalidTokenException
from opentrail.messages import public_keys as messages
from opentrail.ports import Ports


def list_public_keys(request: Mapping[str, Any], _caller: Caller, ports: Ports) -> dict[str, Any]:
    """ListPublicKeys: the keys whose validity meets the range; both its ends are now unless given.

    All in one page: keys are few. They are the deployment's, the same in every account and Region.
    """
    if request.get("NextToken"):
        raise InvalidTokenException(messages.TOKEN)
    now = ports.clock.now()
    start, end = request.get("StartTime") or now, request.get("EndTime") or now
    if start > end:
        raise InvalidTimeRangeException(messages.TIME_RANGE)
    found = digest_key.validities(ports.digest_keys.list(), now)
    return {
        "PublicKeyList": [
            {
                "Value": validity.key.value,
                "ValidityStartTime": validity.start,
                "ValidityEndTime": validity.end,
                "Fingerprint": validity.key.fingerprint,
            }
            for validity in found
            if validity.start <= end and validity.end >= start
        ]
    }
