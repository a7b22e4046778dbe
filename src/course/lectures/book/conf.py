"""Sphinx's settings for the course as static pages. Called by src/course/lectures/book.ts, which sets CNN_KIT_LANGUAGE."""
import os

from latex2mathml.converter import convert

language = os.environ["CNN_KIT_LANGUAGE"]
project = {"en": "cnn-kit: CNN architectures", "ko": "cnn-kit: CNN 구조"}[language]
html_title = project
copyright = "cnn-kit contributors, MIT licence"

extensions = ["myst_nb"]
# Outputs are those that are committed.
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "amsmath"]
suppress_warnings = ["mystnb.unknown_mime_type", "myst.xref_missing", "myst.header"]

html_theme = "furo"
html_show_sphinx = False
html_copy_source = False
# A summary is fetched, which a page that was opened as a file may not do.
html_show_search_summary = False
html_show_sourcelink = False
html_static_path = ["static"]
html_css_files = ["course.css"]
html_js_files = ["course.js"]
templates_path = ["templates"]
html_sidebars = {
    "**": [
        "sidebar/scroll-start.html",
        "sidebar/brand.html",
        "language.html",
        "sidebar/search.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_context = {
    "other_language": {"en": "ko", "ko": "en"}[language],
    "other_language_name": {"en": "한국어", "ko": "English"}[language],
}
html_math_renderer = "mathml"


def setup(app):
    """Formulas as MathML: nothing to load, and screen readers read them."""

    def inline(self, node):
        self.body.append(convert(node.astext()))
        raise SkipNode

    def block(self, node):
        self.body.append('<div class="formula">' + convert(node.astext(), display="block") + "</div>")
        raise SkipNode

    from docutils.nodes import SkipNode

    app.add_html_math_renderer("mathml", (inline, None), (block, None))
