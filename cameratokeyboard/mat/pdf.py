"""A drawing as a PDF file at true scale."""

from __future__ import annotations

from cameratokeyboard.mat.drawing import Drawing


def pdf_bytes(drawing: Drawing) -> bytes:
    """A PDF file of one page that asks viewers not to scale it when printing."""
    from fpdf import FPDF, ViewerPreferences
    from fpdf.drawing import DeviceGray  # type: ignore[attr-defined]
    from fpdf.enums import IntersectionRule

    width, height = drawing.size_mm
    pdf = FPDF(unit="mm", format=(width, height))
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.set_title(drawing.title)
    pdf.set_creator("Camera to Keyboard")
    pdf.viewer_preferences = ViewerPreferences(print_scaling="None")
    pdf.add_page()
    for fill in drawing.fills:
        with pdf.new_path() as path:
            path.style.fill_color = DeviceGray(fill.grey)
            path.style.stroke_color = None
            path.style.intersection_rule = IntersectionRule.EVENODD
            path.style.auto_close = True
            for ring in fill.rings:
                points = drawing.to_page(ring).tolist()
                path.move_to(*points[0])
                for point in points[1:]:
                    path.line_to(*point)
                path.close()
    return bytes(pdf.output())
