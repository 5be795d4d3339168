"""Records that hold any JSON where CloudTrail would hold something else, for hypothesis."""

from hypothesis import strategies as st

TEXT = st.text() | st.sampled_from(("\ud800", "a\x00b", "null", "{}", '{"a":1}', "true"))
NUMBERS = (
    st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from((10**30, -0.0, 1e300))
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
MEMBERS = (
    "eventName", "eventSource", "eventID", "eventCategory", "managementEvent", "readOnly", "userIdentity",
    "requestParameters", "responseElements", "resources", "errorCode", "sharedEventID", "serviceEventDetails",
)  # fmt: skip
IDENTITY = st.dictionaries(
    st.sampled_from(("type", "arn", "userName", "accountId", "accessKeyId", "principalId")),
    st.sampled_from(("Root", "AssumedRole", "IAMUser", "a/b", "a:b", "", [], {}, None, 7)) | JSON,
)
RESOURCES = st.lists(
    st.dictionaries(st.sampled_from(("type", "ARN", "arn", "ARNPrefix")), JSON | st.just("arn:aws:s3:::b"))
    | JSON,
    max_size=3,
)
SOURCES = st.sampled_from(
    ("s3.amazonaws.com", "iam.amazonaws.com", "sts.amazonaws.com", "ec2.amazonaws.com", "x")
)
RECORDS = st.builds(
    lambda odd, identity, resources, source: {
        "recipientAccountId": "111111111111",
        "awsRegion": "us-east-1",
        "eventTime": "2023-07-10T11:42:36Z",
        "eventSource": source,
        "userIdentity": identity,
        "resources": resources,
        **odd,
    },
    st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=5),
    IDENTITY,
    RESOURCES,
    SOURCES,
)
