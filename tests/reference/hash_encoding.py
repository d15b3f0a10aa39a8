"""FNV-1a and MurmurHash3's finaliser, one byte at a time, in Python's integers."""

BITS = 2**64


def fnv1a(content):
    """Return the 64-bit FNV-1a hash of some bytes."""
    value = 0xCBF29CE484222325
    for byte in content:
        value = (value ^ byte) * 0x100000001B3 % BITS
    return value


def mixed(value):
    """Return the finaliser's mix of 64 bits."""
    value ^= value >> 33
    value = value * 0xFF51AFD7ED558CCD % BITS
    value ^= value >> 33
    value = value * 0xC4CEB9FE1A85EC53 % BITS
    return value ^ value >> 33
