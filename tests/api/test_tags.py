"""Tags of trails and event data stores by a real client: added, replaced, removed, listed, refused."""

from typing import Any

import pytest

from tests.fakes.front import ACCOUNT
from tests.fakes.service import Service, answer, refusal

TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit"
UUID = "12345678-1234-1234-1234-123456789012"
CHANNEL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:channel/{UUID}"
STORE_NONE = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:eventdatastore/{UUID}"
TEAM, COST = {"Key": "team", "Value": "blue"}, {"Key": "cost", "Value": "42"}


@pytest.fixture
def service() -> Service:
    """A trail and a store, both without tags."""
    service = Service()
    service.client().create_trail(Name="audit", S3BucketName="logs")
    service.client().create_event_data_store(Name="events", TerminationProtectionEnabled=False)
    return service


@pytest.fixture
def client(service: Service) -> Any:
    return service.client()


@pytest.fixture(params=["trail", "store"])
def arn(request: pytest.FixtureRequest, client: Any) -> str:
    return TRAIL if request.param == "trail" else store_arn(client)


def store_arn(client: Any) -> str:
    return str(client.list_event_data_stores()["EventDataStores"][0]["EventDataStoreArn"])


def tags(client: Any, arn: str) -> list[dict[str, str]]:
    [shown] = answer(client.list_tags, ResourceIdList=[arn])["ResourceTagList"]
    assert shown["ResourceId"] == arn
    return list(shown["TagsList"])


def add(client: Any, arn: str, *more: dict[str, str]) -> dict[str, Any]:
    return answer(client.add_tags, ResourceId=arn, TagsList=list(more))


def remove(client: Any, arn: str, *gone: dict[str, str]) -> dict[str, Any]:
    return answer(client.remove_tags, ResourceId=arn, TagsList=list(gone))


def test_a_resource_without_tags_has_an_empty_list(client: Any, arn: str) -> None:
    assert tags(client, arn) == []


def test_tags_are_added_replaced_and_removed_by_key(client: Any, arn: str) -> None:
    assert add(client, arn, TEAM, COST) == {}
    assert tags(client, arn) == [TEAM, COST]
    green, bare = {"Key": "team", "Value": "green"}, {"Key": "Team"}
    assert add(client, arn, green, bare) == {}
    assert tags(client, arn) == [green, COST, bare]
    assert remove(client, arn, {"Key": "team", "Value": "whatever"}, {"Key": "unknown"}) == {}
    assert tags(client, arn) == [COST, bare]


def test_tags_given_at_creation_are_listed(client: Any) -> None:
    client.create_trail(Name="second", S3BucketName="logs", TagsList=[TEAM])
    store = client.create_event_data_store(Name="second", TagsList=[COST])
    asked = [TRAIL.replace("audit", "second"), store["EventDataStoreArn"], TRAIL]
    assert answer(client.list_tags, ResourceIdList=asked) == {
        "ResourceTagList": [
            {"ResourceId": arn, "TagsList": held}
            for arn, held in zip(asked, ([TEAM], [COST], []), strict=True)
        ]
    }


def test_tags_change_nothing_else_of_their_resource(service: Service, client: Any) -> None:
    store = store_arn(client)
    shown = answer(client.get_trail, Name="audit"), answer(client.get_event_data_store, EventDataStore=store)
    service.wait(hours=1)
    for arn in (TRAIL, store):
        add(client, arn, TEAM)
        remove(client, arn, COST)
    after = answer(client.get_trail, Name="audit"), answer(client.get_event_data_store, EventDataStore=store)
    after[1]["Status"] = shown[1]["Status"]  # a new store is CREATED for a second
    assert after == shown
    client.update_trail(Name="audit", IsMultiRegionTrail=True)
    client.start_logging(Name="audit")
    assert tags(client, TRAIL) == [TEAM]


def test_fifty_tags_are_all_a_resource_can_have(client: Any, arn: str) -> None:
    full = [{"Key": f"k{n}"} for n in range(50)]
    add(client, arn, *full)
    refused = ("TagsLimitExceededException", "A resource can have at most 50 tags.")
    assert refusal(client.add_tags, ResourceId=arn, TagsList=[TEAM]) == refused
    assert refusal(client.add_tags, ResourceId=arn, TagsList=[{"Key": "k1", "Value": "new"}, TEAM]) == refused
    assert tags(client, arn) == full
    add(client, arn, {"Key": "k1", "Value": "new"})
    remove(client, arn, {"Key": "k0"})
    add(client, arn, TEAM)
    assert tags(client, arn)[-1] == TEAM


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ([TEAM, {"Key": "team", "Value": "green"}], "A tag key can be specified only once."),
        ([{"Key": "aws:team"}], "Tag keys that begin with aws: are reserved."),
        ([{"Key": "AWS:team"}], "Tag keys that begin with aws: are reserved."),
        (
            [{"Key": "te;am"}],
            "Tag keys and values can have letters, white space, numbers and the characters "
            "_ . : / = + - @ only.",
        ),
        (
            [{"Key": "team", "Value": "<blue>"}],
            "Tag keys and values can have letters, white space, numbers and the characters "
            "_ . : / = + - @ only.",
        ),
    ],
)
def test_wrong_tags_are_refused_everywhere(
    client: Any, arn: str, bad: list[dict[str, str]], sentence: str
) -> None:
    refused = ("InvalidTagParameterException", sentence)
    assert refusal(client.add_tags, ResourceId=arn, TagsList=bad) == refused
    assert refusal(client.remove_tags, ResourceId=arn, TagsList=bad) == refused
    assert refusal(client.create_trail, Name="second", S3BucketName="logs", TagsList=bad) == refused
    assert refusal(client.create_event_data_store, Name="second", TagsList=bad) == refused
    assert tags(client, arn) == []


def test_letters_of_any_language_and_the_allowed_signs_are_taken(client: Any, arn: str) -> None:
    odd = {"Key": "Größe 大 _.:/=+-@", "Value": "ж 7_.:/=+-@"}
    add(client, arn, odd)
    assert tags(client, arn) == [odd]


NOT_FOUND = "ResourceNotFoundException"
ARN_INVALID = "CloudTrailARNInvalidException"
REGION = (
    "CloudTrailARNInvalidException",
    "Region in ARN is wrong, you can only access resources in region us-east-1.",
)


@pytest.mark.parametrize(
    ("resource", "refused"),
    [
        ("audit", (ARN_INVALID, "The resource ARN audit is not valid.")),
        (TRAIL.replace("aws", "aws-cn"), (ARN_INVALID, None)),
        (TRAIL.replace("cloudtrail", "s3"), (ARN_INVALID, None)),
        (TRAIL.replace(ACCOUNT, "1"), (ARN_INVALID, None)),
        (TRAIL.replace("us-east-1", "eu-west-1"), REGION),
        (STORE_NONE.replace("us-east-1", "eu-west-1"), REGION),
        (
            TRAIL.replace("trail/", "insight/"),
            (
                "ResourceTypeNotSupportedException",
                f"The type of the resource {TRAIL.replace('trail/', 'insight/')} is not supported.",
            ),
        ),
        (f"{TRAIL}-", ("InvalidTrailNameException", "Trail name must ends with a letter or number.")),
        (f"{TRAIL}2", (NOT_FOUND, f"The resource {TRAIL}2 was not found.")),
        (TRAIL.replace(ACCOUNT, "222222222222"), (NOT_FOUND, None)),
        (
            STORE_NONE,
            (
                "EventDataStoreNotFoundException",
                f"The event data store {STORE_NONE} was not found in this account and Region.",
            ),
        ),
        (STORE_NONE.replace(ACCOUNT, "222222222222"), ("EventDataStoreNotFoundException", None)),
        (
            f"{STORE_NONE}/x",
            (
                "EventDataStoreARNInvalidException",
                f"The event data store ARN {STORE_NONE}/x is not valid.",
            ),
        ),
        (
            f"{CHANNEL}/x",
            ("ChannelARNInvalidException", f"The channel ARN {CHANNEL}/x is not valid."),
        ),
        (CHANNEL.replace("channel", "dashboard"), (NOT_FOUND, None)),
    ],
)
def test_what_is_no_resource_of_the_caller_here_is_refused(
    client: Any, resource: str, refused: tuple[str, str | None]
) -> None:
    code, sentence = refused
    for found in (
        refusal(client.add_tags, ResourceId=resource, TagsList=[TEAM]),
        refusal(client.remove_tags, ResourceId=resource, TagsList=[TEAM]),
        refusal(client.list_tags, ResourceIdList=[TRAIL, resource]),
    ):
        assert found == (code, sentence or found[1])


def test_a_channel_that_is_not_there_has_a_code_of_its_own_but_in_lists(client: Any) -> None:
    sentence = f"The resource {CHANNEL} was not found."
    for call in (client.add_tags, client.remove_tags):
        refused = refusal(call, ResourceId=CHANNEL, TagsList=[TEAM])
        assert refused == ("ChannelNotFoundException", sentence)
    assert refusal(client.list_tags, ResourceIdList=[CHANNEL]) == (NOT_FOUND, sentence)


def test_a_shadow_has_no_tags_of_its_own(service: Service, client: Any) -> None:
    client.update_trail(Name="audit", IsMultiRegionTrail=True)
    abroad = service.client(region="eu-west-1")
    sentence = "Region in ARN is wrong, you can only access resources in region eu-west-1."
    assert refusal(abroad.list_tags, ResourceIdList=[TRAIL]) == (ARN_INVALID, sentence)


def test_a_deleted_resource_has_no_tags(client: Any) -> None:
    store = store_arn(client)
    add(client, TRAIL, TEAM)
    client.delete_trail(Name="audit")
    assert refusal(client.list_tags, ResourceIdList=[TRAIL])[0] == NOT_FOUND
    client.create_trail(Name="audit", S3BucketName="logs")
    assert tags(client, TRAIL) == []
    client.delete_event_data_store(EventDataStore=store)
    for found in (
        refusal(client.add_tags, ResourceId=store, TagsList=[TEAM]),
        refusal(client.remove_tags, ResourceId=store, TagsList=[TEAM]),
        refusal(client.list_tags, ResourceIdList=[store]),
    ):
        assert found[0] == "InactiveEventDataStoreException"


def test_twenty_resources_are_listed_at_a_time_and_there_are_no_more_pages(client: Any) -> None:
    assert len(answer(client.list_tags, ResourceIdList=[TRAIL] * 20)["ResourceTagList"]) == 20
    for asked in ([], [TRAIL] * 21):
        refused = ("ValidationException", "Specify between 1 and 20 resources.")
        assert refusal(client.list_tags, ResourceIdList=asked) == refused
    assert refusal(client.list_tags, ResourceIdList=[TRAIL], NextToken="more")[0] == "InvalidTokenException"


def test_two_who_tag_at_once_both_count(service: Service, client: Any, arn: str) -> None:
    service.configuration.before_write = lambda: add(service.client(), arn, COST)
    add(client, arn, TEAM)
    assert tags(client, arn) == [COST, TEAM]
