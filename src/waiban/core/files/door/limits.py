"""How much a file may unfold to. A file beyond them is refused, whatever it is."""

PARTS = 4_000
UNFOLDED = 200 * 1024 * 1024
XML_PART = 40 * 1024 * 1024
SHEET_PART = 160 * 1024 * 1024
"""Rows and texts of a workbook, which are read element by element: 100,000 rows of 20 cells come to about 100 MB."""
RATIO = 250
"""Unfolded to packed, of a part over a megabyte; office files stay far below 100."""
DEPTH = 2
"""Files inside files: a sheet inside a document is read, what lies in that one is not."""
PAGES = 600
PIXELS = 120_000_000
