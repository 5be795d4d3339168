"""The API: a REST API that hands every request, as it came, to one function, which knows its callers."""

from dataclasses import dataclass

from aws_cdk import Aws, CfnParameter, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from constructs import Construct
from opentrail.settings import ApiSettings

from stacks.delivery import Delivery
from stacks.findings import accept
from stacks.function import RETENTION, Function, Shape
from stacks.grants import EVERY_ITEM_ACTION, LAKE_FILES, MESSAGES, READ_DIGEST_KEY, RESULTS
from stacks.lake import Lake
from stacks.outputs import publish
from stacks.settings import StageSettings
from stacks.storage import Storage

API_STAGE = "v1"
TIMEOUT = 28  # seconds: API Gateway waits 29


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The stacks that the API speaks with."""

    storage: Storage
    lake: Lake
    delivery: Delivery


class Api(Stack):
    """REST API, API function."""

    def __init__(self, scope: Construct, name: str, stage: StageSettings, behind: Behind) -> None:
        super().__init__(scope, name)
        self.handler = self._make_function(stage, behind)
        self._allow(behind)
        api = self._make_api(stage)
        publish(
            self,
            RestApiId=api.rest_api_id,
            ApiStage=API_STAGE,
            ApiUrl=f"https://{api.rest_api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}/{API_STAGE}",
            ApiFunction=self.handler.name,
        )

    def _make_function(self, stage: StageSettings, behind: Behind) -> Function:
        storage, lake = behind.storage, behind.lake
        return Function(
            self,
            "Operations",
            stage,
            Shape(
                handler="api",
                packages="api",
                memory=1769,
                timeout=TIMEOUT,
                settings=ApiSettings(
                    stage=stage.name,
                    log_level=stage.log_level,
                    resources_table=storage.resources.table_name,
                    history_table=storage.history.table_name,
                    ledger_table=storage.ledger.table_name,
                    records_queue_url=storage.records.queue_url,
                    segments_bucket=storage.segments.bucket_name,
                    delivery_role_arn=behind.delivery.role.role_arn,
                    digest_key_arn=storage.digest_key.key_arn,
                    token_secret_arn=storage.token_secret.secret_arn,
                    lake_bucket=storage.lake.bucket_name,
                    lake_database=lake.database,
                    lake_table=lake.table,
                    lake_workgroup=lake.workgroup,
                    identity=stage.identity,
                    router_public_key=self._router_public_key() if stage.identity == "router" else "",
                    regions=list(stage.regions),
                    window_seconds=stage.window_seconds,
                    lookups_per_second=stage.lookups_per_second,
                    check_destinations=stage.check_destinations,
                ),
                role=storage.api_role,
            ),
        )

    def _router_public_key(self) -> str:
        parameter = CfnParameter(
            self, "RouterPublicKey", description="Base64 of the local router's raw Ed25519 public key"
        )
        return str(parameter.value_as_string)

    def _allow(self, behind: Behind) -> None:
        handler, storage, lake = self.handler, behind.storage, behind.lake
        handler.allow(EVERY_ITEM_ACTION, [storage.resources.table_arn])
        handler.allow(["dynamodb:Query", "dynamodb:BatchGetItem"], [storage.history.table_arn])
        # A change of a trail makes its digests due.
        handler.allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], [storage.ledger.table_arn])
        handler.allow(READ_DIGEST_KEY, [storage.digest_key.key_arn])
        handler.allow(["sqs:SendMessage"], [storage.records.queue_arn])
        handler.allow_objects(["s3:PutObject"], storage.segments, "messages/", MESSAGES)
        handler.allow(["secretsmanager:GetSecretValue"], [storage.token_secret.secret_arn])
        handler.allow(["sts:AssumeRole", "sts:TagSession"], [behind.delivery.role.role_arn])
        handler.allow(
            [
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:GetQueryRuntimeStatistics",
            ],
            [lake.workgroup_arn()],
        )
        # Athena acts with the permissions of who started the query.
        handler.allow(["glue:GetDatabase", "glue:GetTable", "glue:GetPartitions"], lake.query_arns())
        handler.allow(
            ["s3:ListBucket", "s3:GetBucketLocation"],
            [storage.lake.bucket_arn, storage.query_results.bucket_arn],
        )
        handler.allow_objects(["s3:GetObject"], storage.lake, "lake/", LAKE_FILES)
        handler.allow_objects(
            ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
            storage.query_results,
            "results/",
            RESULTS,
        )

    def _make_api(self, stage: StageSettings) -> apigateway.RestApi:
        log = logs.LogGroup(
            self, "AccessLog", retention=RETENTION[stage.log_days], removal_policy=RemovalPolicy.DESTROY
        )
        api = apigateway.RestApi(
            self,
            "RestApi",
            rest_api_name=f"OpenTrail-{stage.name}",
            description="AWS CloudTrail's API, answered by OpenTrail",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # Bodies are handed on in base64, so that they arrive byte by byte as they were sent and signed.
            binary_media_types=["*/*"],
            # Writing logs needs a role that is a setting of the whole account and Region.
            cloud_watch_role=stage.on_aws,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN if stage.on_aws else None,
            deploy_options=apigateway.StageOptions(
                stage_name=API_STAGE,
                access_log_destination=apigateway.LogGroupLogDestination(log) if stage.on_aws else None,
                access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                    caller=False,
                    http_method=True,
                    ip=True,
                    protocol=True,
                    request_time=True,
                    resource_path=True,
                    response_length=True,
                    status=True,
                    user=False,
                )
                if stage.on_aws
                else None,
                logging_level=apigateway.MethodLoggingLevel.ERROR if stage.on_aws else None,
                data_trace_enabled=False,
            ),
        )
        api.node.try_remove_child("Endpoint")
        integration = apigateway.LambdaIntegration(self.handler.function, allow_test_invoke=False)
        api.root.add_method("POST", integration)
        api.root.add_resource("PutAuditEvents").add_method("POST", integration)
        self._accept_findings(api)
        return api

    def _accept_findings(self, api: apigateway.RestApi) -> None:
        function_knows = (
            "Signature Version 4 for `cloudtrail` is verified by the function, not by API Gateway."
        )
        accept(api, "APIG4", function_knows)
        accept(api, "COG4", function_knows)
        accept(
            api, "APIG2", "Requests are validated by the function, from the service model, as AWS answers."
        )
        accept(
            api, "APIG3", "Every request is signed; a web ACL is the owner's choice, attached to the stage."
        )
        accept(
            api,
            "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
            "API Gateway writes its logs with the policy that AWS made for just this.",
        )
