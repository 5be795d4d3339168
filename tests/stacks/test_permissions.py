"""What each function may, and nothing beside it."""

import re
from itertools import product

import pytest

from tests.stacks.assembly import Assembly, as_list
from tests.stacks.test_functions import SETTINGS

# What no function is told by name, yet needs.
UNTOLD = {
    "api": {"<QueryResults.Arn>", "<QueryResults.Arn>/results/*"},  # Athena puts results there for the API
    "clock": {"<DeadLettersWakeups.Arn>"},  # Lambda sends failed sweeps there with the function's role
}
# First words of event history's keys, by who may put them.
PAGES = ["page|*", "index|*", "days|*", "filed|*"]
VOLUMES = ["volume|*", "volumes|*"]
CONSUMING = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}


def test_no_policy_has_a_wildcard_in_an_action(assembly: Assembly) -> None:
    actions = {
        action
        for policy in assembly.of_type("AWS::IAM::Policy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
    }
    assert actions
    assert [action for action in actions if "*" in action] == []


def test_no_function_may_anything_on_everything(assembly: Assembly) -> None:
    """Wildcards in resources only follow the name of one bucket."""
    for handler in assembly.functions():
        for action, resource in assembly.allowed(handler):
            assert re.fullmatch(r"[^*]+|<\w+\.Arn>/([a-z]+/)?\*", resource), (handler, action, resource)


def test_roles_have_no_policies_but_ours(assembly: Assembly) -> None:
    roles = {role.name: role.properties for role in assembly.of_type("AWS::IAM::Role")}
    managed = {name for name, role in roles.items() if "ManagedPolicyArns" in role}
    # API Gateway's own role, which the account lends it to write logs.
    assert managed == (set() if assembly.stage == "local" else {"RestApiCloudWatchRole"})
    assert [name for name, role in roles.items() if "Policies" in role] == []


@pytest.mark.parametrize("handler", SETTINGS)
def test_a_function_may_touch_only_what_it_is_told_of(handler: str, assembly: Assembly) -> None:
    environment = assembly.functions()[handler].properties["Environment"]["Variables"]
    told = {value for value in environment.values() if value.startswith("<")}
    for action, resource in assembly.allowed(handler):
        if action in CONSUMING or action.startswith(("logs:", "athena:", "glue:")):
            continue
        owner = re.sub(r"(\.\w+)?>.*", ">", resource)
        known = resource in told or owner in told
        assert known or resource in UNTOLD.get(handler, ()), (action, resource)


def test_event_history_is_only_ever_added_to(assembly: Assembly) -> None:
    rights = {
        (handler, action)
        for handler in assembly.functions()
        for action, resource in assembly.allowed(handler)
        if resource == "<History.Arn>"
    }
    assert rights == {
        ("recorder", "dynamodb:PutItem"),
        ("history_indexer", "dynamodb:PutItem"),
        ("history_indexer", "dynamodb:Query"),
        ("history_indexer", "dynamodb:BatchGetItem"),
        ("api", "dynamodb:Query"),
        ("api", "dynamodb:BatchGetItem"),
    }


def test_each_writer_of_event_history_is_held_to_its_own_keys(assembly: Assembly) -> None:
    written: dict[str, list[str]] = {}
    for handler, function in assembly.functions().items():
        role = function.properties["Role"].removesuffix(".Arn>") + ">"
        for action, resource, condition in assembly.statements(role):
            if resource == "<History.Arn>" and action == "dynamodb:PutItem":
                assert condition["Null"] == {"dynamodb:LeadingKeys": "false"}
                written[handler] = condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert written == {"recorder": PAGES, "history_indexer": VOLUMES}


def test_the_history_indexer_may_keep_conflicts_in_the_ledger_and_nothing_else(assembly: Assembly) -> None:
    role = assembly.functions()["history_indexer"].properties["Role"].removesuffix(".Arn>") + ">"
    (kept,) = [
        (action, condition)
        for action, resource, condition in assembly.statements(role)
        if resource.startswith("<Ledger")
    ]
    only = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["conflicts"]}}
    assert kept == ("dynamodb:UpdateItem", only | {"Null": {"dynamodb:LeadingKeys": "false"}})


def test_no_policy_at_all_lets_anybody_change_or_delete_an_event(assembly: Assembly) -> None:
    """Beside the functions' roles too; a wildcard or an ARN put together by hand would be met as well."""
    writers: set[tuple[str, str]] = set()  # first word of keys, role
    for policy in assembly.of_type("AWS::IAM::Policy"):
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            for action, resource in product(as_list(statement["Action"]), as_list(statement["Resource"])):
                if not action.startswith("dynamodb:") or resource in ("<Ledger.Arn>", "<Resources.Arn>"):
                    continue
                assert resource in ("<History.Arn>", "<Ledger.Arn>/index/due"), (policy.name, resource)
                if resource == "<History.Arn>":
                    assert action in ("dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchGetItem")
                if (action, resource) == ("dynamodb:PutItem", "<History.Arn>"):
                    keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                    writers |= set(product(keys, policy.properties["Roles"]))
    recorder, indexer = (
        assembly.functions()[handler].properties["Role"].removesuffix(".Arn>") + ">"
        for handler in ("recorder", "history_indexer")
    )
    assert writers == {*product(PAGES, [recorder]), *product(VOLUMES, [indexer])}


def test_the_table_itself_refuses_changes_of_events_to_everybody(assembly: Assembly) -> None:
    """Administrators of the account too; time to live is DynamoDB's own deed, which no policy reaches."""
    tables = {t.name: t.properties.get("ResourcePolicy") for t in assembly.of_type("AWS::DynamoDB::Table")}
    (statement,) = tables["History"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", {"AWS": "*"})
    assert "Condition" not in statement
    changing = {"UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete"}
    assert set(statement["Action"]) == {f"dynamodb:{name}" for name in changing}
    assert {name for name, policy in tables.items() if policy} == {"History"}


def test_nothing_written_once_can_be_deleted(assembly: Assembly) -> None:
    for handler in assembly.functions():
        assert [a for a, _ in assembly.allowed(handler) if a.startswith("s3:Delete")] == []


def test_only_those_delete_from_the_ledger_who_see_to_lines_digests_and_late_event_history(
    assembly: Assembly,
) -> None:
    deleting = {
        handler
        for handler in assembly.functions()
        if ("dynamodb:DeleteItem", "<Ledger.Arn>") in assembly.allowed(handler)
    }
    assert deleting == {"clock", "digester", "log_file_writer", "output_sender", "recorder"}


def test_the_recorder_deletes_from_the_ledger_what_is_due_for_event_history_only(assembly: Assembly) -> None:
    role = assembly.functions()["recorder"].properties["Role"].removesuffix(".Arn>") + ">"
    (condition,) = (
        condition for action, _, condition in assembly.statements(role) if action == "dynamodb:DeleteItem"
    )
    assert condition == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["history|*"]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def test_only_the_clock_hands_late_event_history_on(assembly: Assembly) -> None:
    sending = {
        h for h in assembly.functions() if ("sqs:SendMessage", "<HistoriesQueue.Arn>") in assembly.allowed(h)
    }
    assert sending == {"clock"}


def test_only_the_api_changes_trails_and_stores(assembly: Assembly) -> None:
    writing = {
        handler
        for handler in assembly.functions()
        for action, resource in assembly.allowed(handler)
        if resource == "<Resources.Arn>" and re.search("Put|Update|Delete", action)
    }
    assert writing == {"api"}


def test_the_digester_alone_signs(assembly: Assembly) -> None:
    rights = {
        (handler, action, resource)
        for handler in assembly.functions()
        for action, resource in assembly.allowed(handler)
        if action.startswith("kms:")
    }
    key = "<DigestKey.Arn>"
    assert {right for right in rights if right[1] == "kms:Sign"} == {("digester", "kms:Sign", key)}
    assert {right[1] for right in rights} == {"kms:Sign", "kms:GetPublicKey", "kms:DescribeKey"}
    assert {right[0] for right in rights} == {"digester", "api"}


def test_the_api_queries_only_its_workgroup_and_its_table(assembly: Assembly) -> None:
    rights = assembly.allowed("api")
    scope = "<AWS::Region>:<AWS::AccountId>"
    database = f"opentrail_{assembly.stage}"
    assert {r for a, r in rights if a.startswith("athena:")} == {
        f"arn:<AWS::Partition>:athena:{scope}:workgroup/{database}"
    }
    assert {r for a, r in rights if a.startswith("glue:")} == {
        f"arn:<AWS::Partition>:glue:{scope}:catalog",
        f"arn:<AWS::Partition>:glue:{scope}:database/{database}",
        f"arn:<AWS::Partition>:glue:{scope}:table/{database}/events",
    }


def test_the_delivery_role_is_taken_by_those_who_write_into_buckets_with_the_owners_tag(
    assembly: Assembly,
) -> None:
    trust = assembly.one("AWS::IAM::Role", "DeliveryRole").properties["AssumeRolePolicyDocument"]
    (statement,) = trust["Statement"]
    functions = assembly.functions()
    assert set(as_list(statement["Action"])) == {"sts:AssumeRole", "sts:TagSession"}
    assert set(statement["Principal"]["AWS"]) == {
        functions["api"].properties["Role"],
        functions["log_file_writer"].properties["Role"],
        functions["output_sender"].properties["Role"],
        functions["digester"].properties["Role"],
    }
    assert statement["Condition"] == {
        "StringLike": {"aws:RequestTag/owner": "????????????"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["owner"]},
    }
    taking = {h for h in functions if ("sts:AssumeRole", "<DeliveryRole.Arn>") in assembly.allowed(h)}
    assert taking == {"api", "log_file_writer", "output_sender", "digester"}


def test_the_delivery_role_enters_no_account_uninvited_and_writes_only_under_its_owner(
    assembly: Assembly,
) -> None:
    rights = list(assembly.statements("<DeliveryRole>"))
    elsewhere = {"StringNotEquals": {"aws:ResourceAccount": "<AWS::AccountId>"}}
    assert {(a, r) for a, r, _ in rights} == {
        ("s3:PutObject", "arn:<AWS::Partition>:s3:::*/AWSLogs/${aws:PrincipalTag/owner}/*"),
        ("s3:PutObjectAcl", "arn:<AWS::Partition>:s3:::*/AWSLogs/${aws:PrincipalTag/owner}/*"),
        ("s3:GetBucketAcl", "arn:<AWS::Partition>:s3:::*"),
        ("kms:GenerateDataKey", "arn:<AWS::Partition>:kms:*:*:key/*"),
        ("sns:Publish", "arn:<AWS::Partition>:sns:*:*:*"),
        ("kms:Decrypt", "arn:<AWS::Partition>:kms:*:*:key/*"),
        ("sts:AssumeRole", "arn:<AWS::Partition>:iam::*:role/*"),
    }
    more = {
        "kms:Decrypt": {"StringLike": {"kms:ViaService": "sns.*.amazonaws.com"}},
        "sts:AssumeRole": {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalTag/owner}"}},
    }
    assert all(condition == elsewhere | more.get(action, {}) for action, _, condition in rights)
