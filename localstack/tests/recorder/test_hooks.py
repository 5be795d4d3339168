"""What starting puts into LocalStack, and what it patches in moto."""

import json

import pytest
from driving import ACCOUNT, context_of
from localstack.aws import handlers
from localstack.http import Response
from moto.iam.models import iam_backends
from opentrail_local.recorder import hooks
from opentrail_local.recorder.observer import Observer, Sessions


@pytest.fixture
def handlers_kept():
    before = list(handlers.run_custom_response_handlers.handlers)
    yield handlers.run_custom_response_handlers.handlers
    hooks.opentrail_recorder_stop()
    handlers.run_custom_response_handlers.handlers[:] = before


def test_starting_records_and_shows_it(handlers_kept, monkeypatch, tmp_path):
    monkeypatch.setenv("OPENTRAIL_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("OPENTRAIL_RECORDER", raising=False)
    hooks.opentrail_recorder_start()
    observer = handlers_kept[-1]
    assert isinstance(observer, Observer)
    observer(None, context_of("sqs", "ListQueues", {}), Response())
    hooks.opentrail_recorder_stop()
    counted = json.loads((tmp_path / "recorder-status.json").read_text())
    assert (counted["seen"], counted["recorded"], counted["waiting"]) == (1, 1, 1)


@pytest.mark.parametrize("word", ["off", "OFF", "0", "false"])
def test_it_can_be_turned_off(handlers_kept, monkeypatch, tmp_path, word):
    monkeypatch.setenv("OPENTRAIL_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("OPENTRAIL_RECORDER", word)
    hooks.opentrail_recorder_start()
    assert isinstance(handlers_kept[-1], Sessions)
    assert list(tmp_path.iterdir()) == []


def test_users_and_groups_have_ids_that_say_what_they_are():
    iam = iam_backends[ACCOUNT]["aws"]
    user, group = iam.create_user("us-east-1", "mina"), iam.create_group("staff")
    assert (user.id[:4], len(user.id)) == ("AIDA", 21)
    assert (group.id[:4], len(group.id)) == ("AGPA", 21)
