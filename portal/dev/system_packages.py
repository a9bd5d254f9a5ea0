"""Checks for what only the system can give. Run by make first, with the system's Python.

As root on Debian or Ubuntu what is missing is installed; otherwise it is named in one message.
Uses the standard library only, and the syntax of Python 3.6: an old Python gets the message, too.
Run by its path, since the package `portal` imports libraries that are not installed yet.
"""

import argparse
import ctypes
import errno
import glob
import os
import platform
import shutil
import socket
import subprocess
import sys

MIN_PYTHON = (3, 11)
# What WeasyPrint needs: the file on Linux, the file on macOS, the Debian package.
LIBRARIES = (
    ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0"),
    ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset0"),
    ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig1"),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SKIPPED = """
************************************************************************
  NO CHROMIUM: the browser tests will be SKIPPED.
  {advice}
************************************************************************
"""


def missing_python():
    """A sentence when this Python is too old, else None."""
    if sys.version_info >= MIN_PYTHON:
        return None
    return (
        "Python {}.{} or newer is needed and {} is {}; name a newer one: make PYTHON=python3.12 run"
    ).format(MIN_PYTHON[0], MIN_PYTHON[1], sys.executable, platform.python_version())


def missing_packages():
    """The Debian packages that the portal lacks on this machine, and what each is for."""
    missing = {}
    for linux, macos, package in LIBRARIES:
        if not loads(macos if sys.platform == "darwin" else linux):
            missing[package] = "Pango and its parts, for PDF papers"
    return missing


def missing_venv():
    """The Debian package for making .venv, if that is still to be done and cannot be."""
    if os.path.exists(".venv") or has_venv():
        return {}
    return {"python3-venv": "virtual environments of Python"}


def missing_at_all():
    """Both: without root one message names everything, before pip takes its time."""
    return dict(missing_venv(), **missing_packages())


def loads(library):
    """Can this shared library be loaded?"""
    for folder in ("", "/opt/homebrew/lib/", "/usr/local/lib/"):
        try:
            ctypes.CDLL(folder + library)
        except OSError:
            continue
        return True
    return False


def has_venv():
    """Can this Python make virtual environments? On Debian that is a package of its own."""
    try:
        import ensurepip  # noqa: F401 - only to see whether it is there
        import venv  # noqa: F401 - the same
    except ImportError:
        return False
    return True


def can_install():
    """May packages be installed here: root on Debian or Ubuntu?"""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages):
    """Install Debian packages; True when that worked."""
    print("Installing system packages: {} …".format(" ".join(packages)), flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    update = ["apt-get", "-qq", "update"]
    add = ["apt-get", "-qq", "-y", "-o", "Dpkg::Use-Pty=0", "install", "--no-install-recommends"]
    for command in (update, add + list(packages)):
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    if done.returncode:  # a failed update matters only if the package is then not found
        sys.stderr.write(done.stdout.decode("utf-8", "replace"))
    return done.returncode == 0


def lacking_sentence(missing):
    """One message that names everything missing and what to do."""
    lines = ["This machine lacks:"]
    for package, purpose in sorted(missing.items()):
        lines += ["  {:<24} {}".format(package, purpose)]
    if sys.platform == "darwin":
        lines += ["Install them:  brew install pango fontconfig"]
    else:
        lines += ["Install them:  sudo apt-get install " + " ".join(sorted(missing))]
        lines += [
            "(on another kind of Linux: the packages of the same meaning), then run make again."
        ]
    return "\n".join(lines)


def provide(look):
    """Install what `look` finds missing; a message when something is missing all the same."""
    missing = look()
    if missing and can_install() and install(sorted(missing)):
        missing = look()
    return lacking_sentence(missing) if missing else None


def check_port(port):
    """A sentence when nothing can listen on this port (as typed), else None."""
    if not str(port).lstrip("-").isdigit():
        return "PORT has to be a number, and {} is none: PORT=8000 make run".format(port)

    port = int(port)
    problem = port_problem(port)
    if problem is None:
        return None
    others = range(port + 1, port + 100) if 1024 <= port < 65000 else range(8000, 8100)
    free = next((other for other in others if port_problem(other) is None), 0)
    return "Port {} {}; choose another: make run PORT={}".format(port, problem, free)


def port_problem(port):
    """Why nothing can listen on this port; None when something can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OverflowError:
            return "is not a port number"
        except OSError as error:
            return "is already in use" if error.errno == errno.EADDRINUSE else "is not ours to open"
    return None


def chromium():
    """The path of a Chromium for the browser tests; None when there is none."""
    for name in BROWSERS:
        if shutil.which(name):
            return shutil.which(name)
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or os.path.expanduser(
        "~/Library/Caches/ms-playwright" if sys.platform == "darwin" else "~/.cache/ms-playwright"
    )
    patterns = ("chrome-linux*/chrome", "chrome-mac*/*.app/Contents/MacOS/*")
    found = []
    for pattern in patterns:
        found += glob.glob(os.path.join(cache, "chromium-*", pattern))
    return sorted(found)[-1] if found else None


def provide_chromium():
    """Install a Chromium if there is none: the system's, else Playwright's; else warn."""
    if chromium():
        return
    if can_install() and install(["chromium"]) and chromium():
        return

    print("Asking Playwright for its own Chromium …", flush=True)
    command = [os.path.join(".venv", "bin", "python"), "-m", "playwright", "install", "chromium"]
    try:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=600,
        )
    except (OSError, subprocess.SubprocessError):
        pass

    if not chromium():
        advice = "sudo apt-get install chromium"
        if sys.platform == "darwin":
            advice = "brew install --cask chromium"
        sys.stderr.write(SKIPPED.format(advice="To run them:  " + advice))


def main(arguments):
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="portal/dev/system_packages.py", description="Check what only the system can give."
    )
    parser.add_argument(
        "--before-install",
        action="store_true",
        help="check what pip needs, and without root everything at once",
    )
    parser.add_argument("--port", help="check that this port is free")
    parser.add_argument("--papers", action="store_true", help="check what PDF papers need")
    parser.add_argument("--chromium", action="store_true", help="provide a browser for the tests")
    options = parser.parse_args(arguments)

    problem = missing_python()
    if problem is None and options.before_install:
        problem = provide(missing_venv if can_install() else missing_at_all)
    if problem is None and options.port is not None:
        problem = check_port(options.port)
    if problem is None and options.papers:
        problem = provide(missing_packages)
    if problem:
        sys.stderr.write(problem + "\n")
        return 1

    if options.chromium:
        provide_chromium()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
