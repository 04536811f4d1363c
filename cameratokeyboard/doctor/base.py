"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check went: fail means that the program cannot do its main job."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    subject: what was looked at. detail: what was found. advice: what to do, "" when all is well.
    """

    verdict: Verdict
    subject: str
    detail: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{self.verdict.value:<5} {self.subject}: {self.detail}"
        return f"{line}\n        -> {self.advice}" if self.advice else line


def ok(subject: str, detail: str) -> Finding:
    """All is well."""
    return Finding(Verdict.OK, subject, detail)


def warn(subject: str, detail: str, advice: str) -> Finding:
    """Something is worse than it might be, or a part that not everybody needs is missing."""
    return Finding(Verdict.WARN, subject, detail, advice)


def fail(subject: str, detail: str, advice: str) -> Finding:
    """The main job cannot be done."""
    return Finding(Verdict.FAIL, subject, detail, advice)
