"""Tables: read, typed, encoded, split, checked; and a synthetic shop with known truth."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minixai.data.calendar_encoding import DatetimeEncoder as DatetimeEncoder
    from minixai.data.checks import check_leak as check_leak
    from minixai.data.checks import check_table as check_table
    from minixai.data.column import Column as Column
    from minixai.data.frequency_encoding import FrequencyEncoder as FrequencyEncoder
    from minixai.data.hash_encoding import HashingEncoder as HashingEncoder
    from minixai.data.imputation import SimpleImputer as SimpleImputer
    from minixai.data.multi_hot_encoding import MultiHotEncoder as MultiHotEncoder
    from minixai.data.one_hot_encoding import OneHotEncoder as OneHotEncoder
    from minixai.data.ordinal_encoding import OrdinalEncoder as OrdinalEncoder
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
    from minixai.data.target_encoding import TargetEncoder as TargetEncoder
    from minixai.data.text_encoding import TextEncoder as TextEncoder

_HOME = {
    "Column": "column",
    "DatetimeEncoder": "calendar_encoding",
    "Encoded": "table_encoder",
    "FrequencyEncoder": "frequency_encoding",
    "HashingEncoder": "hash_encoding",
    "MultiHotEncoder": "multi_hot_encoding",
    "OneHotEncoder": "one_hot_encoding",
    "OrdinalEncoder": "ordinal_encoding",
    "Shop": "shop",
    "SimpleImputer": "imputation",
    "Split": "splitting",
    "StandardScaler": "scaling",
    "Table": "table",
    "TableEncoder": "table_encoder",
    "TargetEncoder": "target_encoding",
    "TextEncoder": "text_encoding",
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
    "DatetimeEncoder",
    "Encoded",
    "FrequencyEncoder",
    "HashingEncoder",
    "MultiHotEncoder",
    "OneHotEncoder",
    "OrdinalEncoder",
    "Shop",
    "SimpleImputer",
    "Split",
    "StandardScaler",
    "Table",
    "TableEncoder",
    "TargetEncoder",
    "TextEncoder",
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
