"""What is recorded, as the setting says; and settings that are none."""

import json

import pytest
from driving import ACCOUNT, context_of, observe
from opentrail_local.recorder import selection
from opentrail_local.recorder.record import lines_of
from opentrail_local.recorder.selection import Selection, SelectionError

OTHER = "271828182845"


def event(name="sqs.amazonaws.com/ListQueues", *, read_only=True, category="Management", account=ACCOUNT):
    source, _, called = name.partition("/")
    return {
        "eventSource": source,
        "eventName": called,
        "readOnly": read_only,
        "eventCategory": category,
        "recipientAccountId": account,
    }


def test_everything_is_recorded_by_default():
    assert selection.from_environment({}).takes(event())
    assert selection.is_on({})


@pytest.mark.parametrize(
    ("row", "taken", "left"),
    [
        (True, event(), None),
        (False, None, event()),
        ({}, event(), None),
        ({"readOnly": False}, event(read_only=False), event()),
        ({"readOnly": True}, event(), event(read_only=False)),
        ({"categories": ["Management"]}, event(), event(category="Data")),
        ({"categories": ["Data"]}, event(category="Data"), event()),
        ({"categories": []}, None, event()),
        ({"only": ["s3.amazonaws.com"]}, event("s3.amazonaws.com/PutObject"), event()),
        ({"except": ["s3.amazonaws.com"]}, event(), event("s3.amazonaws.com/PutObject")),
        ({"except": ["*/List*"]}, event("sqs.amazonaws.com/CreateQueue"), event()),
        ({"only": ["iam.amazonaws.com/*User"]}, event("iam.amazonaws.com/CreateUser"), event()),
    ],
)
def test_a_row_selects(row, taken, left):
    for chosen in (selection.read({ACCOUNT: row}), selection.read({"*": row})):
        assert taken is None or chosen.takes(taken)
        assert left is None or not chosen.takes(left)


def test_accounts_have_rows_of_their_own():
    chosen = selection.read({"*": False, ACCOUNT: True})
    assert [chosen.takes(event()), chosen.takes(event(account=OTHER))] == [True, False]
    assert selection.read({ACCOUNT: False}).takes(event(account=OTHER))


def test_each_copy_of_a_call_across_accounts_is_asked_for_by_itself():
    queue = f"http://127.0.0.1:4566/queue/eu-west-1/{OTHER}/q"
    call = observe(context_of("sqs", "SendMessage", {"QueueUrl": queue, "MessageBody": "m"}), answer={})

    def accounts(rows):
        lines = lines_of(call, chosen=selection.read(rows))
        return [json.loads(line)["recipientAccountId"] for line in lines]

    assert accounts({}) == [ACCOUNT, OTHER]
    assert accounts({ACCOUNT: False}) == [OTHER]
    assert accounts({OTHER: False}) == [ACCOUNT]
    assert accounts({"*": False}) == []


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ([], "must be an object"),
        ({"12": True}, "'12' is neither an account"),
        ({"*": "all"}, "true, false or an object"),
        ({"*": {"kinds": []}}, "no condition 'kinds'"),
        ({"*": {"readOnly": "true"}}, "readOnly must be true or false"),
        ({"*": {"categories": ["Insight"]}}, "'Insight' is neither"),
        ({"*": {"only": "s3.amazonaws.com"}}, "only must be a list of texts"),
        ({"*": {"except": [1]}}, "except must be a list of texts"),
    ],
)
def test_what_is_no_selection_is_refused(value, part):
    with pytest.raises(SelectionError, match=part):
        selection.read(value)


def test_the_file_is_read_or_refused(tmp_path):
    file = tmp_path / "selection.json"
    file.write_text(json.dumps({ACCOUNT: False}))
    assert not selection.from_environment({selection.FILE: str(file)}).takes(event())
    file.write_text("{")
    for name in (file, tmp_path / "missing.json"):
        with pytest.raises(SelectionError, match="cannot be read"):
            selection.from_environment({selection.FILE: str(name)})


def test_no_selection_takes_all():
    assert Selection().takes(event(category="Data"))
