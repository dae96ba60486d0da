"""A lottery that can be replayed."""

_64_BITS = (1 << 64) - 1


def draw(request_id: int, mission_id: int) -> int:
    """A 64-bit number that looks random, always the same for one request and one mission (splitmix64).

    It settles equal scores without favouring the oldest missions, and differs from one request to another.
    """
    x = (request_id * 0x9E3779B97F4A7C15 + mission_id) & _64_BITS
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _64_BITS
    x = (x ^ x >> 27) * 0x94D049BB133111EB & _64_BITS
    return x ^ x >> 31
