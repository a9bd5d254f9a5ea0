"""What an inspection of a file says."""

from dataclasses import dataclass

from dossiers.verdicts import Finding, Reason


@dataclass(frozen=True)
class Inspection:
    """What was found. Without a reason against it the file is accepted."""

    reason: Reason | None = None
    findings: tuple[Finding, ...] = ()
    copy_type: str = ""  # of the copy that officers open instead; "" where there is none
