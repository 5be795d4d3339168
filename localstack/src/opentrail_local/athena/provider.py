"""Athena on the local cloud: executions are ours, the rest (work groups, named queries, …) is moto's."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.connect import connect_to
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, ServiceLifecycleHook, aws_provider

from opentrail_local.athena.errors import StatementError
from opentrail_local.athena.executions import ENDED, Execution, Executions, Request, Workers
from opentrail_local.athena.objects import S3Objects
from opentrail_local.glue import GlueCatalog, passed_through

MAX_PAGE = 1000  # rows of one GetQueryResults answer, headings included (Athena API reference)
MAX_IDS = 50  # ids of one ListQueryExecutions or BatchGetQueryExecution (Athena API reference)
_PRIMARY = "primary"

Handler = Callable[[RequestContext, dict[str, Any]], dict[str, Any]]


@aws_provider(api="athena")
def default() -> Service:
    """The provider."""
    athena, service = Athena(), load_service("athena")
    table = {**passed_through(service), **athena.operations()}
    return Service("athena", skeleton=Skeleton(service, table), lifecycle_hook=athena)


class Athena(ServiceLifecycleHook):
    """The operations about executions, and those about work groups that moto answers wrongly."""

    def __init__(self) -> None:
        self._workers = Workers()
        self._lock = threading.Lock()
        self._executions: dict[tuple[str, str], Executions] = {}

    def operations(self) -> dict[str, Handler]:
        """The operations answered here, by name."""
        return {
            "StartQueryExecution": self._start,
            "GetQueryExecution": self._get,
            "BatchGetQueryExecution": self._batch_get,
            "ListQueryExecutions": self._list,
            "StopQueryExecution": self._stop,
            "GetQueryResults": self._results,
            "GetQueryRuntimeStatistics": self._runtime,
            "GetWorkGroup": self._work_group,
            "UpdateWorkGroup": self._update_work_group,
        }

    def on_before_stop(self) -> None:
        """The instance ends."""
        self._workers.close()

    def on_before_state_reset(self) -> None:
        """Executions go with everything else."""
        with self._lock:
            self._executions.clear()

    def _start(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        name = request.get("WorkGroup") or _PRIMARY
        group = _group(context, name)
        if group.state == "DISABLED":
            raise refused(f"WorkGroup {name} is disabled.")
        configured = group.configuration or {}
        location = ((configured.get("ResultConfiguration") or {}).get("OutputLocation")) or ""
        asked = (request.get("ResultConfiguration") or {}).get("OutputLocation") or ""
        if not (configured.get("EnforceWorkGroupConfiguration") and location):
            location = asked or location
        if not location:
            raise refused(
                "No output location provided. An output location is required either through the Workgroup "
                "result configuration setting or as an API input."
            )
        if not location.startswith("s3://"):
            raise refused("outputLocation is not a valid S3 path.")
        asked_context = request.get("QueryExecutionContext") or {}
        try:
            identifier = self._of(context).start(
                Request(
                    sql=request["QueryString"],
                    database=(asked_context.get("Database") or "default").lower(),
                    work_group=name,
                    location=location,
                    context=asked_context,
                    token=request.get("ClientRequestToken"),
                    parameters=tuple(request.get("ExecutionParameters") or ()),
                    bytes_limit=configured.get("BytesScannedCutoffPerQuery"),
                )
            )
        except StatementError as error:
            raise refused(str(error)) from error
        return {"QueryExecutionId": identifier}

    def _get(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        return {"QueryExecution": self._execution(context, request).described()}

    def _batch_get(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        found, missing = [], []
        for identifier in request["QueryExecutionIds"][:MAX_IDS]:
            execution = self._of(context).get(identifier)
            if execution is not None:
                found.append(execution.described())
            else:
                sentence = f"QueryExecution {identifier} was not found"
                missing.append(
                    {"QueryExecutionId": identifier, "ErrorCode": "INVALID_INPUT", "ErrorMessage": sentence}
                )
        return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}

    def _list(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        name = request.get("WorkGroup") or _PRIMARY
        _group(context, name)
        identifiers = self._of(context).ids(name)
        start = _place(request.get("NextToken"), name)
        limit = min(request.get("MaxResults") or MAX_IDS, MAX_IDS)
        answer: dict[str, Any] = {"QueryExecutionIds": identifiers[start : start + limit]}
        if start + limit < len(identifiers):
            answer["NextToken"] = _token(start + limit, name)
        return answer

    def _stop(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        self._of(context).stop(self._execution(context, request))
        return {}

    def _results(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        execution = self._execution(context, request)
        if execution.state not in ENDED:
            raise refused(f"Query has not yet finished. Current state: {execution.state}")
        if execution.state != "SUCCEEDED":
            raise refused(f"Query did not finish successfully. Final query state: {execution.state}")
        limit = request.get("MaxResults") or MAX_PAGE
        if not 1 <= limit <= MAX_PAGE:
            raise refused(f"MaxResults is not valid. It must be between 1 and {MAX_PAGE}.")
        place = _place(request.get("NextToken"), execution.id)
        rows, behind = self._of(context).page(execution, place=place, limit=limit)
        answer: dict[str, Any] = {
            "ResultSet": {
                "Rows": [{"Data": [_datum(value) for value in row]} for row in rows],
                "ResultSetMetadata": {"ColumnInfo": execution.columns},
            },
            "UpdateCount": 0,
        }
        if behind is not None:
            answer["NextToken"] = _token(behind, execution.id)
        return answer

    def _runtime(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        return {"QueryRuntimeStatistics": self._execution(context, request).runtime()}

    def _work_group(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        _group(context, request["WorkGroup"])
        answer: dict[str, Any] = dict(call_moto(context))
        return answer

    def _update_work_group(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        group = _group(context, request["WorkGroup"])
        updates = dict(request.get("ConfigurationUpdates") or {})
        results = updates.pop("ResultConfigurationUpdates", None) or {}
        configured = group.configuration
        kept = dict(configured.get("ResultConfiguration") or {})
        for name, value in results.items():
            if name.startswith("Remove"):
                if value:
                    kept.pop(name.removeprefix("Remove"), None)
            elif value is not None:
                kept[name] = value
        if updates.pop("RemoveBytesScannedCutoffPerQuery", None):
            configured.pop("BytesScannedCutoffPerQuery", None)
        configured.update({name: value for name, value in updates.items() if value is not None})
        configured["ResultConfiguration"] = kept
        if request.get("Description") is not None:
            group.description = request["Description"]
        if request.get("State"):
            group.state = request["State"]
        return {}

    def _of(self, context: RequestContext) -> Executions:
        key = (context.account_id, context.region)
        with self._lock:
            found = self._executions.get(key)
            if found is None:
                s3 = connect_to(aws_access_key_id=context.account_id, region_name=context.region).s3
                found = Executions(self._workers, GlueCatalog(*key), S3Objects(s3))
                self._executions[key] = found
            return found

    def _execution(self, context: RequestContext, request: dict[str, Any]) -> Execution:
        execution = self._of(context).get(request["QueryExecutionId"])
        if execution is None:
            raise refused(f"QueryExecution {request['QueryExecutionId']} was not found")
        return execution


def refused(sentence: str) -> CommonServiceException:
    """InvalidRequestException, Athena's answer to whatever is wrong with a request."""
    return CommonServiceException("InvalidRequestException", sentence, status_code=400, sender_fault=True)


def _group(context: RequestContext, name: str) -> Any:
    """moto's work group. InvalidRequestException when there is none of that name."""
    from moto.athena.models import athena_backends

    group = athena_backends[context.account_id][context.region].work_groups.get(name)
    if group is None:
        raise refused(f"WorkGroup {name} is not found.")
    return group


def _datum(value: str | None) -> dict[str, str]:
    return {} if value is None else {"VarCharValue": value}


def _token(place: int, owner: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([owner, place]).encode()).decode()


def _place(token: str | None, owner: str) -> int:
    """Where a page begins, by the token of the one before. InvalidRequestException for another's token."""
    if not token:
        return 0
    try:
        named, place = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise refused("NextToken is not valid.") from None
    if named != owner or not isinstance(place, int):
        raise refused("NextToken is not valid.")
    return place
