"""``kernel``: compile a function on its first call, cached on disk, or run it as plain Python."""

import functools
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, overload

import numpy as np

__all__ = ["kernel"]

P = ParamSpec("P")
R = TypeVar("R")
_LOCK = threading.RLock()
_ROOT = Path(__file__).parent.parent


def _cache_folder(base: str) -> str | None:
    digest = hashlib.sha256()
    for path in sorted(_ROOT.rglob("*.py")):
        text = path.read_bytes()
        if b"@kernel" in text or b"@overload" in text:
            digest.update(text)
    import minixai

    version = getattr(minixai, "__version__", "0")
    home = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    user = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    base = os.path.abspath(base) if base else user or os.path.expanduser(home)
    folder = os.path.join(base, f"minixai-{version}-{digest.hexdigest()[:16]}")
    with suppress(OSError):
        if os.path.isabs(folder):
            os.makedirs(folder, mode=0o700, exist_ok=True)
            return folder
    return None


@functools.cache
def _tools() -> tuple[Any, Any] | None:
    try:
        if os.environ.get("MINIXAI_NUMBA") == "0":
            return None
        from numba import config, njit
        from numba.core import caching
    except (ImportError, OSError):
        return None
    from minixai._numba import integer_product, product

    sys.modules["minixai._numba.product"].install()
    sys.modules["minixai._numba.integer_product"].install()
    folder = _cache_folder(config.CACHE_DIR)

    class Locator(caching.UserProvidedCacheLocator):
        from_function = classmethod(lambda cls, func, file: cls(func, file))

        def get_cache_path(self):
            return os.path.join(folder, os.path.basename(os.path.dirname(self._py_file)))

    class Files(caching.CompileResultCacheImpl):
        _locator_classes = [Locator]

    class Cache(caching.FunctionCache):
        _impl_class = Files

        def load_overload(self, *args):
            try:
                return super().load_overload(*args)
            except Exception:
                with suppress(Exception):
                    self.flush()

        def save_overload(self, *args):
            with suppress(Exception):
                super().save_overload(*args)

    return njit, Cache if folder else None


class Kernel(Generic[P, R]):
    """Stands for a function; compiled on its first call, also inside other kernels."""

    def __init__(self, function: Callable[P, R], options: dict[str, Any]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._options = {"nogil": True, "error_model": "numpy", **options}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.compiled(*args, **kwargs)  # type: ignore[no-any-return]

    def __reduce__(self) -> str:
        return self.__qualname__  # type: ignore[attr-defined,no-any-return]

    @functools.cached_property
    def compiled(self) -> Any:
        with _LOCK:
            tools = _tools()
            if tools is None:
                return self._plain
            njit, cache = tools
            dispatcher = njit(**self._options)(self._function)
            if dispatcher is self._function:
                return self._plain
            if cache:
                dispatcher._cache = cache(self._function)
            return dispatcher

    def _plain(self, *args: P.args, **kwargs: P.kwargs) -> R:
        with np.errstate(all="ignore"):
            return self._function(*args, **kwargs)

    @property
    def _numba_type_(self) -> Any:
        return self.compiled._numba_type_


@overload
def kernel(function: Callable[P, R]) -> Kernel[P, R]: ...
@overload
def kernel(
    *, fastmath: Collection[str] = (), reassociate: str = ""
) -> Callable[[Callable[P, R]], Kernel[P, R]]: ...
def kernel(function: Any = None, *, fastmath: Collection[str] = (), reassociate: str = "") -> Any:
    flags = set(fastmath) | ({"reassoc", "contract", "nsz"} if reassociate else set())
    options = {"fastmath": flags} if flags else {}
    if function is None:
        return lambda function: Kernel(function, options)
    return Kernel(function, options)
