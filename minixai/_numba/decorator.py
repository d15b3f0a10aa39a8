"""``kernel``: compile a loop on its first call, keep the machine code, or run it as Python.

A decorated function is a light object until it is called; numba is imported then. Inside other
kernels it is found through ``_numba_type_``, which numba asks of every global it meets.

Machine code is kept in ``minixai-<version>-<hash>`` under NUMBA_CACHE_DIR or the user's cache
folder. The hash covers every file of the package that holds a kernel: numba itself checks only
the file of the function called, and returns stale numbers when a function that it calls has
changed elsewhere. Constants that a kernel reads belong to its stamp, for the same reason. Without
a folder that is ours alone (the files are as powerful as code) nothing is kept; damaged files are
compiled anew. No setting of numba is changed, so other libraries keep theirs.

With MINIXAI_NUMBA=0, or where numba cannot be imported, the same function runs as plain Python,
with floating point errors passed over as compiled code does.
"""

import functools
import hashlib
import os
import re
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, overload

import numpy as np

__all__ = ["Kernel", "is_compiled", "kernel"]

P = ParamSpec("P")
R = TypeVar("R")

_HARMLESS = frozenset({"arcp", "contract", "nsz"})
_REASSOCIATING = frozenset({"contract", "nsz", "reassoc"})
_KEPT_FOLDERS = 10
_PACKAGE = Path(__file__).resolve().parent.parent
_LOCK = threading.RLock()


class Kernel(Generic[P, R]):
    """Stands for a function; compiled on its first call, also inside other kernels.

    Parameters
    ----------
    function : callable
        Explicit loops over C-contiguous arrays and scalars.
    options : dict
        Options of ``numba.njit`` beyond nogil and the error model.
    """

    def __init__(self, function: Callable[P, R], options: dict[str, Any]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._options = {"nogil": True, "error_model": "numpy", **options}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = self.compiled(*args, **kwargs)
        return result

    def __reduce__(self) -> str:
        name: str = self._function.__qualname__
        return name  # pickled by name, like a function

    @functools.cached_property
    def compiled(self) -> Callable[P, R]:
        """What a call runs: numba's dispatcher, or the plain function where there is none."""
        with _LOCK:
            tools = _tools()
            if tools is None:
                return self._plain
            njit, new_cache = tools
            dispatcher: Any = njit(**self._options)(self._function)
            if dispatcher is self._function:  # NUMBA_DISABLE_JIT gives it back
                return self._plain
            if new_cache is not None and _PACKAGE in _file_of(self._function).parents:
                dispatcher._cache = new_cache(self._function)
            compiled: Callable[P, R] = dispatcher
            return compiled

    def _plain(self, *args: P.args, **kwargs: P.kwargs) -> R:
        with np.errstate(all="ignore"):
            return self._function(*args, **kwargs)

    @property
    def _numba_type_(self) -> Any:
        dispatcher: Any = self.compiled
        return dispatcher._numba_type_


@overload
def kernel(function: Callable[P, R]) -> Kernel[P, R]: ...
@overload
def kernel(
    *, fastmath: Collection[str] = (), reassociate: str = ""
) -> Callable[[Callable[P, R]], Kernel[P, R]]: ...
def kernel(function: Any = None, *, fastmath: Collection[str] = (), reassociate: str = "") -> Any:
    """Mark a function as a kernel: nogil, serial, divisions as in NumPy.

    Parameters
    ----------
    function : callable, optional
        The function, when the decorator is used without arguments.
    fastmath : collection of {"arcp", "contract", "nsz"}, optional
        Freedoms that leave NaN, infinities and the order of sums alone: reciprocals,
        multiply-adds, the sign of zero.
    reassociate : str, optional
        Why this kernel may sum in another order. The default "" forbids it. Any reason allows
        it, with multiply-adds: sums become vectors, and their bits differ between processors.

    Returns
    -------
    Kernel
        A callable with the same arguments.

    Raises
    ------
    ValueError
        A flag is unknown, breaks NaN, or reassociates without a reason.
    """
    flags = set(fastmath) if not isinstance(fastmath, (str, bool)) else {str(fastmath)}
    if flags - _HARMLESS:
        raise ValueError(
            f"`fastmath` may hold {', '.join(sorted(_HARMLESS))}, got "
            f"{', '.join(sorted(flags - _HARMLESS))}: NaN must stay NaN; for another order of "
            "sums give `reassociate` a reason."
        )
    if not isinstance(reassociate, str):
        raise ValueError(f"`reassociate` must be the reason, in words, got {reassociate!r}.")
    flags |= _REASSOCIATING if reassociate else set()
    options = {"fastmath": flags} if flags else {}
    if function is None:
        return lambda function: Kernel(function, options)
    return Kernel(function, options)


def is_compiled() -> bool:
    """Whether kernels run as machine code here; False means plain Python, about 100x slower."""
    with _LOCK:
        tools = _tools()
    return tools is not None and not _jit_is_disabled()


def _jit_is_disabled() -> bool:
    from numba import config

    return bool(config.DISABLE_JIT)


@functools.cache
def _tools() -> tuple[Any, Any] | None:
    """(njit, maker of caches or None), or None where kernels stay plain Python."""
    if os.environ.get("MINIXAI_NUMBA") == "0":
        return None
    try:
        from numba import config, njit
        from numba.core import caching
    except (ImportError, OSError):
        return None
    from minixai._numba.borrowing import install as install_borrowing
    from minixai._numba.elementary import install as install_elementary
    from minixai._numba.integer_product import install as install_integer_product
    from minixai._numba.path_polynomial import install as install_path_polynomial
    from minixai._numba.point_polynomial import install as install_point_polynomial
    from minixai._numba.product import install as install_product

    install_borrowing()
    install_elementary()
    install_integer_product()
    install_path_polynomial()
    install_point_polynomial()
    install_product()
    folder = _cache_folder(config.CACHE_DIR)
    return njit, None if folder is None else _cache_class(caching, folder)


def _cache_class(caching: Any, folder: Path) -> Any:
    """Numba's cache of one function, told where its files lie and made to heal."""

    class Locator(caching.UserProvidedCacheLocator):  # type: ignore[misc]
        def __init__(self, function: Any) -> None:
            self._py_file, self._function = str(_file_of(function)), function
            self._lineno = function.__code__.co_firstlineno

        def get_cache_path(self) -> str:
            parts = Path(self._py_file).parent.relative_to(_PACKAGE).parts
            return str(folder / ".".join(("minixai", *parts)))

        def get_source_stamp(self) -> str:
            return hashlib.sha256("\n".join(_constants(self._function, set())).encode()).hexdigest()

    class Files(caching.CompileResultCacheImpl):  # type: ignore[misc]
        def __init__(self, function: Any) -> None:
            self._locator, self._lineno = Locator(function), function.__code__.co_firstlineno
            name = f"{_file_of(function).stem}.{function.__qualname__}"
            self._filename_base = self.get_filename_base(name, getattr(sys, "abiflags", ""))

    class Cache(caching.FunctionCache):  # type: ignore[misc]
        _impl_class = Files

        def load_overload(self, *arguments: Any) -> Any:
            try:
                return super().load_overload(*arguments)
            except Exception:  # whatever a damaged file may raise: start its index anew
                with suppress(Exception):
                    self.flush()
                return None

        def save_overload(self, *arguments: Any) -> None:
            with suppress(Exception):  # full disk, folder gone, read-only: work goes on uncached
                super().save_overload(*arguments)

    return Cache


def _file_of(function: Any) -> Path:
    return Path(function.__code__.co_filename).resolve()


def _constants(function: Any, seen: set[Any]) -> Iterator[str]:
    """Every number, text or array that a kernel, or one it calls, reads from its module."""
    seen.add(function)
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, Kernel) and value._function not in seen:
            yield from _constants(value._function, seen)
        elif isinstance(value, np.ndarray):
            digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
            yield f"{function.__qualname__}.{name} = {value.dtype} {value.shape} {digest}"
        elif isinstance(value, (int, float, str, tuple, np.generic)):
            yield f"{function.__qualname__}.{name} = {value!r}"


def _cache_folder(numba_folder: str) -> Path | None:
    """The folder for this state of the kernel files, or None where there can be none."""
    base = _cache_base(numba_folder)
    if base is None or not _PACKAGE.is_dir():
        return None
    from minixai import __version__

    folder = base / f"minixai-{__version__}-{_kernel_hash()}"
    try:
        is_new = not folder.exists()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours_alone(folder):
            return None
    except OSError:
        return None
    with suppress(OSError):
        os.utime(folder)  # marks the folder as used
        if is_new:
            _prune(base, folder)
    return folder


def _cache_base(numba_folder: str) -> Path | None:
    if numba_folder:
        return Path(numba_folder).absolute()
    home = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    user = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    base = Path(user or os.path.expanduser(home))
    return base if base.is_absolute() else None  # "~" stays where there is no home


def _kernel_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        text = path.read_bytes()
        if b"@kernel" in text or path.parent.name == "_numba":
            digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + text + b"\0")
    return digest.hexdigest()[:16]


def _is_ours_alone(folder: Path) -> bool:
    """Whether nobody else can write here; what has been opened wider is closed again."""
    if sys.platform == "win32":
        return True
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.getuid():
        return False
    if status.st_mode & 0o077:
        folder.chmod(0o700)
    return True


def _prune(base: Path, current: Path) -> None:
    """Remove the folders of older states but for the last few used."""
    import shutil

    pattern = re.compile(r"minixai-[\w.+!]+-[0-9a-f]{16}")
    old = [path for path in base.iterdir() if pattern.fullmatch(path.name) and path != current]
    old = [path for path in old if path.is_dir() and not path.is_symlink()]
    old.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in old[_KEPT_FOLDERS - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
