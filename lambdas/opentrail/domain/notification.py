"""What a topic is told of a log file."""

import json


def of_log_file(bucket: str, key: str) -> str:
    """AWS's JSON; one message names one file."""
    return json.dumps({"s3Bucket": bucket, "s3ObjectKey": [key]}, separators=(",", ":"))
