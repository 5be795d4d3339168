"""`opentrail events`: event history for people, by any attributes together, through LookupEvents alone."""

import argparse
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from opentrail_cli import event_output
from opentrail_cli import instance as instances
from opentrail_cli.counted_calls import clean_environment
from opentrail_cli.environment import REGION, SECRET, USER_ACCOUNT, CommandError
from opentrail_cli.event_output import FORMS, Progress
from opentrail_cli.event_questions import (
    ATTRIBUTES,
    INSIGHT_ATTRIBUTES,
    Question,
    event_source,
    moment,
)
from opentrail_cli.event_reading import Following, Looked, read

TABLE_MAX = 50  # events in a table unless asked otherwise
TRIES = 10  # of a lookup that is throttled, with growing pauses
SHOW_EVERY = 0.2  # seconds between two lines of progress
ALL = "all"

# Option of each attribute, and what its value looks like.
_OPTIONS = {
    "EventId": ("--event-id", "ID"),
    "EventName": ("--event-name", "NAME"),
    "Username": ("--username", "NAME"),
    "EventSource": ("--event-source", "SOURCE"),
    "ResourceName": ("--resource-name", "NAME"),
    "ResourceType": ("--resource-type", "TYPE"),
    "AccessKeyId": ("--access-key-id", "KEY"),
}
_NOT_OF_INSIGHTS = tuple(key for key in ATTRIBUTES if key not in INSIGHT_ATTRIBUTES)
_HELP = {"EventSource": "as s3.amazonaws.com, or s3 alone"}
_EPILOG = """Attributes may hold the wildcards * and ?. An attribute given several times is any of its values;
different attributes must all hold. Times are UTC unless they say otherwise.

  opentrail events --username alice --errors --start 24h
  opentrail events --event-name 'Delete*' --event-source s3 --output csv > deleted.csv
  opentrail events --follow --read-only false
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.set_defaults(wrong_use=parser.error)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    wanted = parser.add_argument_group("which events")
    for key, (option, shape) in _OPTIONS.items():
        kind = event_source if key == "EventSource" else _value
        wanted.add_argument(
            option, dest=key, action="append", type=kind, metavar=shape, help=_HELP.get(key, "")
        )
    wanted.add_argument(
        "--read-only", dest="ReadOnly", choices=["true", "false"], help="of reading only, or not"
    )
    wanted.add_argument("--errors", action="store_true", help="only calls that failed")
    wanted.add_argument("--start", type=_moment, metavar="TIME", help="a time, or 2h for two hours ago")
    wanted.add_argument("--end", type=_moment, metavar="TIME", help="likewise")
    wanted.add_argument("--insight", action="store_true", help="Insights events instead of management events")
    shown = parser.add_argument_group("how they are shown")
    shown.add_argument("--output", choices=list(FORMS), default="table", help="(table)")
    shown.add_argument(
        "--max", type=_number, metavar="N", help=f"the newest N, or all (table: {TABLE_MAX}; else all)"
    )
    shown.add_argument("--follow", action="store_true", help="stay, and show events as they come")
    asked = parser.add_argument_group("whom to ask (the local instance that runs, unless given)")
    asked.add_argument("--endpoint", metavar="URL", help="AWS_ENDPOINT_URL_CLOUDTRAIL, AWS_ENDPOINT_URL")
    asked.add_argument("--region", help="AWS_REGION, AWS_DEFAULT_REGION")
    asked.add_argument("--profile", help="of the AWS configuration files; without an endpoint, it asks AWS")
    asked.add_argument("--account", type=_account, help="of a local cloud: calls as its root")


def run(options: argparse.Namespace) -> bool:
    """Show events; whether all went well. CommandError says what did not."""
    for wrong in _wrong(options):
        options.wrong_use(wrong)
    mark = f"opentrail-events-{secrets.token_hex(4)}"
    try:
        show(_client(options, mark), options, mark)
    except ClientError as error:
        said = error.response["Error"]
        raise CommandError(f"LookupEvents was refused: {said['Code']}: {said['Message']}") from error
    except BotoCoreError as error:
        raise CommandError(f"LookupEvents cannot be asked: {error}") from error
    except BrokenPipeError:  # whoever read this has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        if not options.follow:
            raise
    return True


def show(client: Any, options: argparse.Namespace, mark: str) -> None:
    """Ask, and show what comes on standard output."""
    asked = question(options)
    if options.follow:
        event_output.write(Following(client, asked, mark).events(), options.output, sys.stdout)
        return
    wanted = options.max or (TABLE_MAX if options.output == "table" else ALL)
    limit = None if wanted == ALL else int(wanted)
    progress = Progress(sys.stderr)
    found = read(client, asked, Looked(changed=_reporter(progress)))
    try:
        event_output.write(islice(found, limit), options.output, sys.stdout, progress.clear)
        more = limit is not None and next(found, None) is not None
    finally:
        progress.clear()
    if more:
        print(f"The newest {limit}; there are more: --max {ALL} shows every one.", file=sys.stderr)


def _reporter(progress: Progress) -> Callable[[Looked], None]:
    last = time.monotonic()

    def changed(looked: Looked) -> None:
        nonlocal last
        if looked.at and time.monotonic() - last >= SHOW_EVERY:
            last = time.monotonic()
            back = f"back to {looked.at:%Y-%m-%d %H:%M}"
            progress.show(f"{looked.events:,} events looked at, {back}, {looked.found:,} found")

    return changed


def _wrong(options: argparse.Namespace) -> Iterator[str]:
    """What does not go together."""
    if options.account and options.profile:
        yield "--account and --profile both say who asks: give one of them"
    if options.follow and options.end:
        yield "--follow has no end: leave --end away"
    if options.follow and options.max:
        yield "--follow shows every event that comes: leave --max away"
    if options.follow and options.output == "json":
        yield "--follow has no last event, which a JSON document needs: take --output jsonl"
    if options.start and options.end and options.start > options.end:
        yield "--start is later than --end"
    if options.insight and (options.errors or any(getattr(options, key) for key in _NOT_OF_INSIGHTS)):
        yield "Insights events have an id, a name and a source only"


def question(options: argparse.Namespace) -> Question:
    """What the options ask for."""
    conditions = {
        key: tuple(dict.fromkeys(getattr(options, key))) for key in _OPTIONS if getattr(options, key)
    }
    if options.ReadOnly:
        conditions["ReadOnly"] = (options.ReadOnly,)
    return Question(
        conditions=conditions,
        errors=options.errors,
        start=options.start,
        end=options.end,
        insight=options.insight,
    )


def _client(options: argparse.Namespace, mark: str) -> Any:
    """A stock client: of what the options and the environment say, else of the local instance that runs.

    Credentials in the environment alone do not make it ask AWS: that takes --profile.
    """
    endpoint = (
        options.endpoint
        or os.environ.get("AWS_ENDPOINT_URL_CLOUDTRAIL")
        or os.environ.get("AWS_ENDPOINT_URL")
    )
    region = options.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    account = options.account
    if not (endpoint or options.profile):
        endpoint = _local_endpoint(options)
        region, account = options.region or REGION, account or USER_ACCOUNT
        clean_environment()
    session = boto3.Session(
        profile_name=options.profile,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key=SECRET if account else None,
    )
    config = Config(
        user_agent_extra=mark,
        retries={"mode": "standard", "total_max_attempts": TRIES},
        connect_timeout=5,
        proxies={} if urlsplit(endpoint or "").hostname in ("127.0.0.1", "localhost", "::1") else None,
    )
    try:
        return session.client("cloudtrail", endpoint_url=endpoint, config=config)
    except ValueError as error:  # botocore's for an endpoint or a Region that is none
        raise CommandError(str(error)) from error


def _local_endpoint(options: argparse.Namespace) -> str:
    port = instances.known_port(options.state_dir.resolve()) or options.port
    if port is None:
        raise CommandError(
            "No local instance runs. Start one with: opentrail up, or say whom to ask: --endpoint, --profile"
        )
    return f"http://127.0.0.1:{port}"


def _value(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("an attribute's value has at least one character")
    return text


def _moment(text: str) -> datetime:
    try:
        return moment(text, datetime.now(UTC))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _number(text: str) -> int | str:
    if text == ALL:
        return ALL
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a positive number nor {ALL!r}")
    return int(text)


def _account(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) == 12):
        raise argparse.ArgumentTypeError(f"{text!r} is no account: twelve digits")
    return text
