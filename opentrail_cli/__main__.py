"""`opentrail`: what the command line offers. Each command's work is in a module of its own."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from opentrail_cli import instance as instances
from opentrail_cli import replay as replaying
from opentrail_cli.counted_calls import clean_environment
from opentrail_cli.environment import DEFAULT_STATE_DIR, CommandError, Instance, default_port


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 0 when it did what it was asked, 1 if not, 2 for a wrong call."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # progress shows in pipes too
    options = _parser().parse_args(arguments)
    if not getattr(options, "stock_client", False):
        clean_environment()
    try:
        done: bool = options.command(options)
    except CommandError as error:
        print(f"opentrail: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read along has seen enough; Python would complain again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return 0 if done else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="opentrail", description="AWS CloudTrail that people own, on this machine."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--state-dir",
        type=Path,
        default=DEFAULT_STATE_DIR,
        help="where the instance keeps its files (.local/run)",
    )
    common.add_argument("--port", type=_port, help="port of the instance (OPENTRAIL_PORT, else 4566)")

    def command(name: str, function: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[common], help=text, description=text)
        added.set_defaults(command=function)
        return added

    command("up", _up, "boot the local cloud and deploy OpenTrail on it; leaves it running")
    command("down", _down, "stop the local cloud and every function on it")
    command("run", _run, "up, then a real session that shows what was recorded of it")
    command("status", _status, "what became of every record, per destination")
    keys = command("keys", _keys, "the keys that sign digest files: list them, or put a new one in use")
    keys.add_argument("action", choices=["list", "rotate"])
    events = command("events", _events, "event history: find, follow and download events")
    events.set_defaults(stock_client=True)  # it asks whom the environment says, as any AWS client does
    _add_events_options(events)
    emit = command("emit", _emit, "send events that no API call makes: sign-ins, service events, and others")
    _add_emit_options(emit)
    replay = command("replay", _replay, "send real CloudTrail records to the deployment")
    replay.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="JSON lines or log files, also gzip"
    )
    replay.add_argument(
        "--rate", type=_positive, help="records per second (default: as fast as they are taken)"
    )
    times = replay.add_mutually_exclusive_group()
    times.add_argument("--shift", choices=["now"], help="move all times alike, the last one to now")
    times.add_argument(
        "--fit", type=_span, metavar="80d", help="map times, in order, into the last so many days"
    )
    return parser


def _up(options: argparse.Namespace) -> bool:
    from opentrail_cli import deployment

    instance = _instance(options)
    deployment.up(instance, deployment.stopwatch())
    print(deployment.describe(instance))
    return True


def _down(options: argparse.Namespace) -> bool:
    instance = _running_instance(options)
    with instances.only_one(instance):
        ended = instances.stop(instance)
    print(f"Stopped: {ended} processes ended." if ended else "Nothing was running.")
    return True


def _run(options: argparse.Namespace) -> bool:
    from opentrail_cli import deployment, run_session

    instance = _instance(options)
    report = deployment.stopwatch()
    deployment.up(instance, report)
    run_session.run(instance, report)
    print(deployment.describe(instance))
    return True


def _status(options: argparse.Namespace) -> bool:
    from opentrail_cli import status

    return status.show(_running_instance(options))


def _keys(options: argparse.Namespace) -> bool:
    from opentrail_cli import keys

    return (keys.show if options.action == "list" else keys.rotate)(_running_instance(options))


def _add_events_options(parser: argparse.ArgumentParser) -> None:
    from opentrail_cli import events

    events.add_options(parser)


def _events(options: argparse.Namespace) -> bool:
    from opentrail_cli import events

    return events.run(options)


def _add_emit_options(parser: argparse.ArgumentParser) -> None:
    from opentrail_cli import emit

    emit.add_options(parser)


def _emit(options: argparse.Namespace) -> bool:
    from opentrail_cli import emit

    return emit.run(options, _running_instance(options))


def _replay(options: argparse.Namespace) -> bool:
    from opentrail_cli import sending

    instance = _running_instance(options)
    for file in options.files:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
    move = _move(options)
    counts = replaying.Counts()
    started = time.monotonic()
    found = _found(options.files)
    for _ in sending.send(instance, replaying.lines(found, move, counts), rate=options.rate):
        if sys.stdout.isatty():
            print(f"\r{counts.sent:,} sent", end="", flush=True)
    seconds = max(time.monotonic() - started, 1e-3)
    speed = f"{counts.sent / seconds:,.0f} a second"
    print(f"\rRead {counts.read:,}, sent {counts.sent:,} in {seconds:.1f} s ({speed}).")
    for reason, number in sorted(counts.refused.items()):
        print(f"  refused, not sent      {number:,}  {reason}")
    for reason, number in sorted(counts.unowned.items()):
        print(f"  sent, to dead letters  {number:,}  {reason}")
    return counts.sent > 0


def _move(options: argparse.Namespace) -> replaying.Move | None:
    """How times move, said to the user; None when they stay."""
    if not (options.shift or options.fit):
        return None
    times = replaying.span_of_times(_found(options.files))
    if times is None:
        raise CommandError("No record in these files has a readable eventTime.")
    first, last = times
    now = int(time.time())
    move = replaying.shift(last, now) if options.shift else replaying.fit(first, last, now, options.fit)
    moments = (first, last, move(first), move(last))
    said = [time.strftime(replaying.TIME_FORMAT, time.gmtime(moment)) for moment in moments]
    print(f"Times {said[0]} … {said[1]} become {said[2]} … {said[3]}")
    return move


def _found(files: list[Path]) -> Iterator[replaying.Found]:
    for file in files:
        try:
            yield from replaying.read_file(file)
        except (OSError, EOFError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error


def _instance(options: argparse.Namespace) -> Instance:
    """The instance to be: its own port while it runs, unless another is asked for."""
    state_dir = options.state_dir.resolve()
    return Instance(state_dir, options.port or instances.known_port(state_dir) or default_port())


def _running_instance(options: argparse.Namespace) -> Instance:
    """The instance as it runs."""
    state_dir = options.state_dir.resolve()
    return Instance(state_dir, instances.known_port(state_dir) or options.port or default_port())


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port number")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number")
    return int(text)


def _span(text: str) -> timedelta:
    try:
        return replaying.parse_span(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
