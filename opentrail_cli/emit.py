"""`opentrail emit`: events that no API call makes, sent to the records queue of a local instance.

The records queue believes a sender about the accounts that the stage gives it; locally the deployment account
may speak for all. Nothing is special about an emitted record from there on.
"""

import argparse
import ipaddress
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from opentrail.domain.record import RefusedRecordError
from opentrail.domain.record import read as read_record

from opentrail_cli import event_records as records
from opentrail_cli import sending
from opentrail_cli.environment import USER_ACCOUNT, CommandError, Instance
from opentrail_cli.event_records import Anomaly, Circumstances, Identity, Record

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_SOURCE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")
_ENDPOINT = re.compile(r"vpce-[0-9a-z]+")


def send(instance: Instance, made: Iterable[Record]) -> list[Record]:
    """Send records to an instance's records queue; they are durable when this returns.

    CommandError when one of them could not be recorded: then none is sent.
    """
    found = list(made)
    lines = [json.dumps(record, separators=(",", ":")).encode() for record in found]
    for line in lines:
        try:
            read_record(line)
        except RefusedRecordError as error:
            raise CommandError(f"This is no record that can be recorded: {error.reason}.") from error
    for _ in sending.send(instance, lines, rate=None, replay=False):
        pass
    return found


def add_options(parser: argparse.ArgumentParser) -> None:
    """The command's kinds of events, each with its options."""
    kinds = parser.add_subparsers(title="events", required=True, metavar="EVENT", dest="kind")
    common = _common_options()
    signed_in = _identity_options()
    _add_sign_ins(kinds, common, signed_in)
    service = kinds.add_parser("service-event", parents=[common], help="what a service did by itself")
    service.set_defaults(records_of=_service_event)
    _add_names(service)
    service.add_argument("--details", type=_object, metavar="JSON", help="serviceEventDetails")
    service.add_argument(
        "--resources", type=_resources, metavar="JSON", help="a list of type, ARN, accountId"
    )
    network = kinds.add_parser(
        "network-activity", parents=[common, signed_in], help="a call through a VPC endpoint"
    )
    network.set_defaults(records_of=_network_activity)
    _add_names(network)
    network.add_argument("--vpc-endpoint", required=True, type=_endpoint, metavar="vpce-ID")
    network.add_argument("--denied", action="store_true", help="the endpoint's policy refused it")
    insight = kinds.add_parser("insight", parents=[common], help="start and end of an anomaly")
    insight.set_defaults(records_of=_insights)
    _add_names(insight)
    insight.add_argument("--baseline", required=True, type=_number, metavar="N", help="a minute, usually")
    insight.add_argument(
        "--insight", required=True, type=_number, metavar="N", help="a minute, while it lasted"
    )
    insight.add_argument("--minutes", type=int, default=1, metavar="N", help="how long it lasted (1)")
    insight.add_argument("--error-code", default="", metavar="CODE", help="a rate of errors, not of calls")
    insight.add_argument("--identity-arn", default="", metavar="ARN", help="who caused it")


def _add_sign_ins(kinds: Any, common: argparse.ArgumentParser, signed_in: argparse.ArgumentParser) -> None:
    login = kinds.add_parser("console-login", parents=[common, signed_in], help="a sign-in to the console")
    login.set_defaults(records_of=_console_login)
    login.add_argument("--failure", action="store_true", help="the sign-in failed")
    login.add_argument(
        "--mfa", metavar="ARN", nargs="?", const="", help="with an MFA device: CheckMfa comes before"
    )
    switch = kinds.add_parser("switch-role", parents=[common], help="a change of roles in the console")
    switch.set_defaults(records_of=_switch_role)
    switch.add_argument("--role", required=True, help="the role's name")
    switch.add_argument("--session", required=True, help="the session's name: that of the user before")
    switch.add_argument("--from", dest="switched_from", required=True, metavar="ARN", help="who switched")


def run(options: argparse.Namespace, instance: Instance) -> bool:
    """Make the records, send them, and say what they are; or only print them."""
    try:
        made: Sequence[Record] = options.records_of(options)
    except ValueError as error:
        raise CommandError(str(error)) from error
    if options.print:
        for record in made:
            print(json.dumps(record))
        return True
    for record in send(instance, made):
        print(f"{record['eventID']}  {record['eventTime']}  {record['awsRegion']}  {_name(record)}")
    return True


def _common_options() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--account", type=_account, default=USER_ACCOUNT, help=f"({USER_ACCOUNT})")
    common.add_argument("--region", type=_region, help="of the endpoint (the global one, us-east-1)")
    common.add_argument("--time", type=_moment, metavar="TIME", help="as 2026-01-31T12:00:00Z (now)")
    common.add_argument("--source-ip", type=_address, default=records.ELSEWHERE, metavar="IP")
    common.add_argument("--user-agent", default=records.BROWSER, metavar="TEXT")
    common.add_argument("--print", action="store_true", help="print the records instead of sending them")
    return common


def _identity_options() -> argparse.ArgumentParser:
    who = argparse.ArgumentParser(add_help=False)
    one = who.add_mutually_exclusive_group(required=True)
    one.add_argument("--user", metavar="NAME", help="an IAM user")
    one.add_argument(
        "--unknown-user", action="store_true", help="a name that is no user's; its name is hidden"
    )
    one.add_argument("--root", action="store_true", help="the root of the account")
    one.add_argument("--role", metavar="NAME", help="a session of a role")
    who.add_argument("--session", metavar="NAME", help="the session's name, with --role")
    who.add_argument("--principal-id", default="", metavar="ID", help="the user's unique id, with --user")
    return who


def _add_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--source", required=True, type=_source, metavar="SOURCE", help="as kms.amazonaws.com"
    )
    parser.add_argument("--name", required=True, metavar="NAME", help="the event's name")


def _circumstances(options: argparse.Namespace) -> Circumstances:
    return Circumstances(
        account_id=options.account,
        time=options.time or datetime.now(UTC),
        region=options.region or "",
        source_ip=options.source_ip,
        user_agent=options.user_agent,
    )


def _identity(options: argparse.Namespace, *, mfa: bool = False) -> Identity:
    if bool(options.role) != bool(options.session):
        raise ValueError("--role and --session go together.")
    if options.principal_id and not options.user:
        raise ValueError("--principal-id is a user's.")
    if options.root:
        return records.root(options.account)
    if options.unknown_user:
        return records.unknown_user(options.account)
    if options.user:
        return records.user(options.account, options.user, principal_id=options.principal_id)
    since = options.time or datetime.now(UTC)
    return records.role_session(options.account, options.role, options.session, since=since, mfa=mfa)


def _console_login(options: argparse.Namespace) -> list[Record]:
    at, used = _circumstances(options), options.mfa is not None
    who = _identity(options, mfa=used)
    if not used:
        return [records.console_login(who, at, failed=options.failure)]
    if options.unknown_user:
        raise ValueError("Nobody is asked for an MFA code under a name that is no user's.")
    device = (
        options.mfa or f"arn:aws:iam::{at.account_id}:mfa/{who.get('userName', 'root-account-mfa-device')}"
    )
    asked = records.check_mfa(who, at)
    return [asked, records.console_login(who, at, failed=options.failure, mfa=device)]


def _switch_role(options: argparse.Namespace) -> list[Record]:
    at = _circumstances(options)
    session = records.role_session(at.account_id, options.role, options.session, since=at.time)
    return [records.switch_role(session, at, switched_from=options.switched_from)]


def _service_event(options: argparse.Namespace) -> list[Record]:
    at = _circumstances(options)
    return [
        records.service_event(
            options.source, options.name, at, details=options.details, resources=options.resources
        )
    ]


def _network_activity(options: argparse.Namespace) -> list[Record]:
    at, call = _circumstances(options), (options.source, options.name)
    who = _identity(options)
    return [records.network_activity(call, who, at, endpoint=options.vpc_endpoint, denied=options.denied)]


def _insights(options: argparse.Namespace) -> list[Record]:
    anomaly = Anomaly(
        event_source=options.source,
        event_name=options.name,
        baseline=options.baseline,
        insight=options.insight,
        minutes=options.minutes,
        error_code=options.error_code,
        identity_arn=options.identity_arn or f"arn:aws:iam::{options.account}:root",
        user_agent=options.user_agent,
    )
    return list(records.insights(anomaly, _circumstances(options)))


def _name(record: Record) -> str:
    details = record.get("insightDetails")
    return f"{details['eventName']} {details['state']}" if details else str(record["eventName"])


def _matching(pattern: re.Pattern[str], text: str, kind: str) -> str:
    if not pattern.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no {kind}")
    return text


def _account(text: str) -> str:
    return _matching(_ACCOUNT, text, "account of twelve digits")


def _region(text: str) -> str:
    return _matching(_REGION, text, "Region")


def _source(text: str) -> str:
    return _matching(_SOURCE, text, "event source such as kms.amazonaws.com")


def _endpoint(text: str) -> str:
    return _matching(_ENDPOINT, text, "VPC endpoint")


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-01-31T12:00:00Z") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from error


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"this is not JSON: {error}") from error


def _object(text: str) -> dict[str, Any]:
    value = _json(text)
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("a JSON object is expected")
    return value


def _resources(text: str) -> list[dict[str, str]]:
    value = _json(text)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise argparse.ArgumentTypeError("a JSON list of objects is expected")
    return value
