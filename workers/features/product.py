"""Products of traces with a fixed matrix, where an event's result must not depend, to the last bit, on those beside it."""

import numpy as np

from workers.features.trace import Floats
from workers.kernel import summing_kernel


def products(rows: Floats, vectors: Floats) -> Floats:
    """Scalar product of each row with each vector, shape (rows, vectors); NaN where a row has one."""
    found = np.empty((len(rows), len(vectors)))
    multiply(np.ascontiguousarray(rows), np.ascontiguousarray(vectors), found)
    return found


@summing_kernel
def multiply(rows: Floats, vectors: Floats, found: Floats) -> None:
    """Fill ``found[i, k]`` with the sum over j of ``rows[i, j] * vectors[k, j]``."""
    # A matrix product of the linear algebra library takes other paths for one row than for many.
    for i in range(len(rows)):
        for k in range(len(vectors)):
            total = 0.0
            for j in range(rows.shape[1]):
                total += rows[i, j] * vectors[k, j]
            found[i, k] = total


def warm() -> None:
    """Compile the kernel."""
    products(np.zeros((1, 2)), np.zeros((1, 2)))
