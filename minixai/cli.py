"""The front door: ``minixai run`` walks the loop and writes a report, ``minixai versions``.

Results go to standard output, progress and errors to standard error. Exit codes:
0 success, 1 failure, 2 usage, 3 bad data, 130 interrupted.
"""

from __future__ import annotations

import argparse
import csv
import functools
import re
import shlex
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from minixai import __version__

if TYPE_CHECKING:
    from minixai.study_record import Study

__all__ = ["main"]

_COMMANDS = ("run", "versions")
_OPTIONS = {
    "drop": "--drop",
    "kinds": "--kind",
    "model": "--model",
    "n_jobs": "--jobs",
    "names": "--columns",
    "random_state": "--seed",
    "separator": "--separator",
    "target": "--target",
    "test_share": "--test-share",
    "threshold": "--like",
}
"""What the library's arguments are called here: its messages speak of arguments."""
_EXAMPLES = """examples:
  minixai run                                       the built-in synthetic shop
  minixai run --leak                                the same with a leaked target to be found
  minixai run ratings.csv --target rating           a CSV file
  minixai run FOLDER --target rating --model mlp    a folder in MovieLens layout
  minixai run data.csv --target y --model gam       a model that is its own explanation
  minixai run data.csv --target y --json            the whole study as JSON
  minixai run bare.txt --columns text,label --target label    a file without a line of names

exit codes: 0 success, 1 failure, 2 usage, 3 bad data, 130 interrupted
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, with the nearest command or option."""
        line = _printable(" ".join(message.split()))
        stop = "" if line.endswith(("?", ".")) else "."
        self.exit(2, f"minixai: {line}{stop} See `{self.prog} --help`.\n")

    def refuse(self, words: list[str]) -> NoReturn:
        """Say which words no option takes, with the option nearest to the first of them."""
        from minixai.errors import suggestion

        misspelt = next((word for word in words if word.startswith("-")), "").partition("=")[0]
        near = suggestion(misspelt, self._option_string_actions) if misspelt else ""
        self.error(f"unrecognized arguments: {' '.join(words)}.{near}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``minixai``; None takes those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    if words and not words[0].startswith("-") and words[0] not in _COMMANDS:
        from minixai.errors import suggestion

        parser.error(f"unknown command {words[0]!r}.{suggestion(words[0], _COMMANDS)}")
    options, unknown = parser.parse_known_args(words)
    if unknown:
        options.parser.refuse(unknown)
    if options.command is None:
        parser.print_help()
        return 0
    return _guarded(options)


def _guarded(options: argparse.Namespace) -> int:
    """Run the command; turn what may go wrong into one line and an exit code."""
    from minixai.errors import DataError, MinixaiError, ParameterError

    options.heard, before = [], signal.getsignal(signal.SIGINT)
    listens = before is signal.default_int_handler
    listens = listens and threading.current_thread() is threading.main_thread()
    if listens:
        signal.signal(signal.SIGINT, functools.partial(_hear, options.heard))
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            return int(options.function(options))
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nobody is left to tell
        return 0
    except DataError as error:
        return _fail(error, 3)
    except ParameterError as error:
        return _fail(error, 2)
    except (MinixaiError, OSError, MemoryError) as error:
        return _interrupted() if _was_interrupted(error) else _fail(error, 1)
    except RuntimeError as error:  # what Python makes of an interrupt while a class is built
        if _was_interrupted(error):
            return _interrupted()
        raise
    finally:
        if listens:
            signal.signal(signal.SIGINT, before)


def _hear(heard: list[int], number: int, frame: object) -> None:
    """Note Ctrl-C before it is raised: an import may swallow the exception."""
    heard.append(number)
    raise KeyboardInterrupt


def _interrupted() -> int:
    return _fail("interrupted; nothing was written", 130)


def _was_interrupted(error: BaseException | None) -> bool:
    """Whether an interrupt led to an error, at any remove."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _fail(message: object, code: int) -> int:
    _say(re.sub(r"`(\w+)(?:=([^`]+))?`", _as_option, str(message)))
    return code


def _show_warning(message: Any, *details: Any, **options: Any) -> None:
    """Write a warning as one line, without the place in the code that it came from."""
    _say(f"warning: {message}")


def _as_option(argument: re.Match[str]) -> str:
    """Return an argument in backticks, such as ``drop=['b']``, as it is typed: ``--drop b``."""
    option = _OPTIONS.get(argument[1])
    if option is None:
        return argument[0]
    quoted = re.findall(r"'([^']*)'|\"([^\"]*)\"", argument[2] or "")
    value = "=".join(one or other for one, other in quoted)
    return f"`{option} {shlex.quote(value)}`" if value else f"`{option}`"


def _say(message: object) -> None:
    line = " ".join(str(message).split())
    sys.stderr.write(f"minixai: {_printable(line)}\n")


def _printable(text: str) -> str:
    """Replace control characters: what is in a file must not steer the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _parser() -> _Parser:
    parser = _Parser(
        prog="minixai",
        description="Train, explain, compress and check a model, and read one report about it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"minixai {__version__}")
    parser.set_defaults(parser=parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    _add_run(commands)
    versions = commands.add_parser("versions", help="print the versions a bug report needs")
    versions.set_defaults(function=_versions, parser=versions)
    return parser


def _add_run(commands: Any) -> None:
    run = commands.add_parser(
        "run",
        help="walk the loop on a table and write a report",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    run.add_argument("source", nargs="?", help="a CSV file or a MovieLens folder; none: the shop")
    run.add_argument("--target", help="the column to predict")
    run.add_argument("--like", type=float, metavar="T", help="predict target >= T instead")
    run.add_argument(
        "--model",
        default="mlp",
        help="mlp (default), linear, lasso, logistic, tree, forest, boosting or gam",
    )
    run.add_argument("--drop", action="append", default=[], metavar="COLUMN", help="leave out")
    run.add_argument(
        "--kind",
        action="append",
        default=[],
        metavar="COLUMN=KIND",
        help="numeric, categorical, id or multi, where the guess is wrong",
    )
    run.add_argument(
        "--columns", metavar="A,B,...", help="the columns' names, of a file without a line of them"
    )
    run.add_argument("--separator", help=r"between fields, such as ';' or '\t'; found if not given")
    run.add_argument("--report", default="minixai-report.html", help="where the report goes")
    run.add_argument("--save", metavar="FILE", help="write the study as JSON too")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--test-share", type=float, default=0.2, help="share held out (0.2)")
    run.add_argument("--jobs", type=int, default=1, help="threads for fits and explanations (1)")
    run.add_argument("--leak", action="store_true", help="the shop with a leaked target")
    run.add_argument("--json", action="store_true", help="print the study as JSON")
    run.add_argument("--force", action="store_true", help="overwrite any file at the paths")
    run.set_defaults(function=_run, parser=run)


def _versions(options: argparse.Namespace) -> int:
    from minixai.versions import show_versions

    show_versions()
    return 0


def _run(options: argparse.Namespace) -> int:
    from minixai.errors import ParameterError
    from minixai.report import check_destination
    from minixai.study import run_study
    from minixai.study_record import check_study_path

    check_destination(options.report, force=options.force)
    if options.save:
        check_study_path(options.save, force=options.force)
        if Path(options.save).resolve() == Path(options.report).resolve():
            raise ParameterError("`--save` and `--report` name one file: give each its own.")
    for place in (options.report, options.save):
        if place and options.source and Path(place).resolve() == Path(options.source).resolve():
            raise ParameterError(f"{place!r} is the table that is read: write elsewhere.")
    study = run_study(
        _table(options),
        model=options.model,
        random_state=options.seed,
        test_share=options.test_share,
        n_jobs=options.jobs,
        settings={"source": options.source or "built-in shop", "command": _command(options)},
    )
    if options.heard and not study.training["stopped"]:
        raise KeyboardInterrupt  # it was swallowed on the way
    study.report(options.report, force=options.force)
    if options.save:
        study.save(options.save, force=options.force)
    sys.stdout.write((study.to_json() if options.json else _overview(study, options)) + "\n")
    return 0


def _table(options: argparse.Namespace) -> Any:
    """Return the table that the words of the command stand for."""
    from minixai.data import Table, is_movielens, make_shop, read_movielens
    from minixai.errors import ParameterError

    kinds = dict(_kind(word) for word in options.kind)
    if options.leak and options.source:
        raise ParameterError("`--leak` belongs to the built-in shop: leave the file name out.")
    if options.source is None or is_movielens(options.source):
        for name in ("kind", "columns", "separator"):
            if getattr(options, name):
                raise ParameterError(f"`--{name}` belongs to a CSV file: leave it out here.")
    if options.source is None:
        shop = make_shop(target=options.target or "rating", leak=options.leak)
        table = shop.table.drop(options.drop)
    elif is_movielens(options.source):
        table = read_movielens(options.source, target=options.target or "rating")
        table = table.drop(options.drop)
    else:
        table = Table.from_csv(
            options.source,
            target=options.target,
            kinds=kinds,
            names=None if options.columns is None else next(csv.reader([options.columns])),
            separator=None if options.separator is None else _unescaped(options.separator),
            drop=options.drop,
        )
    if options.like is not None:
        table = table.with_threshold(options.like)
    return table


def _kind(word: str) -> tuple[str, str]:
    from minixai.errors import ParameterError

    name, mark, kind = word.rpartition("=")
    if not mark:
        raise ParameterError(f"`--kind` needs COLUMN=KIND, got {word!r}.")
    return name, kind


def _unescaped(separator: str) -> str:
    """Return the separator meant: a tab is hard to type, and written as in a program."""
    return separator.replace("\\t", "\t")


def _command(options: argparse.Namespace) -> str:
    words = ["minixai", "run"]
    if options.source:
        words.append(options.source)
    for name in ("columns", "separator", "target", "like", "model", "seed", "test_share"):
        value = getattr(options, name)
        if value is not None and (name, value) != ("test_share", 0.2):
            words += [f"--{name.replace('_', '-')}", str(value)]
    for name in ("drop", "kind"):
        for value in getattr(options, name):
            words += [f"--{name}", value]
    if options.leak:
        words.append("--leak")
    return shlex.join(words)


def _overview(study: Study, options: argparse.Namespace) -> str:
    """Return the few lines that a person reads after a run."""
    lines = [f"WARNING: {sentence}" for sentence in study.warnings]
    names = [metric["name"] for metric in study.metrics]
    width = max(len(row["model"]) for row in study.scores)
    lines.append(f"{'on held-out rows':<{width}}  " + "  ".join(names))
    for row in study.scores:
        cells = ["-" if row[name] is None else f"{row[name]:.4g}" for name in names]
        aligned = [cell.rjust(len(name)) for cell, name in zip(cells, names, strict=True)]
        lines.append(f"{row['model']:<{width}}  " + "  ".join(aligned))
    permutation = study.importances[0]
    top = [permutation.feature_names[j] for j in permutation.order()[:3]]
    lines.append(f"what matters most: {', '.join(top)}")
    lines.append(f"report: {options.report}")
    return "\n".join(_printable(line) for line in lines)
