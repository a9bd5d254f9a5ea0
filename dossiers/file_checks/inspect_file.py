"""The program that opens a file of a stranger: in a process of its own, with limits.

    python -m dossiers.file_checks.inspect_file SOURCE CONTENT_TYPE COPY MAX_PIXELS

It writes an `Inspection` as JSON, and the copy for officers to COPY where there is one. It knows no
database and no secret; `child_process` starts it.
"""

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from dossiers.file_checks.inspection import Inspection
from dossiers.verdicts import Reason

# A picture of 60 megapixels takes 240 MB, one with alpha that is converted three times as much.
MAX_MEMORY_BYTES = 1200 * 1024 * 1024
MAX_CPU_SECONDS = 10
MAX_WRITTEN_BYTES = 100 * 1024 * 1024


def set_limits() -> None:
    """Limit this process. Raises ValueError or OSError where Linux refuses; others may."""
    limits = {
        resource.RLIMIT_AS: (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES),
        # At the second one the kernel kills without saying why.
        resource.RLIMIT_CPU: (MAX_CPU_SECONDS, MAX_CPU_SECONDS + 1),
        resource.RLIMIT_FSIZE: (MAX_WRITTEN_BYTES, MAX_WRITTEN_BYTES),
        resource.RLIMIT_CORE: (0, 0),
    }
    for kind, soft_and_hard in limits.items():
        try:
            resource.setrlimit(kind, soft_and_hard)
        except (ValueError, OSError):
            if sys.platform == "linux":
                raise


def inspect(source: Path, content_type: str, copy: Path, max_pixels: int) -> Inspection:
    # After the limits: what is imported counts, and a library is not loaded for nothing.
    if content_type == "application/pdf":
        from dossiers.file_checks import pdfs

        return pdfs.inspect(source, copy)
    from dossiers.file_checks import pictures

    return pictures.inspect(source, content_type, copy, max_pixels)


def main(source: str, content_type: str, copy: str, max_pixels: str) -> None:
    set_limits()
    try:
        inspection = inspect(Path(source), content_type, Path(copy), int(max_pixels))
    except (MemoryError, RecursionError):
        inspection = Inspection(Reason.TOO_COMPLEX)
    json.dump(asdict(inspection), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
