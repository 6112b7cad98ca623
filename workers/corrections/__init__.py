"""Arrays in, arrays out: pedestal, gain, common mode, mask. Kernels with plain twins."""
