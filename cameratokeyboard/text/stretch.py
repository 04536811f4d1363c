"""A stretch of presses that is being corrected together, and what stands in the text for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cameratokeyboard.datatypes import TextEdit
from cameratokeyboard.text.hypotheses import Context
from cameratokeyboard.text.observation import Seen


@dataclass
class Stretch:
    """A word, or a few whose ends are doubtful.

    context: what stands before it. before_s: when the last press before it was. presses: in the
    order in which they came. written: what stands in the text for them. corrected: how many
    characters of that a correction has settled. kept: words as typed to which the person went
    back, None for none.
    """

    context: Context
    before_s: float | None = None
    presses: list[Seen] = field(default_factory=list)
    written: str = ""
    corrected: int = 0
    kept: str | None = None
    returned: bool = False

    @property
    def typed(self) -> str:
        """What the presses wrote by themselves."""
        written: list[str] = []
        for press in self.presses:
            if press.erases:
                del written[-1:]
            elif press.observation.typed:
                written.append(press.observation.typed)
        return "".join(written)

    def write(self, text: str, t_s: float) -> list[TextEdit]:
        """The edit that makes ``text`` stand for the stretch, if there is one to make."""
        old, self.written, self.corrected = self.written, text, len(text)
        return [] if text == old else [smallest_edit(old, text, t_s)]

    def erase(self, press: Seen, length: int, t_s: float) -> list[TextEdit]:
        """Take in a backspace that removed ``length`` code points.

        Into corrected text, it brings back what was typed, which right behind the correction is
        what the person wants; what has stood for a while stays.
        """
        standing = len(self.written)
        self.presses.append(press)
        self.written = self.written[: standing - length]
        if self.returned or len(self.written) >= self.corrected:
            return []
        typed = self.typed
        if typed != self.written and standing == self.corrected:
            self.kept = words_of(typed)
        edits = self.write(typed, t_s)
        self.corrected = 0
        return edits


def words_of(text: str) -> str:
    """A text without the spaces and signs around it."""
    return text.strip(" .,;:!?)(\"[]'\n\t")


def smallest_edit(old: str, new: str, t_s: float) -> TextEdit:
    """The edit at the end of the text that keeps the beginning both have in common."""
    common = 0
    while common < min(len(old), len(new)) and old[common] == new[common]:
        common += 1
    return TextEdit(t_s, len(old) - common, new[common:], correction=True)
