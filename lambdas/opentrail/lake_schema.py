"""The one table of the lake: its columns, partition keys and table properties.

Pure data, read by the stack that declares the table, by the writer of the ORC files, by the SQL rewriting
and by the local Athena, so that a column cannot be spelled or typed in two ways. Columns are those of
CloudTrail Lake's published schema for CloudTrail events, in its order (AWS CloudTrail user guide, "Supported
SQL schemas for event data stores"), AWS's own misspelling `credentiaisissuedto` included: queries name it so.

Readers take ORC columns by name, so columns may be appended; never rename or retype one that files hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

OLDEST_DAY = "2013-01-01"  # CloudTrail began in November 2013: no event is older
HOT_TIER = "hot"  # files as they were written
COLD_TIER = "cold"  # files as compaction left them
MAX_GENERATION = 1000  # generations of one tier the projection knows

_MAP = "map<string,string>"

_SESSION_ISSUER = "struct<type:string,principalid:string,arn:string,accountid:string,username:string>"
_SESSION_CONTEXT = (
    "struct<attributes:struct<creationdate:timestamp,mfaauthenticated:string>,"
    f"sessionissuer:{_SESSION_ISSUER},"
    f"webidfederationdata:struct<federatedprovider:string,attributes:{_MAP}>,"
    "sourceidentity:string,ec2roledelivery:string,ec2issuedinvpc:string>"
)
_USER_IDENTITY = (
    "struct<type:string,principalid:string,arn:string,accountid:string,accesskeyid:string,username:string,"
    f"sessioncontext:{_SESSION_CONTEXT},"
    "onbehalfof:struct<userid:string,identitystorearn:string>,"
    "inscopeof:struct<sourcearn:string,sourceaccount:string,issuertype:string,credentiaisissuedto:string>,"
    "invokedby:string,identityprovider:string>"
)
_EVENT_CONTEXT = (
    f"struct<requestcontext:{_MAP},"
    f"tagcontext:struct<principaltags:{_MAP},resourcetags:array<struct<arn:string,tags:{_MAP}>>>>"
)

# (name, Hive type), names in lower case as Hive keeps them.
COLUMNS: tuple[tuple[str, str], ...] = (
    ("eventversion", "string"),
    ("useridentity", _USER_IDENTITY),
    ("eventtime", "timestamp"),
    ("eventsource", "string"),
    ("eventname", "string"),
    ("awsregion", "string"),
    ("sourceipaddress", "string"),
    ("useragent", "string"),
    ("errorcode", "string"),
    ("errormessage", "string"),
    ("requestparameters", _MAP),
    ("responseelements", _MAP),
    ("additionaleventdata", _MAP),
    ("requestid", "string"),
    ("eventid", "string"),
    ("readonly", "boolean"),
    ("resources", "array<struct<accountid:string,type:string,arn:string,arnprefix:string>>"),
    ("eventtype", "string"),
    ("apiversion", "string"),
    ("managementevent", "boolean"),
    ("recipientaccountid", "string"),
    ("sharedeventid", "string"),
    ("annotation", "string"),
    ("vpcendpointid", "string"),
    ("vpcendpointaccountid", "string"),
    ("serviceeventdetails", _MAP),
    ("addendum", _MAP),
    ("edgedevicedetails", _MAP),
    ("insightdetails", _MAP),
    ("eventcategory", "string"),
    ("tlsdetails", "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>"),
    ("sessioncredentialfromconsole", "string"),
    ("eventjson", "string"),
    # Base64 of SHA-256 of eventjson's UTF-8 bytes: AWS publishes the column, not its algorithm.
    ("eventjsonchecksum", "string"),
    # Not in the published list, yet AWS's samples query it.
    ("eventcontext", _EVENT_CONTEXT),
)

# Columns that `SELECT *` leaves out, because the published schema does not list them.
UNLISTED_COLUMNS: frozenset[str] = frozenset({"eventcontext"})

# (name, Hive type), in the order of the storage location.
PARTITION_KEYS: tuple[tuple[str, str], ...] = (
    ("store", "string"),
    ("tier", "string"),
    ("gen", "int"),
    ("day", "string"),
)

# How Glue reads the files.
INPUT_FORMAT = "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat"
OUTPUT_FORMAT = "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat"
SERDE_LIBRARY = "org.apache.hadoop.hive.ql.io.orc.OrcSerde"
# Athena reads ORC columns by position unless told otherwise.
SERDE_PARAMETERS: dict[str, str] = {"orc.column.index.access": "false"}


def table_location(bucket: str) -> str:
    """Where the table's data lies."""
    return f"s3://{bucket}/lake/"


def table_properties(bucket: str) -> dict[str, str]:
    """The Glue table's parameters: partition projection over everything under `lake/` of that bucket.

    `store` is injected, so that a statement which names no store is refused by the engine itself.
    """
    return {
        "EXTERNAL": "TRUE",
        "classification": "orc",
        "orc.column.index.access": "false",
        "projection.enabled": "true",
        "projection.store.type": "injected",
        "projection.tier.type": "enum",
        "projection.tier.values": f"{HOT_TIER},{COLD_TIER}",
        "projection.gen.type": "integer",
        "projection.gen.range": f"0,{MAX_GENERATION}",
        "projection.day.type": "date",
        "projection.day.format": "yyyy-MM-dd",
        "projection.day.range": f"{OLDEST_DAY},NOW+1DAYS",
        "projection.day.interval": "1",
        "projection.day.interval.unit": "DAYS",
        "storage.location.template": (
            f"s3://{bucket}/lake/${{store}}/tier=${{tier}}/gen=${{gen}}/day=${{day}}"
        ),
    }


def partition_prefix(*, store_id: str, day: str, tier: str = HOT_TIER, generation: int = 0) -> str:
    """The key prefix of one partition's objects, with its trailing slash."""
    return f"lake/{store_id}/tier={tier}/gen={generation}/day={day}/"


@dataclass(frozen=True, slots=True)
class HiveType:
    """A Hive type taken apart.

    `kind` is `struct`, `array`, `map` or the name of a simple type. `fields` are a struct's members in order;
    `element` is the type of an array's elements or of a map's values (its keys are strings).
    """

    kind: str
    fields: tuple[tuple[str, "HiveType"], ...] = ()
    element: "HiveType | None" = None


@cache
def column_types() -> dict[str, HiveType]:
    """The columns' types taken apart, in order."""
    return {name: parse_type(text) for name, text in COLUMNS}


def parse_type(text: str) -> HiveType:
    """Take apart the text of a Hive type."""
    kind, _, inner = text.removesuffix(">").partition("<") if text.endswith(">") else (text, "", "")
    parts = list(_split(inner))
    if kind == "struct":
        named = (part.partition(":") for part in parts)
        return HiveType(kind, fields=tuple((name, parse_type(type_)) for name, _, type_ in named))
    if kind in ("array", "map"):
        return HiveType(kind, element=parse_type(parts[-1]))
    return HiveType(kind)


def _split(inner: str) -> Iterator[str]:
    """The parts of a type's brackets, at commas that lie in no inner brackets."""
    depth, start = 0, 0
    for i, character in enumerate(inner):
        depth += (character == "<") - (character == ">")
        if character == "," and depth == 0:
            yield inner[start:i]
            start = i + 1
    yield inner[start:]
