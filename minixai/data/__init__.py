"""Tables: read, typed, encoded, split, checked; and a synthetic shop with known truth."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minixai.data.array_splitting import train_test_split as train_test_split
    from minixai.data.behaviour import BehaviourFeatures as BehaviourFeatures
    from minixai.data.binning import Binner as Binner
    from minixai.data.calendar_encoding import DatetimeEncoder as DatetimeEncoder
    from minixai.data.checks import check_leak as check_leak
    from minixai.data.checks import check_table as check_table
    from minixai.data.column import Column as Column
    from minixai.data.cross_validation import CrossValidation as CrossValidation
    from minixai.data.cross_validation import cross_validate as cross_validate
    from minixai.data.distribution_checks import check_distributions as check_distributions
    from minixai.data.drift_checks import check_drift as check_drift
    from minixai.data.feature_selection import FeatureSelection as FeatureSelection
    from minixai.data.feature_selection import select_features as select_features
    from minixai.data.fold_comparison import FoldComparison as FoldComparison
    from minixai.data.frequency_encoding import FrequencyEncoder as FrequencyEncoder
    from minixai.data.hash_encoding import HashingEncoder as HashingEncoder
    from minixai.data.imputation import SimpleImputer as SimpleImputer
    from minixai.data.leak_hints import check_leak_hints as check_leak_hints
    from minixai.data.log_transform import LogTransformer as LogTransformer
    from minixai.data.missing_indicator import MissingIndicator as MissingIndicator
    from minixai.data.missing_pattern import MissingMap as MissingMap
    from minixai.data.missing_pattern import missing_map as missing_map
    from minixai.data.multi_hot_encoding import MultiHotEncoder as MultiHotEncoder
    from minixai.data.neighbor_imputation import NeighborImputer as NeighborImputer
    from minixai.data.one_hot_encoding import OneHotEncoder as OneHotEncoder
    from minixai.data.ordinal_encoding import OrdinalEncoder as OrdinalEncoder
    from minixai.data.outlier_table import OutlierTable as OutlierTable
    from minixai.data.polynomial import PolynomialFeatures as PolynomialFeatures
    from minixai.data.power_transform import PowerTransformer as PowerTransformer
    from minixai.data.quantile_scaling import QuantileScaler as QuantileScaler
    from minixai.data.reading import is_movielens as is_movielens
    from minixai.data.reading import read_movielens as read_movielens
    from minixai.data.relation_checks import check_relations as check_relations
    from minixai.data.row_repetition import DuplicateRows as DuplicateRows
    from minixai.data.row_repetition import duplicate_rows as duplicate_rows
    from minixai.data.sample_size import LearningCurve as LearningCurve
    from minixai.data.sample_size import learning_curve as learning_curve
    from minixai.data.scaling import MinMaxScaler as MinMaxScaler
    from minixai.data.scaling import RobustScaler as RobustScaler
    from minixai.data.scaling import StandardScaler as StandardScaler
    from minixai.data.shop import Shop as Shop
    from minixai.data.shop import make_shop as make_shop
    from minixai.data.single_column import prediction_skill as prediction_skill
    from minixai.data.single_column import single_column_skills as single_column_skills
    from minixai.data.splitting import Split as Split
    from minixai.data.splitting import split_by_time as split_by_time
    from minixai.data.splitting import split_by_user as split_by_user
    from minixai.data.splitting import split_last_out as split_last_out
    from minixai.data.splitting import split_random as split_random
    from minixai.data.splitting import split_stratified as split_stratified
    from minixai.data.table import Table as Table
    from minixai.data.table_encoder import Encoded as Encoded
    from minixai.data.table_encoder import TableEncoder as TableEncoder
    from minixai.data.target_encoding import TargetEncoder as TargetEncoder
    from minixai.data.text_encoding import TextEncoder as TextEncoder
    from minixai.data.validation_folds import grouped_folds as grouped_folds
    from minixai.data.validation_folds import last_out_folds as last_out_folds
    from minixai.data.validation_folds import random_folds as random_folds
    from minixai.data.validation_folds import stratified_folds as stratified_folds
    from minixai.data.validation_folds import time_folds as time_folds
    from minixai.data.winsorizing import Winsorizer as Winsorizer
    from minixai.data.winsorizing import outliers as outliers

_HOME = {
    "BehaviourFeatures": "behaviour",
    "Binner": "binning",
    "Column": "column",
    "CrossValidation": "cross_validation",
    "DatetimeEncoder": "calendar_encoding",
    "DuplicateRows": "row_repetition",
    "Encoded": "table_encoder",
    "FeatureSelection": "feature_selection",
    "FoldComparison": "fold_comparison",
    "FrequencyEncoder": "frequency_encoding",
    "HashingEncoder": "hash_encoding",
    "LearningCurve": "sample_size",
    "LogTransformer": "log_transform",
    "MinMaxScaler": "scaling",
    "MissingIndicator": "missing_indicator",
    "MissingMap": "missing_pattern",
    "MultiHotEncoder": "multi_hot_encoding",
    "NeighborImputer": "neighbor_imputation",
    "OneHotEncoder": "one_hot_encoding",
    "OrdinalEncoder": "ordinal_encoding",
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
    "TargetEncoder": "target_encoding",
    "TextEncoder": "text_encoding",
    "Winsorizer": "winsorizing",
    "check_distributions": "distribution_checks",
    "check_drift": "drift_checks",
    "check_leak": "checks",
    "check_leak_hints": "leak_hints",
    "check_relations": "relation_checks",
    "check_table": "checks",
    "cross_validate": "cross_validation",
    "duplicate_rows": "row_repetition",
    "grouped_folds": "validation_folds",
    "is_movielens": "reading",
    "last_out_folds": "validation_folds",
    "learning_curve": "sample_size",
    "make_shop": "shop",
    "missing_map": "missing_pattern",
    "outliers": "winsorizing",
    "prediction_skill": "single_column",
    "random_folds": "validation_folds",
    "read_movielens": "reading",
    "select_features": "feature_selection",
    "single_column_skills": "single_column",
    "split_by_time": "splitting",
    "split_by_user": "splitting",
    "split_last_out": "splitting",
    "split_random": "splitting",
    "split_stratified": "splitting",
    "stratified_folds": "validation_folds",
    "time_folds": "validation_folds",
    "train_test_split": "array_splitting",
}

__all__ = [
    "BehaviourFeatures",
    "Binner",
    "Column",
    "CrossValidation",
    "DatetimeEncoder",
    "DuplicateRows",
    "Encoded",
    "FeatureSelection",
    "FoldComparison",
    "FrequencyEncoder",
    "HashingEncoder",
    "LearningCurve",
    "LogTransformer",
    "MinMaxScaler",
    "MissingIndicator",
    "MissingMap",
    "MultiHotEncoder",
    "NeighborImputer",
    "OneHotEncoder",
    "OrdinalEncoder",
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
    "TargetEncoder",
    "TextEncoder",
    "Winsorizer",
    "check_distributions",
    "check_drift",
    "check_leak",
    "check_leak_hints",
    "check_relations",
    "check_table",
    "cross_validate",
    "duplicate_rows",
    "grouped_folds",
    "is_movielens",
    "last_out_folds",
    "learning_curve",
    "make_shop",
    "missing_map",
    "outliers",
    "prediction_skill",
    "random_folds",
    "read_movielens",
    "select_features",
    "single_column_skills",
    "split_by_time",
    "split_by_user",
    "split_last_out",
    "split_random",
    "split_stratified",
    "stratified_folds",
    "time_folds",
    "train_test_split",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"minixai.data.{_HOME[name]}"), name)
    raise AttributeError(f"module 'minixai.data' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *globals()})
