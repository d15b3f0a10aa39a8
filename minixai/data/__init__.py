"""Tables: read, typed, encoded, split, checked; and a synthetic shop with known truth."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minixai.data.array_splitting import train_test_split as train_test_split
    from minixai.data.behaviour import BehaviourFeatures as BehaviourFeatures
    from minixai.data.checks import check_leak as check_leak
    from minixai.data.checks import check_table as check_table
    from minixai.data.column import Column as Column
    from minixai.data.cross_validation import CrossValidation as CrossValidation
    from minixai.data.cross_validation import cross_validate as cross_validate
    from minixai.data.fold_comparison import FoldComparison as FoldComparison
    from minixai.data.imputation import SimpleImputer as SimpleImputer
    from minixai.data.missing_pattern import MissingMap as MissingMap
    from minixai.data.missing_pattern import missing_map as missing_map
    from minixai.data.reading import is_movielens as is_movielens
    from minixai.data.reading import read_movielens as read_movielens
    from minixai.data.sample_size import LearningCurve as LearningCurve
    from minixai.data.sample_size import learning_curve as learning_curve
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
    from minixai.data.validation_folds import grouped_folds as grouped_folds
    from minixai.data.validation_folds import last_out_folds as last_out_folds
    from minixai.data.validation_folds import random_folds as random_folds
    from minixai.data.validation_folds import stratified_folds as stratified_folds
    from minixai.data.validation_folds import time_folds as time_folds

_HOME = {
    "BehaviourFeatures": "behaviour",
    "Column": "column",
    "CrossValidation": "cross_validation",
    "Encoded": "table_encoder",
    "FoldComparison": "fold_comparison",
    "LearningCurve": "sample_size",
    "MissingMap": "missing_pattern",
    "Shop": "shop",
    "SimpleImputer": "imputation",
    "Split": "splitting",
    "StandardScaler": "scaling",
    "Table": "table",
    "TableEncoder": "table_encoder",
    "check_leak": "checks",
    "check_table": "checks",
    "cross_validate": "cross_validation",
    "grouped_folds": "validation_folds",
    "is_movielens": "reading",
    "last_out_folds": "validation_folds",
    "learning_curve": "sample_size",
    "make_shop": "shop",
    "missing_map": "missing_pattern",
    "prediction_skill": "single_column",
    "random_folds": "validation_folds",
    "read_movielens": "reading",
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
    "Column",
    "CrossValidation",
    "Encoded",
    "FoldComparison",
    "LearningCurve",
    "MissingMap",
    "Shop",
    "SimpleImputer",
    "Split",
    "StandardScaler",
    "Table",
    "TableEncoder",
    "check_leak",
    "check_table",
    "cross_validate",
    "grouped_folds",
    "is_movielens",
    "last_out_folds",
    "learning_curve",
    "make_shop",
    "missing_map",
    "prediction_skill",
    "random_folds",
    "read_movielens",
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
