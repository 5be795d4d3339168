"""Records of serverless services, written by hand from the rules: Lambda, API Gateway, Step Functions."""

from datetime import UTC, datetime

import pytest
from driving import ABSENT, ACCOUNT, expect, null

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
WHEN = datetime(2026, 2, 9, 22, 26, 46, tzinfo=UTC)
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
MACHINE = f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:m"
EXECUTION = f"arn:aws:states:eu-west-1:{ACCOUNT}:execution:m:e"


def test_a_function_is_made_without_its_code_and_variables():
    sent = {
        "FunctionName": "f", "Runtime": "python3.13", "Role": ROLE, "Handler": "index.handler",
        "Code": {"ZipFile": b"never recorded"}, "Timeout": 3, "Publish": True,
        "Environment": {"Variables": {"PASSWORD": "never recorded"}}, "Tags": {"Team": "blue"},
    }  # fmt: skip
    answer = {
        "FunctionName": "f", "FunctionArn": FUNCTION, "Environment": {"Variables": {"PASSWORD": "never"}},
        "LastModified": "2026-02-09T22:26:46.000+0000", "CodeSize": 1, "Version": "1",
    }  # fmt: skip
    expect("lambda", "CreateFunction", sent, {
        "eventSource": "lambda.amazonaws.com",
        "eventName": "CreateFunction20150331",
        "requestParameters": {
            "functionName": "f", "runtime": "python3.13", "role": ROLE, "handler": "index.handler",
            "code": {}, "timeout": 3, "publish": True, "environment": {}, "tags": {"Team": "blue"},
        },
        "responseElements": {
            "functionName": "f", "functionArn": FUNCTION, "environment": {}, "codeSize": 1, "version": "1",
            "lastModified": "2026-02-09T22:26:46.000+0000",
        },
        "readOnly": False,
        "resources": ABSENT,
        "apiVersion": ABSENT,
        "managementEvent": True,
    }, answer=answer)  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "name", "parameters", "answer", "elements"),
    [
        (
            "UpdateFunctionConfiguration",
            {"FunctionName": "f", "Environment": {"Variables": {"A": "never recorded"}}, "MemorySize": 256},
            "UpdateFunctionConfiguration20150331v2",
            {"functionName": "f", "environment": {}, "memorySize": 256},
            {"FunctionArn": FUNCTION, "MemorySize": 256},
            {"functionArn": FUNCTION, "memorySize": 256},
        ),
        (
            "UpdateFunctionCode",
            {"FunctionName": "f", "S3Bucket": "b", "S3Key": "k", "DryRun": False},
            "UpdateFunctionCode20150331v2",
            {
                "fullyQualifiedArn": {
                    "arnPrefix": {"partition": "aws", "region": "eu-west-1", "account": ACCOUNT},
                    "relativeId": {"functionName": "f"},
                    "functionQualifier": {},
                },
                "functionName": FUNCTION,
                "s3Bucket": "b",
                "s3Key": "k",
                "dryRun": False,
            },
            {"RevisionId": "r", "CodeSha256": "c"},
            {"revisionId": "r", "codeSha256": "c"},
        ),
        (
            "PublishVersion",
            {"FunctionName": "f", "Description": "first"},
            "PublishVersion20150331",
            {"functionName": "f", "description": "first"},
            {"FunctionArn": f"{FUNCTION}:1", "Version": "1"},
            {"functionArn": f"{FUNCTION}:1", "version": "1"},
        ),
        (
            "CreateAlias",
            {"FunctionName": "f", "Name": "live", "FunctionVersion": "1"},
            "CreateAlias20150331",
            {"functionName": "f", "name": "live", "functionVersion": "1"},
            {"AliasArn": f"{FUNCTION}:live", "Name": "live"},
            {"aliasArn": f"{FUNCTION}:live", "name": "live"},
        ),
        (
            "AddPermission",
            {"FunctionName": "f", "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"},
            "AddPermission20150331v2",
            {"functionName": "f", "statementId": "s", "action": "lambda:InvokeFunction", "principal": "*"},
            {"Statement": "{}"},
            {"statement": "{}"},
        ),
        (
            "CreateEventSourceMapping",
            {"FunctionName": "f", "EventSourceArn": QUEUE, "BatchSize": 10},
            "CreateEventSourceMapping20150331",
            {"functionName": "f", "eventSourceArn": QUEUE, "batchSize": 10},
            {"UUID": "u", "State": "Creating", "LastModified": WHEN},
            {"uUID": "u", "state": "Creating", "lastModified": "Feb 9, 2026, 10:26:46 PM"},
        ),
        (
            "PublishLayerVersion",
            {"LayerName": "l", "Content": {"ZipFile": b"never recorded"}},
            "PublishLayerVersion20181031",
            {"layerName": "l", "content": {}},
            {"Version": 1, "LayerArn": "arn:l"},
            {"version": 1, "layerArn": "arn:l"},
        ),
        (
            "PutFunctionConcurrency",
            {"FunctionName": "f", "ReservedConcurrentExecutions": 5},
            "PutFunctionConcurrency20171031",
            {"functionName": "f", "reservedConcurrentExecutions": 5},
            {"ReservedConcurrentExecutions": 5},
            {"reservedConcurrentExecutions": 5},
        ),
        (
            "TagResource",
            {"Resource": FUNCTION, "Tags": {"Team": "red"}},
            "TagResource20170331v2",
            {"resource": FUNCTION, "tags": {"Team": "red"}},
            {},
            None,
        ),
        (
            "CreateFunctionUrlConfig",
            {"FunctionName": "f", "AuthType": "NONE"},
            "CreateFunctionUrlConfig",
            {"functionName": "f", "authType": "NONE"},
            {"FunctionUrl": "https://u", "AuthType": "NONE"},
            {"functionUrl": "https://u", "authType": "NONE"},
        ),
        ("DeleteFunction", {"FunctionName": "f"}, "DeleteFunction20150331", {"functionName": "f"}, {}, None),
    ],
)  # fmt: skip
def test_changes_of_functions(operation, sent, name, parameters, answer, elements):
    expect("lambda", operation, sent, {
        "eventName": name, "requestParameters": parameters, "responseElements": elements, "readOnly": False,
        "eventCategory": "Management",
    }, answer=answer)  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "name", "parameters"),
    [
        ("GetFunction", {"FunctionName": "f"}, "GetFunction20150331v2", {"functionName": "f"}),
        (
            "GetFunctionConfiguration",
            {"FunctionName": "f", "Qualifier": "live"},
            "GetFunctionConfiguration20150331v2",
            {"functionName": "f", "qualifier": "live"},
        ),
        ("ListFunctions", {"MaxItems": 5}, "ListFunctions20150331", {"maxItems": 5}),
        ("ListTags", {"Resource": FUNCTION}, "ListTags20170331", {"resource": FUNCTION}),
        (
            "GetLayerVersion",
            {"LayerName": "l", "VersionNumber": 1},
            "GetLayerVersion20181031",
            {"layerName": "l", "versionNumber": 1},
        ),
        ("GetAccountSettings", {}, "GetAccountSettings20160819", None),
        ("GetFunctionUrlConfig", {"FunctionName": "f"}, "GetFunctionUrlConfig", {"functionName": "f"}),
    ],
)
def test_reading_functions(operation, sent, name, parameters):
    answer = {"Configuration": {"FunctionName": "f"}}
    expect("lambda", operation, sent, null(parameters, eventName=name, readOnly=True), answer=answer)


def test_a_function_is_invoked():
    sent = {"FunctionName": "f:live", "InvocationType": "Event", "Payload": b"never recorded"}
    expect("lambda", "Invoke", sent, null(
        {"functionName": "f:live", "invocationType": "Event"},
        eventName="Invoke",
        additionalEventData={"functionVersion": f"{FUNCTION}:live"},
        readOnly=False,
        resources=[{"accountId": ACCOUNT, "type": "AWS::Lambda::Function", "ARN": FUNCTION}],
        managementEvent=False,
        eventCategory="Data",
    ), answer={"StatusCode": 202})  # fmt: skip


@pytest.mark.parametrize(
    ("name", "qualifier", "version"),
    [
        ("f", None, "$LATEST"),
        (FUNCTION, None, "$LATEST"),
        (f"{FUNCTION}:7", None, "7"),
        ("f", "live", "live"),
    ],
)
def test_the_version_that_ran_is_told(name, qualifier, version):
    sent = {"FunctionName": name} | ({"Qualifier": qualifier} if qualifier else {})
    written = {"functionName": name} | ({"qualifier": qualifier} if qualifier else {})
    more = {"additionalEventData": {"functionVersion": f"{FUNCTION}:{version}"}}
    expect("lambda", "Invoke", sent, null(written, **more), answer={})


def test_a_missing_function():
    error = ("ResourceNotFoundException", f"Function not found: {FUNCTION}", 404)
    expect("lambda", "GetFunction", {"FunctionName": "f"}, null(
        {"functionName": "f"}, errorCode=error[0], errorMessage=error[1], eventName="GetFunction20150331v2",
    ), error=error)  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "parameters"),
    [
        (
            "CreateRestApi",
            {"name": "shop", "description": "all of it"},
            {"createRestApiInput": {"name": "shop", "description": "all of it"}, "template": False},
        ),
        (
            "CreateResource",
            {"restApiId": "a1", "parentId": "r0", "pathPart": "orders"},
            {
                "restApiId": "a1",
                "parentId": "r0",
                "createResourceInput": {"pathPart": "orders"},
                "template": False,
            },
        ),
        (
            "PutIntegration",
            {
                "restApiId": "a1", "resourceId": "r1", "httpMethod": "GET", "type": "AWS_PROXY",
                "integrationHttpMethod": "POST", "uri": "arn:u",
            },
            {
                "restApiId": "a1", "resourceId": "r1", "httpMethod": "GET", "template": False,
                "putIntegrationInput": {"type": "AWS_PROXY", "httpMethod": "POST", "uri": "arn:u"},
            },
        ),
        (
            "UpdateStage",
            {
                "restApiId": "a1", "stageName": "test",
                "patchOperations": [{"op": "replace", "path": "/description", "value": "new"}],
            },
            {
                "restApiId": "a1", "stageName": "test", "template": False,
                "updateStageInput": {
                    "patchOperations": [{"op": "replace", "path": "/description", "value": "new"}]
                },
            },
        ),
        (
            "CreateApiKey",
            {"name": "k", "value": "never recorded"},
            {"createApiKeyInput": {"name": "k", "value": HIDDEN}, "template": False},
        ),
    ],
)  # fmt: skip
def test_rest_apis_are_changed(operation, sent, parameters):
    expect("apigateway", operation, sent, {
        "eventSource": "apigateway.amazonaws.com", "eventName": operation, "requestParameters": parameters,
        "responseElements": None, "readOnly": False,
    }, answer={})  # fmt: skip


def test_a_deployment_answers_with_its_time():
    expect("apigateway", "CreateDeployment", {"restApiId": "a1", "stageName": "test"}, {
        "requestParameters": {
            "restApiId": "a1", "createDeploymentInput": {"stageName": "test"}, "template": False,
        },
        "responseElements": {"id": "d1", "createdDate": "Feb 9, 2026 10:26:46 PM"},
    }, answer={"id": "d1", "createdDate": WHEN})  # fmt: skip


def test_reading_and_missing_rest_apis():
    expect("apigateway", "GetRestApi", {"restApiId": "a1"}, null(
        {"restApiId": "a1", "template": False}, readOnly=True,
    ), answer={"id": "a1"})  # fmt: skip
    expect("apigateway", "GetRestApis", {}, null(None, readOnly=True), answer={})
    error = ("NotFoundException", "Invalid API identifier specified", 404)
    expect("apigateway", "DeleteRestApi", {"restApiId": "a1"}, null(
        {"restApiId": "a1", "template": False}, errorCode="NotFoundException", readOnly=False,
    ), error=error)  # fmt: skip


def test_http_apis_follow_the_general_rule():
    expect("apigatewayv2", "CreateApi", {"Name": "shop", "ProtocolType": "HTTP"}, {
        "eventSource": "apigateway.amazonaws.com",
        "eventName": "CreateApi",
        "requestParameters": {"name": "shop", "protocolType": "HTTP"},
        "responseElements": {"apiId": "a1", "apiEndpoint": "https://e"},
    }, answer={"ApiId": "a1", "ApiEndpoint": "https://e"})  # fmt: skip


def test_a_state_machine_is_made_without_its_definition():
    sent = {"name": "m", "definition": '{"never": "recorded"}', "roleArn": ROLE}
    expect("stepfunctions", "CreateStateMachine", sent, {
        "eventSource": "states.amazonaws.com",
        "eventName": "CreateStateMachine",
        "requestParameters": {"name": "m", "definition": HIDDEN, "roleArn": ROLE},
        "responseElements": {"stateMachineArn": MACHINE, "creationDate": "Feb 9, 2026, 10:26:46 PM"},
        "readOnly": False,
    }, answer={"stateMachineArn": MACHINE, "creationDate": WHEN})  # fmt: skip


def test_an_execution_is_started_without_its_input():
    sent = {"stateMachineArn": MACHINE, "name": "e", "input": '{"never": "recorded"}'}
    expect("stepfunctions", "StartExecution", sent, {
        "requestParameters": {"stateMachineArn": MACHINE, "name": "e", "input": HIDDEN},
        "responseElements": {"executionArn": EXECUTION, "startDate": "Feb 9, 2026, 10:26:46 PM"},
        "eventCategory": "Management",
        "readOnly": False,
    }, answer={"executionArn": EXECUTION, "startDate": WHEN})  # fmt: skip


def test_executions_are_read_and_their_tasks_are_data():
    expect("stepfunctions", "DescribeExecution", {"executionArn": EXECUTION}, null(
        {"executionArn": EXECUTION}, readOnly=True,
    ), answer={"input": "never"})  # fmt: skip
    expect("stepfunctions", "SendTaskSuccess", {"taskToken": "t", "output": '"never recorded"'}, null(
        {"taskToken": "t", "output": HIDDEN},
        eventCategory="Data",
        resources=[{"type": "AWS::StepFunctions::StateMachine"}],
    ), answer={})  # fmt: skip
    error = ("StateMachineDoesNotExist", "State Machine Does Not Exist", 400)
    expect("stepfunctions", "DeleteStateMachine", {"stateMachineArn": MACHINE}, null(
        {"stateMachineArn": MACHINE}, errorCode="StateMachineDoesNotExist", errorMessage=error[1],
    ), error=error)  # fmt: skip
