"""Reports: the year's circular (通报) and one evidence page for each unit, as PDF and HTML.

A report is a value (`bot.publication.reports.document_model`), made of what may be told; two renderers draw it.
"""

from bot.publication.reports.document_model import Document as Document
from bot.publication.reports.html import to_html as to_html
from bot.publication.reports.pdf import to_pdf as to_pdf
from bot.publication.reports.pdf import to_png as to_png
