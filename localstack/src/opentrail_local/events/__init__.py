"""EventBridge as far as LocalStack's differs from AWS's for CloudTrail's events."""
