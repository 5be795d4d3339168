"""How long CloudFormation waits between two looks at a resource that is being made."""

from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

PAUSE = 0.1  # seconds; LocalStack waits one, which is most of what a function takes to become active


def patch() -> None:
    """Change the default of the loop's last parameter, `sleep_time`."""
    *before, sleep_time = ResourceProviderExecutor.deploy_loop.__defaults__
    if sleep_time != 1:
        raise RuntimeError("deploy_loop is not what it was in LocalStack 4.14.0")
    ResourceProviderExecutor.deploy_loop.__defaults__ = (*before, PAUSE)
