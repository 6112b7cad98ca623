"""The compiler is made ready by a kernel that is loaded."""

from monitor import kernel


def test_a_kernel_is_loaded_when_the_compiler_is_made_ready() -> None:
    kernel.make_ready()
    assert len(kernel.first_of.signatures) == 1
