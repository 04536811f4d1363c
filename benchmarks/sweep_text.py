"""Tries settings of the correction on validation people (never on benchmark people).

python benchmarks/sweep_text.py missed=0.01,0.05 language_weight=0.5,0.8 --margin 1.5 3 --people 4
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

Clip = tuple[list[KeyPress], str]
SPEEDS = (20.0, 40.0, 60.0)
#: The same people as in benchmarks/sweep.py.
FIRST_SEED = VALIDATION_SEED + 500_000


def clip(person: int, wpm: float, layout: Layout, model: Path | None) -> Clip:
    """Presses that the learned strategy sees of a validation person, and the true text."""
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
    return presses, session.performance.text


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
    parser.add_argument("--margin", type=float, nargs="+", default=[correction.MARGIN])
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--model", type=Path, help="weights of the learned strategy")
    args = parser.parse_args()
    layout, model = load_layout("qwerty"), load_language("en")
    clips = {
        wpm: [clip(person, wpm, layout, args.model) for person in range(args.people)]
        for wpm in SPEEDS
    }
    print("raw".ljust(60), _figures(clips, layout, None), flush=True)
    names = [bound.partition("=")[0] for bound in args.bounds]
    values = [[float(v) for v in bound.partition("=")[2].split(",")] for bound in args.bounds]
    for *chosen, margin in itertools.product(*values, args.margin):
        changed = dict(zip(names, chosen, strict=True))
        decoder = WordDecoder(model, dataclasses.replace(BeamSettings(), **changed))
        correction.MARGIN = margin
        label = " ".join(f"{n}={v:g}" for n, v in changed.items()) + f" margin={margin:g}"
        print(label.ljust(60), _figures(clips, layout, decoder), flush=True)


def _figures(clips: dict[float, list[Clip]], layout: Layout, decoder: WordDecoder | None) -> str:
    rates = {
        wpm: np.mean([character_error_rate(t, text_of(p, layout, decoder)) for p, t in of_speed])
        for wpm, of_speed in clips.items()
    }
    return "  ".join(f"{wpm:.0f} WPM {100 * rate:5.1f} %" for wpm, rate in rates.items())


if __name__ == "__main__":
    main()
