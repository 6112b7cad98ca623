"""The decorators for kernels, as everywhere in the project."""

from monitor.kernel import kernel, summing_kernel

__all__ = ["kernel", "summing_kernel"]
