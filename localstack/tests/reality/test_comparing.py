"""What counts as a difference between a record and the shape of real ones."""

from typing import Any

import comparing
import pytest
import shapes

OLD = {"eventVersion": "1.05", "eventSource": "ec2.amazonaws.com", "eventName": "CreateVolume"}
BASE = {**OLD, "eventVersion": "1.08"}


def differences(ours: dict[str, Any], *real: dict[str, Any], base: dict[str, Any] = BASE) -> set[str]:
    """Of one record of ours, beside real ones."""
    mine = {shapes.SUCCESS: shapes.shape_of([BASE | ours])}
    return comparing.differences(mine, {shapes.SUCCESS: shapes.shape_of([base | one for one in real])})


def sent(**parameters: Any) -> dict[str, Any]:
    """The part of a record that tells of parameters."""
    return {"requestParameters": parameters}


@pytest.mark.parametrize(
    ("ours", "real", "expected"),
    [
        (sent(size="1"), [sent(size="2")], set()),
        (sent(size=1), [sent(size="2")], {"type of requestParameters.size: number, not text"}),
        (sent(), [sent(size="2")], {"missing requestParameters.size"}),
        (sent(), [sent(size="2"), sent()], set()),  # not all real ones have it
        (
            sent(Size="1"),
            [sent(size="2")],
            {"missing requestParameters.size", "besides requestParameters.Size"},
        ),
        (sent(at="Feb 9, 2026, 10:26:46 PM"), [sent(at="Feb 9, 2026 10:26:46 PM")], None),
        (sent(tags=[]), [sent(tags=[{"key": "a"}])], set()),  # a list may be empty
        (
            {"requestParameters": None},
            [sent(size="2")],
            {"type of requestParameters: null, not object", "missing requestParameters.size"},
        ),
        ({**sent(), "tlsDetails": {}}, [sent()], set()),  # calls of services have none
        ({**sent(), "addendum": {}}, [sent()], {"besides addendum"}),
        (sent(), [{**sent(), "resources": []}], {"missing resources"}),
    ],
)
def test_differences(ours, real, expected):
    found = differences(ours, *real)
    assert found == expected if expected is not None else len(found) == 1


def test_members_younger_than_the_real_records_are_none():
    assert differences({**sent(), "eventCategory": "Management"}, sent(), base=OLD) == set()
    assert differences({**sent(), "eventCategory": "Management"}, sent()) == {"besides eventCategory"}


def test_names_that_are_data_are_not_kept():
    context = {"eventVersion": "1.08", "eventSource": "kms.amazonaws.com", "eventName": "Encrypt"}
    shape = shapes.shape_of([context | sent(encryptionContext={"secret project": "x"})])
    assert set(shape.paths) == {
        "requestParameters", "requestParameters.encryptionContext", "requestParameters.encryptionContext.*",
    }  # fmt: skip


def test_the_order_is_that_of_most_records():
    right = {"eventVersion": "1.08", "a": 1, "b": 2, "eventCategory": "x"}
    wrong = {"eventVersion": "1.08", "b": 2, "a": 1, "eventCategory": "x"}
    found = shapes.order([right, right, wrong])
    assert found == list(right)
    assert comparing.misplaced(wrong, found)
    assert not comparing.misplaced(right, found)
