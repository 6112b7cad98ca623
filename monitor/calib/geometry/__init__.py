"""Where the pixels of a detector are: the facility's hierarchical geometry files, and what is computed from them.

``text`` reads and writes, ``tree`` holds the objects, ``coordinates`` places pixels in space, ``pixel_index`` in an image.
Lengths are micrometre, angles degree; the frame of a file is the facility's psana frame.
"""
