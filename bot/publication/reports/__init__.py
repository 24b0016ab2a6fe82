"""Reports for people: the year's circular (通报), evidence pages and posters, as PDF and HTML.

A report is a value (`bot.publication.reports.document_model`), made of disclosed figures.
Two renderers draw it: `html` and `pdf`.
"""

from bot.publication.reports.document_model import Document as Document
from bot.publication.reports.html import to_html as to_html
from bot.publication.reports.pdf import to_pdf as to_pdf
from bot.publication.reports.pdf import to_png as to_png
