"""Tables: read, typed, encoded, split, checked; and a synthetic shop with known truth."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minixai.data.binning import Binner as Binner
    from minixai.data.checks import check_leak as check_leak
    from minixai.data.checks import check_table as check_table
    from minixai.data.column import Column as Column
    from minixai.data.imputation import SimpleImputer as SimpleImputer
    from minixai.data.log_transform import LogTransformer as LogTransformer
    from minixai.data.neighbor_imputation import NeighborImputer as NeighborImputer
    from minixai.data.outlier_table import OutlierTable as OutlierTable
    from minixai.data.polynomial import PolynomialFeatures as PolynomialFeatures
    from minixai.data.power_transform import PowerTransformer as PowerTransformer
    from minixai.data.quantile_scaling import QuantileScaler as QuantileScaler
    from minixai.data.reading import is_movielens as is_movielens
    from minixai.data.reading import read_movielens as read_movielens
    from minixai.data.row_repetition import DuplicateRows as DuplicateRows
    from minixai.data.row_repetition import duplicate_rows as duplicate_rows
    from minixai.data.scaling import MinMaxScaler as MinMaxScaler
    from minixai.data.scaling import RobustScaler as RobustScaler
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
    from minixai.data.winsorizing import Winsorizer as Winsorizer
    from minixai.data.winsorizing import outliers as outliers

_HOME = {
    "Binner": "binning",
    "Column": "column",
    "DuplicateRows": "row_repetition",
    "Encoded": "table_encoder",
    "LogTransformer": "log_transform",
    "MinMaxScaler": "scaling",
    "NeighborImputer": "neighbor_imputation",
    "OutlierTable": "outlier_table",
    "PolynomialFeatures": "polynomial",
    "PowerTransformer": "power_transform",
    "QuantileScaler": "quantile_scaling",
    "RobustScaler": "scaling",
    "Shop": "shop",
    "SimpleImputer": "imputation",
    "Split": "splitting",
    "StandardScaler": "scaling",
    "Table": "table",
    "TableEncoder": "table_encoder",
    "Winsorizer": "winsorizing",
    "check_leak": "checks",
    "check_table": "checks",
    "duplicate_rows": "row_repetition",
    "is_movielens": "reading",
    "make_shop": "shop",
    "outliers": "winsorizing",
    "prediction_skill": "single_column",
    "read_movielens": "reading",
    "single_column_skills": "single_column",
    "split_by_user": "splitting",
    "split_random": "splitting",
    "split_stratified": "splitting",
}

__all__ = [
    "Binner",
    "Column",
    "DuplicateRows",
    "Encoded",
    "LogTransformer",
    "MinMaxScaler",
    "NeighborImputer",
    "OutlierTable",
    "PolynomialFeatures",
    "PowerTransformer",
    "QuantileScaler",
    "RobustScaler",
    "Shop",
    "SimpleImputer",
    "Split",
    "StandardScaler",
    "Table",
    "TableEncoder",
    "Winsorizer",
    "check_leak",
    "check_table",
    "duplicate_rows",
    "is_movielens",
    "make_shop",
    "outliers",
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
