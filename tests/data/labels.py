"""Random columns of labels, in each container that the encoders take."""

import numpy as np
from hypothesis import strategies as st

from minixai.data import Column, Table

WORDS = ["", "a", "b", "Ä", "日本", "with space", "a=b"]


@st.composite
def label_rows(draw, gaps=True, least=1, most=12):
    """A 2-D array of labels (object): ties, gaps, constants, single rows."""
    n_rows, n_columns = draw(st.integers(least, most)), draw(st.integers(1, 3))
    columns = []
    for _ in range(n_columns):
        pool = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique=True))
        pool += [None] if gaps and draw(st.booleans()) else []
        columns.append(draw(st.lists(st.sampled_from(pool), min_size=n_rows, max_size=n_rows)))
    return np.array(columns, dtype=object).T


def as_table(rows, kind="categorical"):
    """The same labels as a Table of codes, whose categories hold some that no row has."""
    columns = {}
    for j in range(rows.shape[1]):
        cells = rows[:, j].tolist()
        known = sorted({cell for cell in cells if cell is not None} | {"never"})
        codes = np.array([-1 if cell is None else known.index(cell) for cell in cells])
        columns[f"x{j}"] = Column(f"x{j}", kind, codes, np.array(known))
    return Table(columns)


def as_frame(rows):
    """The same labels as a data frame."""
    import pandas

    return pandas.DataFrame(rows, columns=[f"x{j}" for j in range(rows.shape[1])])
