"""The command line: start the portal, put every fault to it, print the table."""

import argparse
import contextlib
import os
import shutil
import sys

from portal.dev.chaos.cases import Case, Row, cases
from portal.dev.chaos.mail_sink import MailSink
from portal.dev.chaos.running import DATA, Portal

HEADINGS = ("fault", "sent by", "told", "lost", "doubled", "whole after", "stranger waited")


def table(rows: list[Row]) -> str:
    """Return the rows as a table of Markdown, which docs/benchmarks.md keeps."""
    lines = [HEADINGS, ["---"] * len(HEADINGS), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def run(chosen: dict[str, Case]) -> int:
    """Give the exit code: 0 when nothing was lost or doubled and all was done in time."""
    shutil.rmtree(DATA, ignore_errors=True)
    sink = MailSink()
    rows: list[Row] = []
    with Portal(sink.url) as portal:
        os.environ.update(portal.servers(), MEDIA_ROOT=str(DATA / "media"), LOG_LEVEL="ERROR")
        set_up_django()
        for name, case in chosen.items():
            print(f"{name} …", flush=True)
            rows.append(case(portal, sink))
            print(f"  {', '.join(rows[-1].cells()[1:])}", flush=True)

    print(f"\n{table(rows)}")
    for row in rows:
        for sentence in [*row.lost, *row.doubled]:
            print(f"{row.what}: {sentence}")
    return 0 if all(row.is_good for row in rows) else 1


def set_up_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="portal.dev.chaos", description=run.__doc__)
    parser.add_argument("--faults", default="", help=", ".join(cases("")))
    options = parser.parse_args(arguments)
    try:
        chosen = cases(options.faults)
    except KeyError as error:
        print(f"There is no fault {error}; there are: {', '.join(cases(''))}")
        return 2
    with contextlib.suppress(KeyboardInterrupt):
        return run(chosen)
    return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
