"""Records of services that deploy, notify, watch and keep secrets, written by hand from the rules."""

from datetime import UTC, datetime

import pytest
from driving import ABSENT, ACCOUNT, context_of, expect, null, observe
from opentrail_local.recorder.status import Counters

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
WHEN = datetime(2026, 2, 9, 22, 26, 46, tzinfo=UTC)
STACK = f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/shop/1"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"
TOPIC_RESOURCE = {"accountId": ACCOUNT, "type": "AWS::SNS::Topic", "ARN": TOPIC}
RULE = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/nightly"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:s-Ab1"
PARAMETERS = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"


def test_a_stack_is_made_with_the_names_of_its_parameters():
    sent = {
        "StackName": "shop", "TemplateBody": "never recorded", "DisableRollback": True,
        "Parameters": [{"ParameterKey": "password", "ParameterValue": "never recorded"}],
        "Tags": [{"Key": "team", "Value": "blue"}], "Capabilities": ["CAPABILITY_IAM"],
    }  # fmt: skip
    expect("cloudformation", "CreateStack", sent, {
        "eventSource": "cloudformation.amazonaws.com",
        "requestParameters": {
            "stackName": "shop", "disableRollback": True, "parameters": [{"parameterKey": "password"}],
            "tags": [{"key": "team", "value": "blue"}], "capabilities": ["CAPABILITY_IAM"],
        },
        "responseElements": {"stackId": STACK},
        "readOnly": False,
        "resources": ABSENT,
    }, answer={"StackId": STACK})  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "parameters", "answer", "elements"),
    [
        (
            "CreateChangeSet",
            {"StackName": "shop", "ChangeSetName": "c", "TemplateURL": "https://u", "Description": "d"},
            {"stackName": "shop", "changeSetName": "c", "templateURL": "https://u", "description": "d"},
            {"Id": "arn:c", "StackId": STACK},
            {"id": "arn:c", "stackId": STACK},
        ),
        ("ExecuteChangeSet", {"ChangeSetName": "arn:c"}, {"changeSetName": "arn:c"}, {}, None),
        ("DeleteStack", {"StackName": "shop"}, {"stackName": "shop"}, {}, None),
    ],
)  # fmt: skip
def test_stacks_are_changed(operation, sent, parameters, answer, elements):
    expect("cloudformation", operation, sent, {
        "requestParameters": parameters, "responseElements": elements, "readOnly": False,
    }, answer=answer)  # fmt: skip


def test_stacks_are_read_and_refused():
    expect("cloudformation", "DescribeStacks", {"StackName": "shop"}, null(
        {"stackName": "shop"}, readOnly=True,
    ), answer={"Stacks": [{"StackName": "shop"}]})  # fmt: skip
    error = ("AlreadyExistsException", "Stack [shop] already exists", 400)
    expect("cloudformation", "CreateStack", {"StackName": "shop"}, null(
        {"stackName": "shop"}, errorCode=error[0], errorMessage=error[1],
    ), error=error)  # fmt: skip
    expect("cloudformation", "DescribeStacks", {"StackName": "gone"}, null(
        {"stackName": "gone"}, errorCode="ValidationError",
    ), error=("ValidationError", "Stack with id gone does not exist", 400))  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "parameters", "answer", "elements"),
    [
        (
            "PutRule",
            {"Name": "nightly", "ScheduleExpression": "rate(1 day)", "State": "ENABLED"},
            {"name": "nightly", "scheduleExpression": "rate(1 day)", "state": "ENABLED"},
            {"RuleArn": RULE},
            {"ruleArn": RULE},
        ),
        (
            "PutTargets",
            {"Rule": "nightly", "Targets": [{"Id": "1", "Arn": QUEUE}]},
            {"rule": "nightly", "targets": [{"id": "1", "arn": QUEUE}]},
            {"FailedEntryCount": 0, "FailedEntries": []},
            {"failedEntryCount": 0, "failedEntries": []},
        ),
        (
            "CreateEventBus",
            {"Name": "shop"},
            {"name": "shop"},
            {"EventBusArn": "arn:b"},
            {"eventBusArn": "arn:b"},
        ),
        ("DeleteRule", {"Name": "nightly", "Force": True}, {"name": "nightly", "force": True}, {}, None),
        ("DisableRule", {"Name": "nightly"}, {"name": "nightly"}, {}, None),
    ],
)
def test_rules_are_changed(operation, sent, parameters, answer, elements):
    expect("events", operation, sent, {
        "eventSource": "events.amazonaws.com", "requestParameters": parameters, "responseElements": elements,
        "readOnly": False, "apiVersion": "2015-10-07", "eventCategory": "Management",
    }, answer=answer)  # fmt: skip


def test_events_are_put_without_their_detail():
    bus = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus"
    sent = {"Entries": [
        {"Source": "shop", "DetailType": "Sold", "Detail": "never recorded", "Time": WHEN},
        {"Source": "shop", "DetailType": "Sold", "Detail": "never recorded", "EventBusName": "orders"},
    ]}  # fmt: skip
    expect("events", "PutEvents", sent, {
        "requestParameters": {"entries": [
            {
                "source": "shop", "detailType": "Sold", "detail": HIDDEN,
                "time": "Feb 9, 2026, 10:26:46 PM",
            },
            {"source": "shop", "detailType": "Sold", "detail": HIDDEN, "eventBusName": "orders"},
        ]},
        "responseElements": {"failedEntryCount": 0, "entries": [{"eventId": "e1"}, {"eventId": "e2"}]},
        "readOnly": False,
        "resources": [
            {"type": "AWS::Events::EventBus", "ARN": f"{bus}/default"},
            {"type": "AWS::Events::EventBus", "ARN": f"{bus}/orders"},
        ],
        "managementEvent": False,
        "eventCategory": "Data",
    }, answer={"FailedEntryCount": 0, "Entries": [{"EventId": "e1"}, {"EventId": "e2"}]})  # fmt: skip


def test_a_missing_rule():
    error = ("ResourceNotFoundException", "Rule nightly does not exist", 400)
    expect("events", "DescribeRule", {"Name": "nightly"}, null(
        {"name": "nightly"}, errorCode=error[0], readOnly=True,
    ), error=error)  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "parameters", "answer", "elements"),
    [
        ("CreateTopic", {"Name": "news"}, {"name": "news"}, {"TopicArn": TOPIC}, {"topicArn": TOPIC}),
        (
            "Subscribe",
            {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": QUEUE},
            {"topicArn": TOPIC, "protocol": "sqs", "endpoint": QUEUE},
            {"SubscriptionArn": "arn:s"},
            {"subscriptionArn": "arn:s"},
        ),
        (
            "SetTopicAttributes",
            {"TopicArn": TOPIC, "AttributeName": "DisplayName", "AttributeValue": "News"},
            {"topicArn": TOPIC, "attributeName": "DisplayName", "attributeValue": "News"},
            {},
            None,
        ),
        ("DeleteTopic", {"TopicArn": TOPIC}, {"topicArn": TOPIC}, {}, None),
    ],
)
def test_topics_are_changed(operation, sent, parameters, answer, elements):
    expect("sns", operation, sent, {
        "requestParameters": parameters, "responseElements": elements, "readOnly": False,
        "resources": ABSENT, "eventCategory": "Management",
    }, answer=answer)  # fmt: skip


def test_messages_are_published_without_what_they_say():
    sent = {
        "TopicArn": TOPIC, "Message": "never recorded", "Subject": "never recorded",
        "MessageStructure": "json",
        "MessageAttributes": {"a": {"DataType": "String", "StringValue": "never recorded"}},
    }  # fmt: skip
    expect("sns", "Publish", sent, {
        "requestParameters": {
            "topicArn": TOPIC, "message": HIDDEN, "subject": HIDDEN, "messageStructure": "json",
            "messageAttributes": HIDDEN,
        },
        "responseElements": {"messageId": "m"},
        "readOnly": False,
        "resources": [TOPIC_RESOURCE],
        "eventCategory": "Data",
    }, answer={"MessageId": "m"})  # fmt: skip
    batch = {
        "TopicArn": TOPIC,
        "PublishBatchRequestEntries": [{"Id": "1", "Message": "never recorded"}],
    }
    expect("sns", "PublishBatch", batch, {
        "requestParameters": {
            "topicArn": TOPIC, "publishBatchRequestEntries": [{"id": "1", "message": HIDDEN}],
        },
        "responseElements": {"successful": [{"id": "1", "messageId": "m"}], "failed": []},
        "resources": [TOPIC_RESOURCE],
    }, answer={"Successful": [{"Id": "1", "MessageId": "m"}], "Failed": []})  # fmt: skip


def test_a_missing_topic():
    error = ("NotFound", "Topic does not exist", 404)
    expect("sns", "GetTopicAttributes", {"TopicArn": TOPIC}, null(
        {"topicArn": TOPIC}, errorCode="NotFound", readOnly=True,
    ), error=error)  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "parameters"),
    [
        (
            "CreateSecret",
            {"Name": "s", "SecretString": "never recorded", "ClientRequestToken": "t"},
            {"name": "s", "clientRequestToken": "t"},
        ),
        (
            "UpdateSecret",
            {
                "SecretId": "s",
                "SecretString": "never recorded",
                "Description": "mine",
                "ClientRequestToken": "t",
            },
            {"secretId": "s", "description": "mine", "clientRequestToken": "t"},
        ),
        (
            "PutSecretValue",
            {"SecretId": "s", "SecretBinary": b"never recorded", "ClientRequestToken": "t"},
            {"secretId": "s", "clientRequestToken": "t"},
        ),
    ],
)
def test_secrets_are_written_without_the_secret(operation, sent, parameters):
    expect("secretsmanager", operation, sent, {
        "requestParameters": parameters, "responseElements": {"arn": SECRET}, "readOnly": False,
    }, answer={"ARN": SECRET, "Name": "s", "VersionId": "v"})  # fmt: skip


def test_secrets_are_deleted_rotated_read_and_missing():
    expect("secretsmanager", "DeleteSecret", {"SecretId": SECRET, "RecoveryWindowInDays": 7}, {
        "requestParameters": {"secretId": SECRET, "recoveryWindowInDays": 7},
        "responseElements": {"aRN": SECRET, "name": "s", "deletionDate": "Feb 9, 2026, 10:26:46 PM"},
    }, answer={"ARN": SECRET, "Name": "s", "DeletionDate": WHEN})  # fmt: skip
    expect("secretsmanager", "RotateSecret", {"SecretId": "s", "ClientRequestToken": "t"}, {
        "requestParameters": {"secretId": "s", "clientRequestToken": "t"},
        "responseElements": {"aRN": SECRET, "name": "s", "versionId": "v"},
        "readOnly": False,
    }, answer={"ARN": SECRET, "Name": "s", "VersionId": "v"})  # fmt: skip
    expect("secretsmanager", "GetSecretValue", {"SecretId": "s", "VersionStage": "AWSCURRENT"}, null(
        {"secretId": "s", "versionStage": "AWSCURRENT"}, readOnly=True,
    ), answer={"SecretString": "never recorded"})  # fmt: skip
    error = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", 400)
    expect("secretsmanager", "DescribeSecret", {"SecretId": "gone"}, null(
        {"secretId": "gone"}, errorCode=error[0], errorMessage=error[1],
    ), error=error)  # fmt: skip


def test_parameters_are_written_without_their_value():
    sent = {"Name": "/shop/password", "Value": "never recorded", "Type": "SecureString", "Overwrite": True}
    expect("ssm", "PutParameter", sent, {
        "requestParameters": {
            "name": "/shop/password", "value": HIDDEN, "type": "SecureString", "overwrite": True,
        },
        "responseElements": {"version": 2, "tier": "Standard"},
        "resources": [{"accountId": ACCOUNT, "ARN": f"{PARAMETERS}/shop/password"}],
        "readOnly": False,
    }, answer={"Version": 2, "Tier": "Standard"})  # fmt: skip


def test_parameters_are_read_and_deleted():
    names = ["/shop/a", "b"]
    both = [{"accountId": ACCOUNT, "ARN": f"{PARAMETERS}/{name}"} for name in ("shop/a", "b")]
    expect("ssm", "GetParameters", {"Names": names, "WithDecryption": True}, null(
        {"names": names, "withDecryption": True}, readOnly=True, resources=both,
    ), answer={"Parameters": [{"Value": "never recorded"}]})  # fmt: skip
    expect("ssm", "DeleteParameters", {"Names": names}, {
        "requestParameters": {"names": names},
        "responseElements": {"deletedParameters": ["b"], "invalidParameters": ["/shop/a"]},
        "resources": both,
    }, answer={"DeletedParameters": ["b"], "InvalidParameters": ["/shop/a"]})  # fmt: skip
    expect("ssm", "GetParametersByPath", {"Path": "/shop", "Recursive": True}, null(
        {"path": "/shop", "recursive": True}, readOnly=True,
    ), answer={})  # fmt: skip
    expect("ssm", "GetParameter", {"Name": "gone"}, null(
        {"name": "gone"}, errorCode="ParameterNotFound",
    ), error=("ParameterNotFound", "", 400))  # fmt: skip


def test_a_command_is_sent_without_its_parameters():
    sent = {"InstanceIds": ["i-1"], "DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["no"]}}
    command = {"CommandId": "c", "DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["no"]}}
    expect("ssm", "SendCommand", sent, {
        "requestParameters": {
            "interactive": False, "instanceIds": ["i-1"], "documentName": "AWS-RunShellScript",
            "parameters": HIDDEN,
        },
        "responseElements": {
            "command": {"commandId": "c", "documentName": "AWS-RunShellScript", "parameters": HIDDEN},
        },
        "readOnly": False,
    }, answer={"Command": command})  # fmt: skip


def test_alarms_are_changed():
    sent = {
        "AlarmName": "full", "Namespace": "Shop", "MetricName": "Orders", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 3, "Threshold": 50.0, "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    expect("cloudwatch", "PutMetricAlarm", sent, {
        "eventSource": "monitoring.amazonaws.com",
        "requestParameters": {
            "alarmName": "full", "namespace": "Shop", "metricName": "Orders", "statistic": "Sum",
            "period": 60, "evaluationPeriods": 3, "threshold": 50.0,
            "comparisonOperator": "GreaterThanThreshold",
        },
        "responseElements": None,
        "readOnly": False,
        "eventCategory": "Management",
    }, answer={})  # fmt: skip
    for operation, more, written in (
        ("DeleteAlarms", {"AlarmNames": ["full"]}, {"alarmNames": ["full"]}),
        (
            "SetAlarmState",
            {"AlarmName": "full", "StateValue": "OK", "StateReason": "r"},
            {"alarmName": "full", "stateValue": "OK", "stateReason": "r"},
        ),
    ):
        expect("cloudwatch", operation, more, null(written, readOnly=False), answer={})
    error = ("ResourceNotFound", "Dashboard gone does not exist", 404)
    expect("cloudwatch", "GetDashboard", {"DashboardName": "gone"}, null(
        {"dashboardName": "gone"}, errorCode="ResourceNotFound", readOnly=True,
    ), error=error)  # fmt: skip


def test_metrics_are_put_without_their_values():
    dimensions = [{"Name": "Shop", "Value": "north"}]
    sent = {"Namespace": "Shop", "MetricData": [
        {"MetricName": "Orders", "Dimensions": dimensions, "Value": 7.0, "Unit": "Count"},
    ]}  # fmt: skip
    expect("cloudwatch", "PutMetricData", sent, null(
        {"namespace": "Shop", "metricData": [
            {"metricName": "Orders", "dimensions": [{"name": "Shop", "value": "north"}]},
        ]},
        readOnly=False,
        resources=[{"type": "AWS::CloudWatch::Metric"}],
        managementEvent=False,
        eventCategory="Data",
    ), answer={})  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "parameters", "reads"),
    [
        (
            "CreateLogStream",
            {"logGroupName": "g", "logStreamName": "s"},
            {"logGroupName": "g", "logStreamName": "s"},
            False,
        ),
        (
            "PutRetentionPolicy",
            {"logGroupName": "g", "retentionInDays": 7},
            {"logGroupName": "g", "retentionInDays": 7},
            False,
        ),
        (
            "PutSubscriptionFilter",
            {"logGroupName": "g", "filterName": "f", "filterPattern": "", "destinationArn": QUEUE},
            {"logGroupName": "g", "filterName": "f", "filterPattern": "", "destinationArn": QUEUE},
            False,
        ),
        ("FilterLogEvents", {"logGroupName": "g", "limit": 5}, {"logGroupName": "g", "limit": 5}, True),
    ],
)
def test_log_groups(operation, sent, parameters, reads):
    expect("logs", operation, sent, null(parameters, readOnly=reads, apiVersion="20140328"), answer={})


def test_a_log_group_that_is_there():
    error = ("ResourceAlreadyExistsException", "The specified log group already exists", 400)
    expect("logs", "CreateLogGroup", {"logGroupName": "g"}, null(
        {"logGroupName": "g"}, errorCode=error[0], errorMessage=error[1], apiVersion="20140328",
    ), error=error)  # fmt: skip


def test_writing_logs_is_logged_by_nobody():
    counters = Counters()
    context = context_of("logs", "PutLogEvents", {"logGroupName": "g", "logStreamName": "s", "logEvents": []})
    assert observe(context, answer={}, counters=counters) is None
    assert counters.snapshot()["skipped"] == {"unlogged": 1}
