"""Which jobs a benchmark consists of."""

from __future__ import annotations

from cameratokeyboard.benchmark.cases import Job, hard_cases, ordinary_cases

#: Of the people of the main table this many also meet each hard condition.
_HARD_PEOPLE = 8


def jobs_for(people: int, quick: bool) -> list[Job]:
    """Every person at every speed and at rest, some under hard conditions; quick: 40 WPM and rest.

    Long jobs come first, so that no process is left with one at the end.
    """
    if quick:
        return [Job(case, n) for case in ("40 WPM", "rest") for n in range(people)]
    jobs = [Job(case.name, n) for case in ordinary_cases() for n in range(people)]
    return jobs + [
        Job(case.name, n) for case in hard_cases() for n in range(min(people, _HARD_PEOPLE))
    ]
