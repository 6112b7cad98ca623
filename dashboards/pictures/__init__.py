"""From an area detector's image to the bytes a browser paints: reduced to the pixels of its screen, encoded once for all who look
at the same, handed out over a channel of its own, one picture at a time.
"""
