"""What a deployment tells those who use it. Names are unique over all stacks: outputs make one flat map."""

from aws_cdk import CfnOutput, Stack


def publish(stack: Stack, **values: str) -> None:
    """One stack output per value."""
    for name, value in values.items():
        CfnOutput(stack, name, value=value)
