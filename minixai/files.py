"""Saving and loading: one door for every class, without pickle.

A file is an uncompressed zip: ``manifest.json`` (format, class name from a static
registry, the object's JSON part, and name, dtype, shape and sha256 of each array) and
one ``.npy`` member an array. An array that is mostly zeros is stored as a bit mask and
its non-zeros. Loading checks sizes, names, dtypes, shapes and digests before it builds
anything; it never imports a class named in a file and never unpickles.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import struct
import tempfile
import zipfile
import zlib
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from minixai.errors import DataError, FileFormatError, ParameterError
from minixai.protocols import Array

__all__ = ["check_overwrite", "load", "save", "size_of", "write_whole"]

FORMAT = "minixai/1"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,  # an encrypted member, a later zip version, nesting without end
    TypeError,
    ValueError,
)
"""What reading spoiled bytes may raise."""
MAX_BYTES = 1 << 30
"""Largest sum of member sizes that `load` reads."""
DTYPES = frozenset(["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "b1"])
REGISTRY = {
    "BehaviourFeatures": "minixai.data:BehaviourFeatures",
    "BiasBaseline": "minixai.recommend:BiasBaseline",
    "Binner": "minixai.data:Binner",
    "BoostedGAMClassifier": "minixai.tree:BoostedGAMClassifier",
    "BoostedGAMRegressor": "minixai.tree:BoostedGAMRegressor",
    "DatetimeEncoder": "minixai.data:DatetimeEncoder",
    "DecisionTreeClassifier": "minixai.tree:DecisionTreeClassifier",
    "DecisionTreeRegressor": "minixai.tree:DecisionTreeRegressor",
    "Explanation": "minixai.explanation:Explanation",
    "FrequencyEncoder": "minixai.data:FrequencyEncoder",
    "HashingEncoder": "minixai.data:HashingEncoder",
    "GradientBoostingClassifier": "minixai.tree:GradientBoostingClassifier",
    "GradientBoostingRegressor": "minixai.tree:GradientBoostingRegressor",
    "Importance": "minixai.importance:Importance",
    "Lasso": "minixai.linear:Lasso",
    "LassoCV": "minixai.linear:LassoCV",
    "LinearRegression": "minixai.linear:LinearRegression",
    "LinearSVM": "minixai.linear:LinearSVM",
    "LogTransformer": "minixai.data:LogTransformer",
    "LogisticRegression": "minixai.linear:LogisticRegression",
    "MLPClassifier": "minixai.neural:MLPClassifier",
    "MLPRegressor": "minixai.neural:MLPRegressor",
    "MinMaxScaler": "minixai.data:MinMaxScaler",
    "MissingIndicator": "minixai.data:MissingIndicator",
    "MultiHotEncoder": "minixai.data:MultiHotEncoder",
    "NeighborImputer": "minixai.data:NeighborImputer",
    "OneHotEncoder": "minixai.data:OneHotEncoder",
    "OrdinalEncoder": "minixai.data:OrdinalEncoder",
    "PolynomialFeatures": "minixai.data:PolynomialFeatures",
    "PowerTransformer": "minixai.data:PowerTransformer",
    "QuantileScaler": "minixai.data:QuantileScaler",
    "QuantizedClassifier": "minixai.compression:QuantizedClassifier",
    "QuantizedMarginClassifier": "minixai.compression:QuantizedMarginClassifier",
    "QuantizedRegressor": "minixai.compression:QuantizedRegressor",
    "RandomForestClassifier": "minixai.tree:RandomForestClassifier",
    "RandomForestRegressor": "minixai.tree:RandomForestRegressor",
    "RobustScaler": "minixai.data:RobustScaler",
    "SimpleImputer": "minixai.data:SimpleImputer",
    "StandardScaler": "minixai.data:StandardScaler",
    "TableEncoder": "minixai.data:TableEncoder",
    "TargetEncoder": "minixai.data:TargetEncoder",
    "TreeArrays": "minixai.tree_arrays:TreeArrays",
    "TextEncoder": "minixai.data:TextEncoder",
    "Winsorizer": "minixai.data:Winsorizer",
}


def save(thing: Any, path: Any) -> None:
    """Write ``thing`` to ``path`` whole or not at all.

    Parameters
    ----------
    thing : a fitted model, Explanation or Importance
    path : str or path

    Raises
    ------
    ParameterError
        An object of a class that has no place in the registry, or an unwritable path.
    """
    write_whole(path, _encoded(thing))


def size_of(thing: Any) -> int:
    """Return the number of bytes that `save` would write."""
    return len(_encoded(thing))


def load(path: Any) -> Any:
    """Read back what `save` wrote.

    Raises
    ------
    DataError
        No such file.
    FileFormatError
        A damaged file, a foreign one, or one written by a later format.
    """
    source = Path(path)
    if not source.is_file():
        raise DataError(f"No file at {str(source)!r}: check the path.")
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _checked_manifest(archive, source)
            arrays = {
                name: _read_array(archive, name, entry)
                for name, entry in manifest["arrays"].items()
            }
        module, _, class_name = REGISTRY[manifest["class"]].partition(":")
        return getattr(import_module(module), class_name)._from_state(manifest["meta"], arrays)
    except FileFormatError:
        raise
    except _DAMAGE as error:
        raise FileFormatError(
            f"{str(source)!r} is damaged or not a minixai file ({type(error).__name__}: {error})."
        ) from error


def write_whole(path: Any, content: bytes) -> None:
    """Write ``content`` through a temporary file beside ``path``: all of it or nothing."""
    target = _place(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except OSError as error:
        os.unlink(temporary)
        raise _unwritable(target, error) from error
    except BaseException:
        os.unlink(temporary)
        raise


def check_overwrite(path: Any, mark: bytes, kind: str, *, force: bool = False) -> None:
    """Raise `ParameterError` if a file may not be written to ``path``; write nothing.

    Parameters
    ----------
    path : str or path
    mark : bytes
        What stands in the first 2000 bytes of every file of the kind that may be overwritten.
    kind : str
        That kind in words, such as "a minixai report".
    force : bool
        Whether a file of another kind may be overwritten too.
    """
    target = _place(path)
    if force or not target.exists():
        return
    try:
        with target.open("rb") as file:
            start = file.read(2000)
    except OSError as error:
        raise ParameterError(
            f"Cannot read {str(target)!r} ({error.strerror}): choose another path."
        ) from error
    if start and mark not in start:
        raise ParameterError(
            f"{str(target)!r} exists and is not {kind}: choose another path, or "
            "overwrite it with `force=True` (on the command line `--force`)."
        )


def _place(path: Any) -> Path:
    """Return where a file may stand."""
    target = Path(path)
    if target.is_symlink():
        raise ParameterError(f"{str(target)!r} is a symbolic link: name the file itself.")
    if not target.parent.is_dir():
        raise ParameterError(f"There is no folder {str(target.parent)!r}: make it first.")
    if target.is_dir():
        raise ParameterError(f"{str(target)!r} is a folder: name a file in it.")
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(target: Path, error: OSError) -> ParameterError:
    return ParameterError(
        f"Cannot write {str(target)!r} ({error.strerror}): choose a path that you may write to."
    )


def _encoded(thing: Any) -> bytes:
    """Return the bytes of the file; the same object gives the same bytes."""
    name = type(thing).__name__
    place = f"{type(thing).__module__}:{name}"
    if name not in REGISTRY or not place.startswith(REGISTRY[name].partition(":")[0]):
        raise ParameterError(f"{place} cannot be saved: known are {sorted(REGISTRY)}.")
    meta, arrays = thing._to_state()
    entries: dict[str, Any] = {}
    members: list[tuple[str, bytes]] = []
    for key, array in arrays.items():
        entries[key], parts = _packed(key, np.ascontiguousarray(array))
        members += parts
    manifest = {"format": FORMAT, "class": name, "meta": meta, "arrays": entries}
    text = json.dumps(manifest, default=_plain, separators=(",", ":"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for member, content in [("manifest.json", text.encode()), *members]:
            archive.writestr(zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in a manifest")


def _packed(key: str, array: Array) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """Return the manifest entry of an array and its members, sparse where that is smaller."""
    if array.dtype.str[1:] not in DTYPES:
        raise ParameterError(f"Array {key!r} has dtype {array.dtype}: save numbers only.")
    dense = array.astype(array.dtype.newbyteorder("<"), copy=False)
    entry: dict[str, Any] = {"shape": list(array.shape), "dtype": array.dtype.str[1:]}
    parts = {f"{key}.npy": dense}
    mask = dense.ravel().view(f"u{dense.itemsize}") != 0  # by bits: -0.0 is not a plain zero
    if mask.sum() * dense.itemsize + mask.size // 8 + 256 < dense.nbytes:
        entry["packing"] = "mask"
        parts = {f"{key}.mask.npy": np.packbits(mask), f"{key}.npy": dense.ravel()[mask]}
    members = [(name, _npy(part)) for name, part in parts.items()]
    entry["sha256"] = hashlib.sha256(b"".join(content for _, content in members)).hexdigest()
    return entry, members


def _npy(array: Array) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _checked_manifest(archive: zipfile.ZipFile, source: Path) -> dict[str, Any]:
    total = sum(info.file_size for info in archive.infolist())
    if total > MAX_BYTES:
        raise FileFormatError(f"{str(source)!r} unpacks to {total} bytes, more than {MAX_BYTES}.")
    manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    if manifest["format"] != FORMAT:
        raise FileFormatError(
            f"{str(source)!r} has format {manifest['format']!r}, this version reads {FORMAT!r}: "
            "update minixai."
        )
    if manifest["class"] not in REGISTRY:
        raise FileFormatError(f"{str(source)!r} holds an unknown class {manifest['class']!r}.")
    wanted = {"manifest.json"}
    for name, entry in manifest["arrays"].items():
        wanted |= set(_members_of(name, entry))
    if wanted != set(archive.namelist()) or len(wanted) != len(archive.namelist()):
        raise FileFormatError(f"{str(source)!r} has other members than its manifest lists.")
    return manifest


def _members_of(name: str, entry: dict[str, Any]) -> list[str]:
    return (
        [f"{name}.mask.npy", f"{name}.npy"] if entry.get("packing") == "mask" else [f"{name}.npy"]
    )


def _read_array(archive: zipfile.ZipFile, name: str, entry: dict[str, Any]) -> Array:
    contents = [archive.read(member) for member in _members_of(name, entry)]
    if hashlib.sha256(b"".join(contents)).hexdigest() != entry["sha256"]:
        raise FileFormatError(f"Array {name!r} does not have the digest its manifest gives.")
    shape = tuple(entry["shape"])
    size = math.prod(shape)
    if entry["dtype"] not in DTYPES or any(n < 0 for n in shape) or size * 8 > 8 * MAX_BYTES:
        raise FileFormatError(f"Array {name!r} has a dtype or shape that is not allowed.")
    parts = [_from_npy(content, name) for content in contents]
    if parts[-1].dtype.str[1:] != entry["dtype"]:
        raise FileFormatError(f"Array {name!r} is {parts[-1].dtype}, not {entry['dtype']}.")
    if len(parts) == 2:
        mask = np.unpackbits(parts[0], count=size).astype(bool)
        dense = np.zeros(size, parts[1].dtype)
        dense[mask] = parts[1]
        return dense.reshape(shape)
    if parts[0].shape != shape:
        raise FileFormatError(f"Array {name!r} has shape {parts[0].shape}, not {shape}.")
    return parts[0]


def _from_npy(content: bytes, name: str) -> Array:
    if not content.startswith(b"\x93NUMPY"):
        raise FileFormatError(f"Array {name!r} is not a .npy member.")
    array = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return np.asarray(array, dtype=array.dtype.newbyteorder("="))
