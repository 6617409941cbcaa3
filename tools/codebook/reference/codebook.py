"""The codebook file of docs/CODEC.md, and the arithmetic that the decoder shares with it.

Numbers in brackets name sections of the page.
"""

import hashlib
import math
import struct
from array import array

ONE = 1 << 15


class Refused(Exception):
    """The bytes are not what the page describes."""


def require(condition, what):
    if not condition:
        raise Refused(what)


# Arithmetic [4]


def float32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def nearest(x):
    below = math.floor(x)
    return below + 1 if x - below >= 0.5 else below


def log2(x):
    mantissa, exponent = math.frexp(max(x, 2.3e-308))
    m, e = 2 * mantissa, exponent - 1
    if m > 1.4142135623730951:
        m, e = m / 2, e + 1
    t = (m - 1) / (m + 1)
    u = t * t
    s = 1 + u * (1 / 3 + u * (1 / 5 + u * (1 / 7 + u * (1 / 9 + u * (1 / 11 + u / 13)))))
    return e + (2 * t * s) / 0.6931471805599453


# The codebook file [5]


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, form, count):
        length = struct.calcsize("<" + form) * count
        require(self.at + length <= len(self.data), "the codebook ends too early")
        values = struct.unpack_from(f"<{count}{form}", self.data, self.at)
        self.at += length
        return list(values)

    def one(self, form, low, high):
        (value,) = self.take(form, 1)
        require(low <= value <= high, f"{value} is outside {low} to {high}")
        return value

    def text(self):
        (length,) = self.take("B", 1)
        letters = bytes(self.take("B", length))
        require(all(0x20 <= letter <= 0x7E for letter in letters), "a name is not ASCII")
        return letters.decode("ascii")

    def floats(self, count, low):
        values = self.take("f", count)
        require(all(low <= value < 1e6 for value in values), "a float is out of bounds")
        return values

    def frequencies(self, count):
        values = self.take("H", count)
        require(min(values) >= 1 and sum(values) == ONE, "frequencies do not add up")
        return values


class Codebook:
    def __init__(self, data):
        reader = Reader(data)
        require(bytes(reader.take("B", 4)) == b"OTVC", "this is no codebook")
        require(reader.take("B", 1) == [1], "the codebook has another version")
        self.space = [reader.text() for _ in range(4)]
        self.d = reader.one("H", 1, 4096)
        count = reader.one("H", 1, 4096)
        self.states = 1 << reader.one("B", 2, 8)
        self.h0, self.h1 = reader.take("H", 2)
        require(self.states <= self.h0 < 2 * self.states and self.h0 & 1, "h0 is unusable")
        require(0 < self.h1 < self.states and not self.h1 & 1, "h1 is unusable")
        self.gain = reader.one("H", 4096, 8192) / 4096
        self.sigma_classes = reader.one("B", 1, 64)
        self.max_symbol = reader.one("B", 2, 63)
        scales = reader.floats(self.d, 0)
        self.axes = [
            array("d", (float32(value * scale) for value in reader.take("b", self.d)))
            for scale in scales
        ]
        self.variances = reader.floats(self.d, 1e-12)
        falling = zip(self.variances, self.variances[1:])
        require(all(a >= b for a, b in falling), "the variances do not fall")
        mean_scales = reader.floats(self.d, 0)
        packed = reader.take("B", (count * self.d + 1) // 2)
        halves = [half for byte in packed for half in (byte & 15, byte >> 4)]
        self.means = [
            [float32((halves[j * self.d + k] - 8) * mean_scales[k]) for k in range(self.d)]
            for j in range(count)
        ]
        self.class_frequencies = reader.frequencies(count)
        entries = 2 * self.max_symbol + 1
        self.tables = [
            [(reader.frequencies(entries), reader.take("h", entries)) for _ in range(self.sigma_classes)]
            for _ in range(2)
        ]
        self.normal = reader.take("I", 1025)
        rising = zip(self.normal, self.normal[1:])
        require(all(a <= b for a, b in rising) and self.normal[-1] <= 1 << 23, "normal is unusable")
        require(reader.at == len(data), "bytes are left behind the codebook")
        self.id = hashlib.sha256(data).digest()[:8]
        self.class_vectors = {}

    def add_inverse(self, coordinates, vector):
        used = [k for k in range(self.d) if coordinates[k] != 0]
        result = list(vector)
        for n in range(0, len(used) - 1, 2):
            p, q = used[n], used[n + 1]
            cp, cq, ap, aq = coordinates[p], coordinates[q], self.axes[p], self.axes[q]
            result = [v + (cp * x + cq * y) for v, x, y in zip(result, ap, aq)]
        if len(used) % 2 == 1:
            cp, ap = coordinates[used[-1]], self.axes[used[-1]]
            result = [v + cp * x for v, x in zip(result, ap)]
        return result

    def class_vector(self, j):
        if j not in self.class_vectors:
            self.class_vectors[j] = self.add_inverse(self.means[j], [0.0] * self.d)
        return self.class_vectors[j]

    def next_state(self, state, symbol):
        to = state >> 1
        if state & 1:
            to ^= self.h0 >> 1
        if symbol & 1:
            to ^= self.h1 >> 1
        return to
