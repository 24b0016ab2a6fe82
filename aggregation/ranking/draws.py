"""Reproducible normal draws in any language: a seed, a hash and the normal quantile."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Matrix = NDArray[np.float64]
DRAWS = 4_999
"""(DRAWS + 1) · 5 % is a whole number, so that a simulated 95 % quantile errs on no side."""


def uniforms(seed: str, rows: int, columns: int) -> Matrix:
    """Numbers in (0, 1), row by row, from SHAKE-256 on the seed (UTF-8).

    The output is read as little-endian 64-bit numbers x, each as ((x >> 11) + ½) / 2⁵³. The first
    rows of a larger matrix with as many columns are the smaller one.
    """
    words = np.frombuffer(hashlib.shake_256(seed.encode()).digest(8 * rows * columns), dtype="<u8")
    drawn = (words >> np.uint64(11)).astype(np.float64)
    return ((drawn + 0.5) * 2.0**-53).reshape(rows, columns)


@lru_cache(maxsize=16)
def normals(seed: str, rows: int, columns: int) -> Matrix:
    """Standard normal draws: the normal quantiles of `uniforms`. Not to be written to."""
    drawn: Matrix = ndtri(uniforms(seed, rows, columns))
    drawn.flags.writeable = False
    return drawn


def eigen_decomposition(covariance: Matrix) -> tuple[Matrix, Matrix]:
    """Eigenvalues and eigenvectors (columns) of a covariance matrix.

    Covariances that were estimated pair by pair may not fit together; negative eigenvalues are set
    to 0, which only adds variance.
    """
    values, vectors = np.linalg.eigh(covariance)
    return np.clip(values, 0.0, None), vectors
