"""The lake: its table in Glue, Athena's workgroup, and the function that writes its files."""

from aws_cdk import Aws, Stack
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from constructs import Construct
from opentrail import lake_schema
from opentrail.settings import LakeWriterSettings

from stacks.function import Function, Shape
from stacks.grants import LAKE_FILES, SEGMENTS, SETTLE_DELIVERIES
from stacks.outputs import publish
from stacks.settings import StageSettings
from stacks.storage import Storage

TABLE = "events"
WRITERS = 10  # at once; each reads records and writes ORC files for one store at a time


class Lake(Stack):
    """Table, workgroup, lake writer."""

    def __init__(self, scope: Construct, name: str, stage: StageSettings, storage: Storage) -> None:
        super().__init__(scope, name)
        self._storage = storage
        self.database = f"opentrail_{stage.name}"
        self.table = TABLE
        self.workgroup = f"opentrail_{stage.name}"
        self._make_table()
        self._make_workgroup(stage)
        self.writer = self._make_writer(stage)
        publish(
            self,
            LakeDatabase=self.database,
            LakeTable=self.table,
            LakeWorkgroup=self.workgroup,
            LakeWriterFunction=self.writer.name,
        )

    def query_arns(self) -> list[str]:
        """What a query reads in Glue: catalog, database and table."""
        scope = f"arn:{Aws.PARTITION}:glue:{Aws.REGION}:{Aws.ACCOUNT_ID}"
        return [
            f"{scope}:catalog",
            f"{scope}:database/{self.database}",
            f"{scope}:table/{self.database}/{self.table}",
        ]

    def workgroup_arn(self) -> str:
        """Athena's workgroup."""
        return f"arn:{Aws.PARTITION}:athena:{Aws.REGION}:{Aws.ACCOUNT_ID}:workgroup/{self.workgroup}"

    def _make_table(self) -> None:
        bucket = self._storage.lake.bucket_name
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=self.database, description="OpenTrail's lake of CloudTrail events"
            ),
        )
        table = glue.CfnTable(
            self,
            "Table",
            catalog_id=Aws.ACCOUNT_ID,
            database_name=self.database,
            table_input=glue.CfnTable.TableInputProperty(
                name=self.table,
                table_type="EXTERNAL_TABLE",
                parameters=lake_schema.table_properties(bucket),
                partition_keys=_columns(lake_schema.PARTITION_KEYS),
                storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                    columns=_columns(lake_schema.COLUMNS),
                    location=lake_schema.table_location(bucket),
                    input_format=lake_schema.INPUT_FORMAT,
                    output_format=lake_schema.OUTPUT_FORMAT,
                    serde_info=glue.CfnTable.SerdeInfoProperty(
                        serialization_library=lake_schema.SERDE_LIBRARY,
                        parameters=lake_schema.SERDE_PARAMETERS,
                    ),
                ),
            ),
        )
        table.node.add_dependency(database)

    def _make_workgroup(self, stage: StageSettings) -> None:
        athena.CfnWorkGroup(
            self,
            "Workgroup",
            name=self.workgroup,
            description=f"Lake queries of OpenTrail {stage.name}",
            recursive_delete_option=not stage.on_aws,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=stage.on_aws,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=f"s3://{self._storage.query_results.bucket_name}/results/",
                    encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                        encryption_option="SSE_S3"
                    ),
                ),
            ),
        )

    def _make_writer(self, stage: StageSettings) -> Function:
        storage = self._storage
        writer = Function(
            self,
            "LakeWriter",
            stage,
            # ORC encoding holds a delivery's rows (at most 45 MB of records) several times.
            Shape(
                handler="lake_writer",
                packages="lake",
                memory=2048,  # encoding holds a delivery's rows, at most 45 MB of records, several times
                timeout=stage.lake_writer.timeout,
                settings=LakeWriterSettings(
                    stage=stage.name,
                    log_level=stage.log_level,
                    ledger_table=storage.ledger.table_name,
                    segments_bucket=storage.segments.bucket_name,
                    lake_bucket=storage.lake.bucket_name,
                    wakeups_queue_url=storage.wakeups.queue_url,
                ),
            ),
        )
        writer.consume("Deliveries", storage.lake_deliveries, stage.lake_writer, concurrency=WRITERS)
        writer.allow(SETTLE_DELIVERIES, [storage.ledger.table_arn])
        writer.allow_objects(["s3:GetObject"], storage.segments, "segments/", SEGMENTS)
        writer.allow_objects(["s3:PutObject"], storage.lake, "lake/", LAKE_FILES)
        writer.allow(["sqs:SendMessage"], [storage.wakeups.queue_arn])
        return writer


def _columns(named: tuple[tuple[str, str], ...]) -> list[glue.CfnTable.ColumnProperty]:
    return [glue.CfnTable.ColumnProperty(name=name, type=type_) for name, type_ in named]
