"""A small CDK application as people write them: an API, its function, a table, a queue, a bucket, a role.

python shop_app.py FOLDER       makes the assembly
"""

import sys
from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as functions
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

STACK = "Shop"

HANDLER = """
import json, os, boto3

def handler(event, context):
    boto3.client("dynamodb").put_item(TableName=os.environ["TABLE"], Item={"id": {"S": "1"}})
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="paid")
    return {"statusCode": 200, "body": json.dumps("sold")}
"""


def synth(folder: Path) -> None:
    """The assembly, its function as a file asset, with CDK's usual bootstrap roles and bucket."""
    source = folder / "source"
    source.mkdir(parents=True)
    (source / "index.py").write_text(HANDLER)
    app = App(outdir=str(folder / "out"))
    stack = Stack(app, STACK)
    table = dynamodb.Table(
        stack,
        "Orders",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        removal_policy=RemovalPolicy.DESTROY,
    )
    queue = sqs.Queue(stack, "Payments")
    bucket = s3.Bucket(stack, "Invoices", removal_policy=RemovalPolicy.DESTROY)
    function = functions.Function(
        stack,
        "Sell",
        runtime=functions.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=functions.Code.from_asset(str(source)),
        environment={"TABLE": table.table_name, "QUEUE": queue.queue_url},
    )
    table.grant_write_data(function)
    queue.grant_send_messages(function)
    bucket.grant_read(iam.Role(stack, "Auditor", assumed_by=iam.AccountRootPrincipal()))
    api = apigateway.LambdaRestApi(stack, "Api", handler=function, cloud_watch_role=False)
    CfnOutput(stack, "ApiId", value=api.rest_api_id)
    CfnOutput(stack, "ApiStage", value=api.deployment_stage.stage_name)
    CfnOutput(stack, "Table", value=table.table_name)
    CfnOutput(stack, "Queue", value=queue.queue_name)
    CfnOutput(stack, "Bucket", value=bucket.bucket_name)
    CfnOutput(stack, "Function", value=function.function_name)
    app.synth()


if __name__ == "__main__":
    synth(Path(sys.argv[1]))
