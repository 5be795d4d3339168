"""Lambda functions as processes, and what LocalStack's Lambda lacks or does slowly."""
