"""Event data stores by a real client: created, shown, listed, deleted; and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from opentrail.domain.recording import INGESTING

from tests.fakes.service import Service, answer, refusal

ID = "00000000-0000-4000-8000-000000000001"
ARN = f"arn:aws:cloudtrail:us-east-1:111111111111:eventdatastore/{ID}"
DEFAULT_SELECTORS = [
    {
        "Name": "Default management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    }
]


@pytest.fixture
def stores(service: Service) -> Any:
    return service.client()


def create(stores: Any, name: str = "events", **more: Any) -> str:
    """A store without termination protection; its ARN."""
    asked = {"TerminationProtectionEnabled": False} | more
    return str(stores.create_event_data_store(Name=name, **asked)["EventDataStoreArn"])


def test_a_new_store_has_the_defaults_and_takes_events_at_once(service: Service, stores: Any) -> None:
    created = answer(stores.create_event_data_store, Name="events")
    now = service.clock.now()
    shown = {
        "EventDataStoreArn": ARN,
        "Name": "events",
        "AdvancedEventSelectors": DEFAULT_SELECTORS,
        "MultiRegionEnabled": True,
        "OrganizationEnabled": False,
        "RetentionPeriod": 366,
        "TerminationProtectionEnabled": True,
        "CreatedTimestamp": now,
        "UpdatedTimestamp": now,
        "BillingMode": "EXTENDABLE_RETENTION_PRICING",
    }
    assert created == shown | {"Status": "CREATED", "TagsList": []}
    [store] = service.recording.load(["111111111111"])["111111111111"].stores
    assert store.status in INGESTING
    service.wait(seconds=2)
    read = shown | {"Status": "ENABLED", "FederationStatus": "DISABLED"}
    assert answer(stores.get_event_data_store, EventDataStore=ARN) == read
    assert answer(stores.get_event_data_store, EventDataStore=ID) == read


def test_what_was_asked_for_is_shown(service: Service, stores: Any) -> None:
    selectors = [
        {
            "Name": "console",
            "FieldSelectors": [
                {"Field": "userIdentity.arn", "StartsWith": ["arn:aws:iam::"]},
                {"Field": "eventCategory", "Equals": ["Management"]},
            ],
        }
    ]
    asked = {
        "Name": "some.events",
        "AdvancedEventSelectors": selectors,
        "MultiRegionEnabled": False,
        "RetentionPeriod": 90,
        "TerminationProtectionEnabled": False,
        "BillingMode": "FIXED_RETENTION_PRICING",
        "TagsList": [{"Key": "team", "Value": "blue"}, {"Key": "plain"}],
    }
    created = answer(stores.create_event_data_store, **asked)
    assert {name: created[name] for name in asked} == asked
    del asked["TagsList"]
    read = answer(stores.get_event_data_store, EventDataStore=ARN)
    assert {name: read[name] for name in asked} == asked


def test_a_store_may_be_created_without_taking_events(service: Service, stores: Any) -> None:
    create(stores, StartIngestion=False)
    [store] = service.recording.load(["111111111111"])["111111111111"].stores
    assert store.status not in INGESTING
    assert stores.get_event_data_store(EventDataStore=ID)["Status"] == "CREATED"
    service.wait(seconds=2)
    assert stores.get_event_data_store(EventDataStore=ID)["Status"] == "STOPPED_INGESTION"


def test_retention_depends_on_the_billing_mode(stores: Any) -> None:
    fixed = {"BillingMode": "FIXED_RETENTION_PRICING"}
    assert answer(stores.create_event_data_store, Name="long", **fixed)["RetentionPeriod"] == 2557
    code, _ = refusal(stores.create_event_data_store, Name="longer", RetentionPeriod=3653, **fixed)
    assert code == "InvalidParameterException"
    assert (
        answer(stores.create_event_data_store, Name="longer", RetentionPeriod=3653)["RetentionPeriod"] == 3653
    )


def test_names_are_unique_in_an_account_and_region(service: Service, stores: Any) -> None:
    create(stores)
    assert refusal(stores.create_event_data_store, Name="events") == (
        "EventDataStoreAlreadyExistsException",
        "An event data store with the name events already exists in this account and Region.",
    )
    create(service.client(region="eu-west-1"))
    create(service.client(account="222222222222"))


def test_a_name_is_unique_though_somebody_else_is_faster(service: Service, stores: Any) -> None:
    other = service.client()
    service.configuration.before_write = lambda: create(other)
    code, _ = refusal(stores.create_event_data_store, Name="events")
    assert code == "EventDataStoreAlreadyExistsException"
    assert len(service.stores.list("111111111111", "us-east-1")) == 1


def test_ten_stores_fill_a_region_those_pending_deletion_included(service: Service, stores: Any) -> None:
    arns = [create(stores, f"events-{number}") for number in range(10)]
    stores.delete_event_data_store(EventDataStore=arns[0])
    code, _ = refusal(stores.create_event_data_store, Name="eleventh")
    assert code == "EventDataStoreMaxLimitExceededException"
    service.wait(days=7)
    create(stores, "eleventh")


def test_another_accounts_or_regions_store_does_not_exist(service: Service, stores: Any) -> None:
    create(stores)
    abroad, other = service.client(region="eu-west-1"), service.client(account="222222222222")
    for client in (abroad, other):
        for text in (ID, ARN):
            for call in (client.get_event_data_store, client.delete_event_data_store):
                assert refusal(call, EventDataStore=text)[0] == "EventDataStoreNotFoundException"
        assert answer(client.list_event_data_stores) == {"EventDataStores": []}


@pytest.mark.parametrize(
    "arn",
    [ARN.replace("cloudtrail", "s3"), ARN.replace("eventdatastore", "channel"), ARN.replace("1:", ":", 2)],
)
def test_malformed_arns_are_refused(stores: Any, arn: str) -> None:
    create(stores)
    assert refusal(stores.get_event_data_store, EventDataStore=arn)[0] == "EventDataStoreARNInvalidException"


def test_lists_show_arns_and_names_in_pages(service: Service, stores: Any) -> None:
    for number in range(5):
        create(stores, f"events-{number}")
        service.wait(seconds=1)
    whole = answer(stores.list_event_data_stores)
    assert [store["Name"] for store in whole["EventDataStores"]] == [f"events-{n}" for n in range(5)]
    assert set(whole) == {"EventDataStores"}
    assert all(set(store) == {"EventDataStoreArn", "Name"} for store in whole["EventDataStores"])
    first = answer(stores.list_event_data_stores, MaxResults=2)
    second = answer(stores.list_event_data_stores, MaxResults=2, NextToken=first["NextToken"])
    third = answer(stores.list_event_data_stores, MaxResults=2, NextToken=second["NextToken"])
    assert "NextToken" not in third
    paged = first["EventDataStores"] + second["EventDataStores"] + third["EventDataStores"]
    assert paged == whole["EventDataStores"]
    other = service.client(account="222222222222").list_event_data_stores
    assert refusal(other, NextToken=first["NextToken"])[0] == "InvalidNextTokenException"
    assert refusal(stores.list_event_data_stores, NextToken="none")[0] == "InvalidNextTokenException"


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_wrong_page_size_is_refused(stores: Any, limit: int) -> None:
    code, _ = refusal(stores.list_event_data_stores, MaxResults=limit)
    assert code == "InvalidMaxResultsException"


def test_a_deleted_store_is_pending_for_seven_days(service: Service, stores: Any) -> None:
    create(stores)
    assert answer(stores.delete_event_data_store, EventDataStore=ID) == {}
    assert stores.get_event_data_store(EventDataStore=ID)["Status"] == "PENDING_DELETION"
    assert service.recording.load(["111111111111"])["111111111111"].stores[0].status not in INGESTING
    assert refusal(stores.delete_event_data_store, EventDataStore=ID)[0] == "InactiveEventDataStoreException"
    service.wait(days=7)
    assert refusal(stores.get_event_data_store, EventDataStore=ID)[0] == "EventDataStoreNotFoundException"
    assert answer(stores.list_event_data_stores) == {"EventDataStores": []}
    create(stores)


def test_termination_protection_protects(service: Service, stores: Any) -> None:
    create(stores, TerminationProtectionEnabled=True)
    code, _ = refusal(stores.delete_event_data_store, EventDataStore=ARN)
    assert code == "EventDataStoreTerminationProtectedException"
    service.wait(seconds=2)
    assert stores.get_event_data_store(EventDataStore=ARN)["Status"] == "ENABLED"


def selecting(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"AdvancedEventSelectors": [{"FieldSelectors": list(fields)}]}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"OrganizationEnabled": True}, "OrganizationsNotInUseException"),
        ({"KmsKeyId": "alias/key"}, "UnsupportedOperationException"),
        (selecting({"Field": "eventCategory", "Equals": ["Insight"]}), "UnsupportedOperationException"),
        (selecting({"Field": "eventCategory", "Equals": ["Nothing"]}), "InvalidEventSelectorsException"),
        (selecting({"Field": "eventCategory", "Equals": ["Data"]}), "InvalidEventSelectorsException"),
        ({"AdvancedEventSelectors": []}, "InvalidEventSelectorsException"),
        ({"AdvancedEventSelectors": DEFAULT_SELECTORS * 6}, "InvalidEventSelectorsException"),
        ({"TagsList": [{"Key": f"k{n}"} for n in range(51)]}, "InvalidTagParameterException"),
        ({"TagsList": [{"Key": "aws:a"}]}, "InvalidTagParameterException"),
        ({"Name": "ab"}, "ValidationException"),
        ({"Name": "a b c"}, "ValidationException"),
        ({"RetentionPeriod": 6}, "ValidationException"),
        ({"BillingMode": "FREE"}, "ValidationException"),
    ],
)
def test_a_refused_creation_changes_nothing(
    service: Service, stores: Any, members: dict[str, Any], code: str
) -> None:
    assert refusal(stores.create_event_data_store, **{"Name": "events"} | members)[0] == code
    assert service.configuration.account("111111111111").version == 0


def test_a_store_settles_by_time_alone(service: Service, stores: Any) -> None:
    create(stores)
    version = service.configuration.account("111111111111").version
    service.wait(seconds=timedelta(seconds=1).total_seconds())
    assert stores.get_event_data_store(EventDataStore=ID)["Status"] == "ENABLED"
    assert service.configuration.account("111111111111").version == version
