"""Reports for people: the year's circular (通报) and one page of evidence for each unit, as PDF and HTML.

A report is a value (`bot.reports.document`), made of what may be told; two renderers draw it.
"""

from bot.reports.document import Document as Document
from bot.reports.hypertext import to_html as to_html
from bot.reports.typeset import to_pdf as to_pdf
from bot.reports.typeset import to_png as to_png
