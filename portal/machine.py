"""Does this machine have what only the system can give? Run by make before anything else, with the system's Python.

As root on Debian or Ubuntu what is missing is installed; otherwise it is named in one message. Only the standard
library is used, and only words that an old Python understands, so that even Python 3.6 gets a clear sentence.
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

OLDEST_PYTHON = (3, 11)
LIBRARIES = (  # the file on Linux, the file on macOS, the Debian package: what WeasyPrint writes PDFs with
    ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0"),
    ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset0"),
    ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig1"),
)
SERIF_FONTS = (
    "Liberation Serif",
    "Times New Roman",
    "Noto Serif",
    "Tinos",
)  # those that know Vietnamese
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SKIPPED = """
************************************************************************
  NO CHROMIUM: the browser tests will be SKIPPED.
  {advice}
************************************************************************
"""


def missing_python():
    """A sentence when this Python is too old, else None."""
    if sys.version_info >= OLDEST_PYTHON:
        return None
    return "Python {}.{} or newer is needed and {} is {}; name a newer one: make PYTHON=python3.12 run".format(
        OLDEST_PYTHON[0], OLDEST_PYTHON[1], sys.executable, platform.python_version()
    )


def missing_packages():
    """What the portal lacks on this machine, as a dictionary: Debian package -> what it is for."""
    missing = {}
    for linux, macos, package in LIBRARIES:
        if not loads(macos if sys.platform == "darwin" else linux):
            missing[package] = "Pango and its parts, for PDF papers"
    if not has_serif_font():
        missing["fonts-liberation"] = "a serif font with Vietnamese, for PDF papers"
        missing["fontconfig"] = "finds fonts"
    if not os.path.exists(".venv"):
        if not has_venv():
            missing["python3-venv"] = "virtual environments of Python"
        if must_build_redis() and not (shutil.which("cc") and shutil.which("make")):
            missing["build-essential"] = (
                "a C compiler, since there is no ready-made Redis for this Python"
            )
    return missing


def loads(library):
    """Can this shared library be loaded?"""
    for folder in ("", "/opt/homebrew/lib/", "/usr/local/lib/"):
        try:
            ctypes.CDLL(folder + library)
        except OSError:
            continue
        return True
    return False


def has_serif_font():
    """Is there a font for papers? The usual place first, since asking fontconfig takes longer."""
    if glob.glob("/usr/share/fonts/truetype/liberation*/LiberationSerif-Regular.ttf"):
        return True
    if not shutil.which("fc-list"):
        return False
    families = subprocess.run(["fc-list", ":", "family"], stdout=subprocess.PIPE).stdout.decode(
        "utf-8", "replace"
    )
    return any(font in families for font in SERIF_FONTS)


def has_venv():
    """Can this Python make virtual environments? Debian packs that apart."""
    try:
        import ensurepip  # noqa: F401 - whether it is there is the question
        import venv  # noqa: F401 - the same
    except ImportError:
        return False
    return True


def must_build_redis():
    """Is there no ready-made package of the embedded Redis for this Python? Then pip compiles it."""
    return sys.platform != "linux" or platform.machine() != "x86_64" or sys.version_info >= (3, 13)


def can_install():
    """May packages be installed here: root on Debian or Ubuntu?"""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages):
    """Install Debian packages; True when that worked."""
    print("Installing system packages: {} …".format(" ".join(packages)), flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    update = ["apt-get", "-qq", "update"]
    add = [
        "apt-get",
        "-qq",
        "-y",
        "-o",
        "Dpkg::Use-Pty=0",
        "install",
        "--no-install-recommends",
    ] + list(packages)
    for command in (update, add):
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
    lines += [
        "  {:<24} {}".format(package, purpose) for package, purpose in sorted(missing.items())
    ]
    if sys.platform == "darwin":
        lines += [
            "Install them:  brew install pango fontconfig && brew install --cask font-liberation"
        ]
    else:
        lines += ["Install them:  sudo apt-get install " + " ".join(sorted(missing))]
        lines += [
            "(on another kind of Linux: the packages of the same meaning), then run make again."
        ]
    return "\n".join(lines)


def check_packages():
    """Install what is missing, or a message that names it; None when all is well."""
    missing = missing_packages()
    if missing and can_install() and install(sorted(missing)):
        missing = missing_packages()
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
    found = [
        path
        for pattern in patterns
        for path in glob.glob(os.path.join(cache, "chromium-*", pattern))
    ]
    return sorted(found)[-1] if found else None


def provide_chromium():
    """Get a Chromium if there is none: from the system, else from Playwright; else warn loudly."""
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
        advice = (
            "brew install --cask chromium"
            if sys.platform == "darwin"
            else "sudo apt-get install chromium"
        )
        sys.stderr.write(SKIPPED.format(advice="To run them:  " + advice))


def main(arguments):
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="portal/machine.py", description="Check what only the system can give."
    )
    parser.add_argument("--port", help="also check that this port is free")
    parser.add_argument(
        "--chromium", action="store_true", help="only see to a browser for the browser tests"
    )
    options = parser.parse_args(arguments)
    if options.chromium:
        provide_chromium()
        return 0
    problem = missing_python()
    if problem is None and options.port is not None:
        problem = check_port(options.port)
    if problem is None:
        problem = check_packages()
    if problem:
        sys.stderr.write(problem + "\n")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
