"""List prices in dollars: us-east-1, on demand, without free tiers (AWS's pricing pages, August 2026)."""

MILLION = 1_000_000

DYNAMODB_WRITE_UNIT = 0.625 / MILLION  # 1 KB; twice in a transaction
DYNAMODB_READ_UNIT = 0.125 / MILLION  # 4 KB consistently, half a unit otherwise
S3_WRITE = 0.005 / 1000  # PUT, COPY, POST, LIST
S3_READ = 0.0004 / 1000  # GET and others
SQS_REQUEST = 0.40 / MILLION  # each 64 KB of a request's messages
LAMBDA_REQUEST = 0.20 / MILLION
LAMBDA_GB_SECOND = 0.0000133334  # arm64

DYNAMODB_GB_MONTH = 0.25
S3_GB_MONTH = 0.023
