"""A CDK app as users write them: a trail with everything that `aws_cloudtrail.Trail` puts around it.

python user_app.py FOLDER       makes FOLDER/made, and FOLDER/changed where the same trail is another
"""

import sys
from pathlib import Path

from aws_cdk import App, CfnOutput, DefaultStackSynthesizer, RemovalPolicy, Stack
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns

STACK = "Audit"


def synth(folder: Path, *, changed: bool) -> None:
    """The assembly of the app before or after its author changed it."""
    app = App(outdir=str(folder))
    synthesizer = DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    stack = Stack(app, STACK, synthesizer=synthesizer)
    letters = s3.Bucket(stack, "Letters", removal_policy=RemovalPolicy.DESTROY)
    trail = cloudtrail.Trail(
        stack,
        "Trail",
        is_multi_region_trail=changed,
        enable_file_validation=not changed,
        send_to_cloud_watch_logs=not changed,
        cloud_watch_logs_retention=logs.RetentionDays.ONE_WEEK,
        sns_topic=sns.Topic(stack, "LogFiles"),
        s3_key_prefix="changed" if changed else None,
    )
    trail.add_s3_event_selector(
        [cloudtrail.S3EventSelector(bucket=letters)],
        read_write_type=cloudtrail.ReadWriteType.WRITE_ONLY if changed else cloudtrail.ReadWriteType.ALL,
    )
    CfnOutput(stack, "LettersBucket", value=letters.bucket_name)
    CfnOutput(stack, "TrailArn", value=trail.trail_arn)
    CfnOutput(stack, "TopicArn", value=trail.trail_sns_topic_arn)
    CfnOutput(stack, "TrailName", value=trail.node.default_child.ref)
    app.synth()


if __name__ == "__main__":
    for name in ("made", "changed"):
        synth(Path(sys.argv[1]) / name, changed=name == "changed")
