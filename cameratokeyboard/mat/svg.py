"""A drawing as an SVG file at true scale."""

from __future__ import annotations

from xml.sax.saxutils import escape

from cameratokeyboard.mat.drawing import Drawing


def svg_bytes(drawing: Drawing) -> bytes:
    """An SVG file whose user unit is the millimetre."""
    width, height = drawing.size_mm
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
        f'viewBox="0 0 {width:g} {height:g}">',
        f"<title>{escape(drawing.title)}</title>",
        f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>',
    ]
    for fill in drawing.fills:
        level = round(fill.grey * 255)
        path = "".join(_ring(drawing.to_page(ring).tolist()) for ring in fill.rings)
        lines.append(
            f'<path fill="#{level:02x}{level:02x}{level:02x}" fill-rule="evenodd" d="{path}"/>'
        )
    lines.append("</svg>\n")
    return "\n".join(lines).encode("utf-8")


def _ring(points: list[list[float]]) -> str:
    return "M" + "L".join(f"{x:.3f} {y:.3f}" for x, y in points) + "Z"
