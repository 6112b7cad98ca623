"""LCLS-I bytes to payloads and back: headers, the walk, the table of types, decode, encode, compression, names."""
