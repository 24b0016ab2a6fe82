"""Every export as R (haven, readxl), PSPP and LibreOffice read it; without them it is skipped."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from openpyxl import load_workbook

from bot.publication.exports import csv_files, statistical_files, workbook
from tests.unit.bot.publication.test_statistical_files import BOOK

SAVS = statistical_files(BOOK, "sav")
CSVS = csv_files(BOOK)
Table = list[list[str]]

SAV_IN_R = """
library(haven)
plain <- function(v) if (is.numeric(v)) {
  v <- as.vector(unclass(v)); ifelse(is.na(v), "", sprintf("%.17g", v))
} else as.character(v)
for (file in list.files("sav", full.names = TRUE)) {
  x <- read_sav(file, user_na = TRUE)
  out <- lapply(x, plain)
  rows <- as.data.frame(if (nrow(x)) out else lapply(x, function(v) character()))
  names(rows) <- names(x)
  write.csv(rows, sub("sav/", "haven/", file), row.names = FALSE, fileEncoding = "UTF-8")
  labels <- do.call(rbind, lapply(names(x), function(name) {
    known <- attr(x[[name]], "labels")
    rbind(c(name, "", attr(x[[name]], "label")),
          if (length(known)) cbind(name, sprintf("%.17g", known), names(known)))
  }))
  write.csv(labels, sub("sav/", "labels/", file), row.names = FALSE, fileEncoding = "UTF-8")
}
"""
XLSX_IN_R = """
library(readxl)
for (sheet in excel_sheets("book.xlsx")) {
  x <- read_excel("book.xlsx", sheet, col_names = FALSE, col_types = "text", trim_ws = FALSE,
                  .name_repair = "minimal")
  write.csv(x, file.path("readxl", sheet), row.names = FALSE, na = "", fileEncoding = "UTF-8")
}
"""


def run(folder: Path, *command: str) -> None:
    settings = os.environ | {"LC_ALL": "C.UTF-8", "HOME": str(folder)}
    done = subprocess.run(
        command, cwd=folder, env=settings, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def has_r(package: str) -> bool:
    program = shutil.which("Rscript")
    if program is None:
        return False
    told = ["-e", f"quit(status = !requireNamespace('{package}'))"]
    return not subprocess.run([program, *told], capture_output=True, check=False).returncode


def rows_of(data: str) -> Table:
    return list(csv.reader(io.StringIO(data)))


def number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text.rstrip()


def as_told(table: Table) -> list[list[float | str]]:
    return [[number(text) for text in row] for row in table]


def ours(path: Path) -> Table:
    frame, _ = pyreadstat.read_sav(str(path), user_missing=True)
    cells = frame.astype(object).where(frame.notna(), "").to_numpy().tolist()
    return [list(frame), *([str(cell) for cell in row] for row in cells)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("programs")
    for name in ("sav", "haven", "labels", "pspp", "readxl", "csv", "calc", "of-csv"):
        (made / name).mkdir()
    for name, data in SAVS.items():
        (made / "sav" / name).write_bytes(data)
    for name, data in CSVS.items():
        (made / "csv" / name).write_bytes(data)
    (made / "book.xlsx").write_bytes(workbook(BOOK))
    return made


@pytest.mark.skipif(not has_r("haven"), reason="R haven is not installed")
def test_r_haven_reads_every_value_and_label_of_the_files_for_spss(folder: Path) -> None:
    run(folder, "Rscript", "--vanilla", "-e", SAV_IN_R)
    for name in SAVS:
        read = rows_of((folder / "haven" / name).read_text("utf-8"))
        assert as_told(read) == as_told(ours(folder / "sav" / name)), name
        _, meta = pyreadstat.read_sav(str(folder / "sav" / name))
        told = as_told(rows_of((folder / "labels" / name).read_text("utf-8"))[1:])
        labels = {(column, value): label for column, value, label in told}
        for column, label in meta.column_names_to_labels.items():
            assert labels[column, ""] == label
        for column, known in meta.variable_value_labels.items():
            for value, label in known.items():
                assert labels[column, value] == label


@pytest.mark.skipif(not shutil.which("pspp"), reason="PSPP is not installed")
def test_pspp_reads_every_value_of_the_files_for_spss(folder: Path) -> None:
    syntax = [
        f"GET FILE='sav/{name}'.\n"
        f"SAVE TRANSLATE /OUTFILE='pspp/{name}' /TYPE=CSV /FIELDNAMES /REPLACE."
        for name in SAVS
    ]
    (folder / "all.sps").write_text("\n".join(syntax), "utf-8")
    run(folder, "pspp", "--syntax-encoding=UTF-8", "-O", "format=txt", "all.sps")
    for name in SAVS:
        read = rows_of((folder / "pspp" / name).read_text("utf-8-sig"))
        blank = [[cell.strip() for cell in row] for row in read]
        assert as_told(blank) == as_told(ours(folder / "sav" / name)), name


def in_workbook(path: Path) -> dict[str, list[list[Any]]]:
    book = load_workbook(path, data_only=True)
    return {
        sheet.title: [[cell for cell in row if cell is not None] for row in sheet.values]
        for sheet in book.worksheets
    }


@pytest.mark.skipif(not has_r("readxl"), reason="R readxl is not installed")
def test_r_readxl_reads_every_cell_of_the_workbook(folder: Path) -> None:
    run(folder, "Rscript", "--vanilla", "-e", XLSX_IN_R)
    for sheet, rows in in_workbook(folder / "book.xlsx").items():
        read = rows_of((folder / "readxl" / sheet).read_text("utf-8"))[1:]
        told = [[cell for cell in row if cell] for row in read]
        expected = [[str(cell) for cell in row] for row in rows]
        assert as_told([row for row in told if row]) == as_told([r for r in expected if r]), sheet


def converted(folder: Path, target: str, files: str, *options: str) -> None:
    profile = f"-env:UserInstallation=file://{folder}/profile"
    paths = [str(path) for path in sorted(folder.glob(files))]
    run(folder, "soffice", profile, "--headless", *options, "--outdir", target, *paths)


calc = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


@calc
def test_libreoffice_reads_every_cell_of_the_workbook(folder: Path) -> None:
    converted(folder, "calc", "book.xlsx", "--convert-to", "xlsx")
    assert in_workbook(folder / "calc" / "book.xlsx") == in_workbook(folder / "book.xlsx")


@calc
def test_libreoffice_reads_every_cell_of_the_tables(folder: Path) -> None:
    # 44: comma, 34: quotation mark, 76: UTF-8; 2 for a column: as text.
    converted(folder, "of-csv", "csv/*.csv", "--infilter=CSV:44,34,76", "--convert-to", "xlsx")
    same: Callable[[Table], list[list[float | str]]] = as_told
    for name, data in CSVS.items():
        (rows,) = in_workbook(folder / "of-csv" / name.replace(".csv", ".xlsx")).values()
        told = [[str(cell) for cell in row] for row in rows]
        expected = [[cell for cell in row if cell] for row in rows_of(data.decode("utf-8-sig"))]
        assert same([row for row in told if row]) == same([row for row in expected if row]), name
