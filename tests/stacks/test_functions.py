"""Functions: what they run, what they are told, how their queues call them."""

import json
from pathlib import Path
from typing import Any

import pytest
from opentrail.settings import (
    ApiSettings,
    ClockSettings,
    DeadLetterKeeperSettings,
    DigesterSettings,
    FunctionSettings,
    HistoryIndexerSettings,
    LakeWriterSettings,
    LogFileWriterSettings,
    OutputSenderSettings,
    RecorderSettings,
)

from stacks.settings import stage_settings
from tests.stacks.assembly import Assembly
from tools.build_function_package import (
    ARCHITECTURES,
    UNZIPPED_LIMIT,
    build_layer,
    build_source,
    host_architecture,
)

HANDLERS = Path(__file__).resolve().parents[2] / "lambdas/handlers"
SETTINGS: dict[str, type[FunctionSettings]] = {
    "api": ApiSettings,
    "recorder": RecorderSettings,
    "clock": ClockSettings,
    "log_file_writer": LogFileWriterSettings,
    "digester": DigesterSettings,
    "output_sender": OutputSenderSettings,
    "lake_writer": LakeWriterSettings,
    "dead_letter_keeper": DeadLetterKeeperSettings,
    "history_indexer": HistoryIndexerSettings,
}
CONSUMERS = {
    "RecordsQueue": "recorder",
    "WakeupsQueue": "clock",
    "DeliveriesQueue": "log_file_writer",
    "DigestsQueue": "digester",
    "OutputsQueue": "output_sender",
    "LakeQueue": "lake_writer",
    "HistoriesQueue": "recorder",
    "DeadLettersRecords": "dead_letter_keeper",
    "DeadLettersWakeups": "dead_letter_keeper",
    "DeadLettersDeliveries": "dead_letter_keeper",
    "DeadLettersDigests": "dead_letter_keeper",
    "DeadLettersOutputs": "dead_letter_keeper",
    "DeadLettersLake": "dead_letter_keeper",
    "DeadLettersHistories": "dead_letter_keeper",
}
LAYERS = {"api": "api", "lake_writer": "lake"}  # else: base


def test_every_entry_point_is_deployed_once(assembly: Assembly) -> None:
    deployed = [f.properties["Handler"] for f in assembly.of_type("AWS::Lambda::Function")]
    there = [f"handlers.{path.stem}.handler" for path in HANDLERS.glob("*.py") if path.stem != "__init__"]
    assert sorted(deployed) == sorted(there)


def test_functions_run_python_3_13_on_arm_on_aws_and_on_the_hosts_processor_locally(
    assembly: Assembly,
) -> None:
    architecture = host_architecture() if assembly.stage == "local" else "arm64"
    for function in assembly.of_type("AWS::Lambda::Function"):
        assert function.properties["Runtime"] == "python3.13"
        assert function.properties["Architectures"] == [architecture]


@pytest.mark.parametrize("handler", SETTINGS)
def test_a_functions_environment_reads_back_through_its_settings(handler: str, assembly: Assembly) -> None:
    environment: dict[str, str] = assembly.functions()[handler].properties["Environment"]["Variables"]
    settings = SETTINGS[handler].from_env(environment)
    assert settings.to_env() == environment
    assert settings.stage == assembly.stage


def test_what_functions_are_told_is_what_the_stage_says(assembly: Assembly) -> None:
    stage = stage_settings(assembly.stage)
    functions = assembly.functions()

    def told(handler: str) -> Any:
        return SETTINGS[handler].from_env(functions[handler].properties["Environment"]["Variables"])

    assert told("api").regions == list(stage.regions)
    assert "us-east-1" in told("api").regions
    assert told("api").delivery_role_arn == told("log_file_writer").delivery_role_arn == "<DeliveryRole.Arn>"
    windows = {told(handler).window_seconds for handler in ("api", "recorder", "clock")}
    assert windows == {5 if assembly.stage == "local" else 300}
    assert told("digester").window_seconds == told("clock").window_seconds
    assert told("digester").digest_seconds == (60 if assembly.stage == "local" else 3600)
    assert told("digester").digest_key_arn == told("api").digest_key_arn == "<DigestKey.Arn>"
    assert told("api").check_destinations
    assert told("clock").digests_queue_url == "<DigestsQueue>"
    assert told("clock").histories_queue_url == "<HistoriesQueue>"
    assert told("recorder").histories_queue_arn == "<HistoriesQueue.Arn>"
    assert told("recorder").history_days == told("history_indexer").history_days == 90
    assert told("clock").lake_queue_url == "<LakeQueue>"
    assert told("lake_writer").lake_bucket == "<LakeFiles>"


@pytest.mark.parametrize("handler", SETTINGS)
def test_a_function_has_its_own_log_that_ends(handler: str, assembly: Assembly) -> None:
    function = assembly.functions()[handler]
    group = function.properties["LoggingConfig"]["LogGroup"].strip("<>")
    log = assembly.one("AWS::Logs::LogGroup", group)
    assert log.properties["RetentionInDays"] == stage_settings(assembly.stage).log_days
    assert ("logs:PutLogEvents", f"<{group}.Arn>") in assembly.allowed(handler)


def test_every_queue_calls_one_function_which_says_what_failed(assembly: Assembly) -> None:
    functions = {function.name: handler for handler, function in assembly.functions().items()}
    mappings = assembly.of_type("AWS::Lambda::EventSourceMapping")
    called = {
        m.properties["EventSourceArn"].removesuffix(".Arn>").strip("<"): functions[
            m.properties["FunctionName"].strip("<>")
        ]
        for m in mappings
    }
    assert len(mappings) == len(called)
    assert called == CONSUMERS
    for mapping in mappings:
        assert mapping.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        # SQS: more than ten messages need a window to be collected in.
        assert (
            mapping.properties["BatchSize"] <= 10 or mapping.properties["MaximumBatchingWindowInSeconds"] >= 1
        )


def test_late_event_history_comes_one_by_one_and_leaves_room_for_records(assembly: Assembly) -> None:
    found = {
        m.properties["EventSourceArn"]: m.properties
        for m in assembly.of_type("AWS::Lambda::EventSourceMapping")
    }
    late, records = found["<HistoriesQueue.Arn>"], found["<RecordsQueue.Arn>"]
    assert late["BatchSize"] == 1
    at_once = [mapping["ScalingConfig"]["MaximumConcurrency"] for mapping in (late, records)]
    assert 5 * at_once[0] <= at_once[1]


def test_on_aws_a_message_is_hidden_for_six_timeouts_of_the_function_it_calls(on_aws: Assembly) -> None:
    for queue, handler in CONSUMERS.items():
        hidden = on_aws.one("AWS::SQS::Queue", queue).properties["VisibilityTimeout"]
        timeout = on_aws.functions()[handler].properties["Timeout"]
        assert hidden >= 6 * timeout, (queue, hidden, timeout)


def test_locally_a_message_is_hidden_until_its_function_must_have_ended(local: Assembly) -> None:
    for queue, handler in CONSUMERS.items():
        hidden = local.one("AWS::SQS::Queue", queue).properties["VisibilityTimeout"]
        timeout = local.functions()[handler].properties["Timeout"]
        assert timeout <= hidden <= 30, (queue, hidden, timeout)


def test_the_clock_sweeps_every_minute_and_failed_sweeps_are_kept(assembly: Assembly) -> None:
    rule = assembly.one("AWS::Events::Rule", "ClockSweep")
    clock = assembly.functions()["clock"]
    assert rule.properties["ScheduleExpression"] == "rate(1 minute)"
    assert [target["Arn"] for target in rule.properties["Targets"]] == [f"<{clock.name}.Arn>"]
    assert clock.properties["DeadLetterConfig"] == {"TargetArn": "<DeadLettersWakeups.Arn>"}
    assert ("sqs:SendMessage", "<DeadLettersWakeups.Arn>") in assembly.allowed("clock")


def test_the_history_indexer_runs_often_and_stops_beginning_work_in_time(assembly: Assembly) -> None:
    rule = assembly.one("AWS::Events::Rule", "HistoryIndexerIndexing")
    indexer = assembly.functions()["history_indexer"].properties
    assert rule.properties["ScheduleExpression"] == "rate(15 minutes)"
    seconds = HistoryIndexerSettings.from_env(indexer["Environment"]["Variables"]).seconds
    assert 0 < 2 * seconds <= indexer["Timeout"] <= 900


def test_the_api_hands_every_body_on_as_it_came(assembly: Assembly) -> None:
    (api,) = assembly.of_type("AWS::ApiGateway::RestApi")
    assert api.properties["BinaryMediaTypes"] == ["*/*"]
    (audit_events,) = assembly.of_type("AWS::ApiGateway::Resource")
    assert audit_events.properties["PathPart"] == "PutAuditEvents"
    methods = assembly.of_type("AWS::ApiGateway::Method")
    assert {m.properties["ResourceId"] for m in methods} == {
        f"<{api.name}.RootResourceId>",
        f"<{audit_events.name}>",
    }
    for method in methods:
        assert method.properties["HttpMethod"] == "POST"
        assert method.properties["Integration"]["Type"] == "AWS_PROXY"
        assert method.properties["AuthorizationType"] == "NONE"  # the function knows its callers


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("handler", SETTINGS)
def test_a_function_with_its_packages_fits_into_lambda(handler: str, architecture: str) -> None:
    layer = build_layer(LAYERS.get(handler, "base"), architecture)
    assert build_source().unzipped_bytes() + layer.unzipped_bytes() < UNZIPPED_LIMIT


@pytest.mark.parametrize("handler", SETTINGS)
def test_a_function_carries_the_packages_of_its_lock(handler: str, assembly: Assembly) -> None:
    packages = LAYERS.get(handler, "base")
    architecture = stage_settings(assembly.stage).architecture
    function = assembly.functions()[handler]
    (layer_name,) = function.properties["Layers"]
    layer = assembly.one("AWS::Lambda::LayerVersion", layer_name.strip("<>"), function.part)
    expected = build_layer(packages, architecture).digest
    assert _asset(assembly, layer.properties["Content"]["S3Key"]).name.startswith(
        f"layer-{packages}-{architecture}-{expected[:16]}"
    )


def _asset(assembly: Assembly, key: str) -> Path:
    """The file that is uploaded to a key."""
    for manifest in assembly.folder.glob("*.assets.json"):
        for asset in json.loads(manifest.read_text())["files"].values():
            if any(d["objectKey"] == key for d in asset["destinations"].values()):
                return Path(asset["source"]["path"])
    raise AssertionError(f"No file is uploaded to {key}")
