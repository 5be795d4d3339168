"""What AWS says about public keys. The sentences are ours: AWS's are not known."""

TOKEN = "The next token is not valid."  # noqa: S105 - a sentence
TIME_RANGE = "The start time is later than the end time."
