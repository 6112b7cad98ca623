"""What the office prepares before anybody looks."""

import subprocess
import sys

PATIENCE_S = 120

FIRST_PICTURE = """
import numpy as np
from dashboards.pictures.encode import encoded
from dashboards.pictures.office import warm_up
from dashboards.pictures.wish import Wish
from dashboards.reduce import picture
from dashboards.snapshot import Picture

KERNELS = picture.block_means, picture.sampled, picture.extent, picture.linear_levels, picture.log_levels

def compiled():
    return [len(kernel.signatures) for kernel in KERNELS]

warm_up()
before = compiled()
for came in (True, False):
    frame = np.ones((8, 8), np.float32)
    frame.flags.writeable = not came
    for scale in ("linear", "log"):
        for percentile in (0.0, 0.1):
            for size in ((2, 2), (4, 4), (8, 8)):
                wish = Wish(detector="d", scale=scale, percentile=percentile, size=size)
                encoded(Picture(frame, "", 1, {}, 0.0), wish)
print(compiled() == before)
"""


def test_the_first_picture_waits_for_no_compiler() -> None:
    # In a process of its own, where no other test has used the kernels.
    done = subprocess.run([sys.executable, "-c", FIRST_PICTURE], capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    assert (done.stdout.strip(), done.stderr) == ("True", "")
