"""LCLS-II bytes to fields: headers, the walk, the blocks of names, decode, columns, dump, write.

Files of this kind describe themselves: what a payload holds is said by a block of names in the Configure before it.
"""
