"""What LocalStack calls while it starts: every patch and handler of ours is put in here.

One function, one concern. Services are not loaded yet; a patch that raises is logged by
LocalStack and would leave it half ours, hence `_or_exit`.
"""

import functools
import logging
import os
from collections.abc import Callable

from localstack.runtime import hooks

LOG = logging.getLogger(__name__)


def _or_exit(install: Callable[[], None]) -> Callable[[], None]:
    """End the process when a patch does not fit: better than a local cloud that lacks it silently."""

    @functools.wraps(install)
    def guarded() -> None:
        try:
            install()
        except Exception:
            LOG.exception("%s failed", install.__name__)
            os._exit(3)

    return guarded


@hooks.on_infra_start()
@_or_exit
def keep_service_catalog() -> None:
    from opentrail_local import service_catalog

    service_catalog.patch()


@hooks.on_infra_start()
@_or_exit
def patch_lambda() -> None:
    from opentrail_local.lambda_ import packages, patches

    patches.patch()
    packages.remove_unused()


@hooks.on_infra_start()
@_or_exit
def patch_cloudformation() -> None:
    from opentrail_local.cloudformation import rollback, strict, waiting
    from opentrail_local.recorder import selection, stack_callers

    strict.patch()
    rollback.patch()
    waiting.patch()
    if selection.is_on():
        stack_callers.apply()


@hooks.on_infra_start()
@_or_exit
def patch_events() -> None:
    from opentrail_local.events import patterns, rules

    rules.patch()
    patterns.patch()


@hooks.on_infra_start()
@_or_exit
def install_router() -> None:
    from opentrail_local import tls
    from opentrail_local.router import handler

    tls.apply()
    handler.install()


@hooks.on_infra_start()
@_or_exit
def serve_policy_templates() -> None:
    from opentrail_local.subscriptions import handler

    handler.install()
