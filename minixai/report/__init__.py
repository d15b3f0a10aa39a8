"""A study as one self-contained HTML file."""

from minixai.report.page import render
from minixai.report.report_file import check_destination, save_report

__all__ = ["check_destination", "render", "save_report"]
