"""Tries settings of the correction on validation people (never on benchmark people).

python benchmarks/sweep_text.py missed=0.01,0.05 language_weight=0.5,0.8 --sure-end 0.99 0.998

Raw text is held against what was pressed, corrected text against what was meant and, in brackets,
against what was pressed. Only people with even numbers are tried on; ``--held-out`` takes the
others, on whom nothing may be chosen.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
from pathlib import Path

import numpy as np

from cameratokeyboard.benchmark.cases import Job, session_of
from cameratokeyboard.datatypes import KeyPress, Layout
from cameratokeyboard.keyboard.bias import FingerBias
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keyboard.touch import TouchKeyboard
from cameratokeyboard.keystroke.factory import make_keystroke_detector
from cameratokeyboard.scoring.text import character_error_rate
from cameratokeyboard.text import correction
from cameratokeyboard.text.beam import BeamSettings, WordDecoder
from cameratokeyboard.text.editor import RawEditor
from cameratokeyboard.text.language import load_language
from cameratokeyboard.training.trajectories import VALIDATION_SEED, track


@dataclasses.dataclass(frozen=True)
class Clip:
    """Presses that were seen of a person, what was truly pressed and what was meant."""

    presses: list[KeyPress]
    pressed: str
    meant: str


SPEEDS = (20.0, 40.0, 60.0, 80.0)
#: The same people as in benchmarks/sweep.py.
FIRST_SEED = VALIDATION_SEED + 500_000


def clip(person: int, wpm: float, layout: Layout, model: Path | None) -> Clip:
    """What the learned strategy sees of a validation person."""
    session = session_of(Job(f"{wpm:.0f} WPM", person), layout, FIRST_SEED)
    detector = make_keystroke_detector("learned", None, layout, model)
    keyboard = TouchKeyboard(layout, bias=FingerBias(float(layout.sizes_mm().min())))
    presses: list[KeyPress] = []
    moments = track(session, layout)
    for moment in moments:
        events = keyboard.update(detector.update(moment), moment.t_s)
        presses += [event for event in events if isinstance(event, KeyPress)]
    end_s = moments[-1].t_s
    events = keyboard.update(detector.flush(end_s), end_s)
    presses += [event for event in events if isinstance(event, KeyPress)]
    performance = session.performance
    return Clip(presses, performance.text, performance.notes["asked_for"])


def text_of(presses: list[KeyPress], layout: Layout, decoder: WordDecoder | None) -> str:
    """What the presses write, corrected where a decoder is given."""
    raw = RawEditor(layout)
    if decoder is None:
        for press in presses:
            raw.press(press)
        return raw.text
    editor = correction.CorrectingEditor(raw, layout, lambda: decoder)
    for press in presses:
        editor.press(press)
    editor.finish(presses[-1].t_s if presses else 0.0)
    return editor.text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bounds", nargs="*", metavar="NAME=A,B,C", help="fields of BeamSettings")
    parser.add_argument("--sure-end", type=float, nargs="+", default=[correction.SURE_END])
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--held-out", action="store_true", help="people nothing was chosen on")
    parser.add_argument("--model", type=Path, help="weights of the learned strategy")
    args = parser.parse_args()
    layout, model = load_layout("qwerty"), load_language("en")
    clips = {
        wpm: [clip(2 * n + args.held_out, wpm, layout, args.model) for n in range(args.people)]
        for wpm in SPEEDS
    }
    print("raw".ljust(60), _figures(clips, layout, None), flush=True)
    names = [bound.partition("=")[0] for bound in args.bounds]
    values = [[float(v) for v in bound.partition("=")[2].split(",")] for bound in args.bounds]
    for *chosen, sure_end in itertools.product(*values, args.sure_end):
        changed = dict(zip(names, chosen, strict=True))
        decoder = WordDecoder(model, dataclasses.replace(BeamSettings(), **changed))
        correction.SURE_END = sure_end
        label = " ".join(f"{n}={v:g}" for n, v in changed.items()) + f" sure-end={sure_end:g}"
        print(label.ljust(60), _figures(clips, layout, decoder), flush=True)


def _figures(clips: dict[float, list[Clip]], layout: Layout, decoder: WordDecoder | None) -> str:
    parts: list[str] = []
    for wpm, of_speed in clips.items():
        texts = [text_of(clip.presses, layout, decoder) for clip in of_speed]
        pairs = list(zip(of_speed, texts, strict=True))
        pressed = np.mean([character_error_rate(clip.pressed, text) for clip, text in pairs])
        meant = np.mean([character_error_rate(clip.meant, text) for clip, text in pairs])
        parts.append(
            f"{wpm:.0f} WPM {100 * pressed:5.2f} %"
            if decoder is None
            else f"{wpm:.0f} WPM {100 * meant:5.2f} ({100 * pressed:5.2f}) %"
        )
    return "  ".join(parts)


if __name__ == "__main__":
    main()
