"""One look for all pages: colours, the Bokeh theme, figures and widgets made the same way everywhere."""

from typing import Any

from bokeh.models import CustomAction, CustomJS, DataRange1d, FactorRange, HoverTool, SaveTool
from bokeh.plotting import figure
from bokeh.themes import Theme

GROUND = "#12161b"
PANEL = "#1a2027"
LINE = "#2c353f"
TEXT = "#e8ecf1"
QUIET = "#93a0ad"
ACCENT = "#4fc3f7"
OTHER = "#ffb74d"
GREY = "#8d99a6"

ARROW = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='10' height='6'%3E"
    "%3Cpath d='M0 0h10L5 6z' fill='%2393a0ad'/%3E%3C/svg%3E"
)

FILES = {"csv": "CSV", "h5": "HDF5"}
"""Ending of a file of numbers to its name."""

# Bokeh encodes it for the address.
WORD = (
    "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
    "<text x='16' y='21' font-size='{size}' text-anchor='middle' font-family='sans-serif' fill='rgb(147,160,173)'>"
    "{word}</text></svg>"
)

FONT = "system-ui, 'DejaVu Sans', sans-serif"

THEME = Theme(
    json={
        "attrs": {
            "Plot": {
                "background_fill_color": PANEL,
                "border_fill_color": PANEL,
                "outline_line_color": None,
                "min_border_right": 16,
                "min_border_top": 6,
            },
            "Grid": {"grid_line_color": LINE},
            "Axis": {
                "axis_line_color": LINE,
                "major_tick_line_color": LINE,
                "minor_tick_line_color": None,
                "major_label_text_color": QUIET,
                "axis_label_text_color": QUIET,
                "axis_label_text_font": FONT,
                "axis_label_text_font_style": "normal",
                "axis_label_text_font_size": "13px",
                "major_label_text_font": FONT,
                "major_label_text_font_size": "13px",
            },
            "Title": {
                "text_color": TEXT,
                "text_font": FONT,
                "text_font_size": "15px",
                "text_font_style": "normal",
            },
            "Legend": {
                "background_fill_color": PANEL,
                "background_fill_alpha": 0.8,
                "border_line_color": None,
                "label_text_color": TEXT,
                "label_text_font": FONT,
                "label_text_font_size": "13px",
                "padding": 4,
                "margin": 4,
            },
            "ColorBar": {
                "background_fill_color": PANEL,
                "major_label_text_color": QUIET,
                "title_text_color": QUIET,
                "major_label_text_font_size": "13px",
                "title_text_font_style": "normal",
            },
        }
    }
)

WIDGETS = f"""
    :host {{ color: {TEXT}; font-family: {FONT}; font-size: 14px; }}
    label, .bk-input-group > label {{ color: {QUIET}; white-space: normal; }}
    .bk-input, select {{
        background-color: {GROUND} !important; color: {TEXT} !important; border-color: {LINE} !important; font-size: 14px;
    }}
    select.bk-input {{ appearance: none; background: {GROUND} url("{ARROW}") no-repeat right 8px center !important; }}
    .bk-spin-btn {{ display: none !important; }}
    .bk-btn-default {{ background-color: {GROUND} !important; color: {QUIET} !important; border-color: {LINE} !important; }}
    .bk-btn-default.bk-active {{ background-color: {LINE} !important; color: {TEXT} !important; }}
    input[type=checkbox] {{ accent-color: {ACCENT}; width: 16px; height: 16px; margin: 4px 8px 4px 0; vertical-align: middle; }}
    .bk-menu {{
        background: {GROUND} !important; color: {TEXT}; border-color: {LINE} !important; max-height: 300px; overflow-y: auto;
    }}
    .bk-menu > .bk-active, .bk-menu > :hover {{ background-color: {LINE} !important; color: {TEXT} !important; }}
    .bk-btn:focus-visible, .bk-input:focus-visible, input:focus-visible {{
        outline: 2px solid {ACCENT} !important; outline-offset: 1px;
    }}
    """
"""Bokeh's buttons beside a number have no name and are too small to hit; arrow keys, page keys and the wheel do the same."""

LABEL = f":host {{ color: {QUIET}; font-family: {FONT}; font-size: 14px; }}"
FIGURE = f".bk-Canvas {{ --highlight-color: {ACCENT}; --outline-width: 2px; --outline-style: solid; }}"
TOOLBAR = f"""
    :host(.bk-hidden) {{ visibility: visible; }}
    :host(.bk-hidden:focus-within) {{ opacity: 1; }}
    :focus-visible {{ outline: 2px solid {ACCENT} !important; }}
    """
"""The tools of a plot show when the mouse is over it, and when the keyboard reaches them."""


def chart(*, height: int, tools: str = "xpan,xwheel_zoom,box_zoom,reset,save", **options: Any) -> Any:
    """A figure as wide as its place."""
    made = figure(height=height, sizing_mode="stretch_width", tools=tools, toolbar_location="above", **options)
    made.stylesheets = [FIGURE]
    made.toolbar.update(logo=None, autohide=True, stylesheets=[TOOLBAR])
    made.add_tools(*(_saving(made, ending) for ending in FILES))
    for tool in made.select(SaveTool):
        tool.update(filename="xtcmon", description="Save as PNG")
    for axis in (made.x_range, made.y_range):
        if isinstance(axis, DataRange1d):
            # It follows the data in the browser; where it went need not be told to the server at every picture.
            axis.syncable = False
    if not isinstance(made.y_range, FactorRange):
        made.yaxis.ticker.desired_num_ticks = max(3, height // 45)
    return made


def _saving(made: Any, ending: str) -> Any:
    """A button of the toolbar that saves the numbers of a figure; ``dashboards.saver`` hears it."""
    code = "window.xtcmon.tell?.('save', JSON.stringify(cb_obj.tags));"
    icon = WORD.format(size=48 // len(ending), word=ending.upper())
    return CustomAction(
        description=f"Save the numbers as {FILES[ending]}", icon=icon, callback=CustomJS(code=code), tags=[made.id, ending]
    )


def plain_image(made: Any, *, source: Any, color_mapper: Any) -> Any:
    """An image from the columns image, x, y, dw, dh; without the spare glyphs for states it never has, each drawn anew."""
    drawn = made.image("image", "x", "y", "dw", "dh", source=source, color_mapper=color_mapper)
    drawn.update(hover_glyph=None, selection_glyph=None, nonselection_glyph=None, muted_glyph=None)
    return drawn


def hover(made: Any, renderers: list[Any], tooltips: list[tuple[str, str]], mode: str = "mouse") -> None:
    """Read values off a figure with the mouse."""
    made.add_tools(HoverTool(renderers=renderers, tooltips=tooltips, mode=mode))


def widget(kind: type[Any], **options: Any) -> Any:
    """A widget in our colours, as wide as its place."""
    return kind(**{"stylesheets": [WIDGETS], "sizing_mode": "stretch_width", **options})
