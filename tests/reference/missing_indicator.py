"""Where cells are missing, cell by cell."""


def missing_columns(rows, later, every):
    """Return the columns that are marked, and the marks of later rows."""
    columns = [j for j in range(len(rows[0])) if every or any(row[j] is None for row in rows)]
    return columns, [[1.0 if row[j] is None else 0.0 for j in columns] for row in later]
