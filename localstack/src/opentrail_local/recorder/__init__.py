"""Turns every API call that LocalStack answers into the record CloudTrail would have written, and sends it.

`hooks` puts an observer into LocalStack's chain of response handlers. It keeps what it saw as a `call`, on
the caller's thread and in microseconds; a thread of its own makes the `record` and gives it to the records
queue (`sending`). What the record says is decided by tables, one module each: `names`, `members`,
`ec2_members`, `s3_members`, `hidden`, `failures`, `resources`. A service that is in no table gets the general
rules.

Left to others: calls to CloudTrail itself (OpenTrail's API function records them), sign-in and service
events.
"""
