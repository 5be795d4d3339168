"""OpenTrail: AWS CloudTrail that people own."""
