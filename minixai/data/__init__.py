"""Tables: read, typed, encoded, split, checked; and a synthetic shop with known truth."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minixai.data.checks import check_leak as check_leak
    from minixai.data.checks import check_table as check_table
    from minixai.data.column import Column as Column
    from minixai.data.imputation import SimpleImputer as SimpleImputer
    from minixai.data.reading import is_movielens as is_movielens
    from minixai.data.reading import read_movielens as read_movielens
    from minixai.data.scaling import StandardScaler as StandardScaler
    from minixai.data.shop import Shop as Shop
    from minixai.data.shop import make_shop as make_shop
    from minixai.data.single_column import prediction_skill as prediction_skill
    from minixai.data.single_column import single_column_skills as single_column_skills
    from minixai.data.splitting import Split as Split
    from minixai.data.splitting import split_by_user as split_by_user
    from minixai.data.splitting import split_random as split_random
    from minixai.data.splitting import split_stratified as split_stratified
    from minixai.data.table import Table as Table
    from minixai.data.table_encoder import Encoded as Encoded
    from minixai.data.table_encoder import TableEncoder as TableEncoder

_HOME = {
    "Column": "column",
    "Encoded": "table_encoder",
    "SimpleImputer": "imputation",
    "Shop": "shop",
    "Split": "splitting",
    "StandardScaler": "scaling",
    "Table": "table",
    "TableEncoder": "table_encoder",
    "check_leak": "checks",
    "check_table": "checks",
    "is_movielens": "reading",
    "make_shop": "shop",
    "prediction_skill": "single_column",
    "read_movielens": "reading",
    "single_column_skills": "single_column",
    "split_by_user": "splitting",
    "split_random": "splitting",
    "split_stratified": "splitting",
}

__all__ = [
    "Column",
    "Encoded",
    "Shop",
    "SimpleImputer",
    "Split",
    "StandardScaler",
    "Table",
    "TableEncoder",
    "check_leak",
    "check_table",
    "is_movielens",
    "make_shop",
    "prediction_skill",
    "read_movielens",
    "single_column_skills",
    "split_by_user",
    "split_random",
    "split_stratified",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"minixai.data.{_HOME[name]}"), name)
    raise AttributeError(f"module 'minixai.data' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *globals()})
