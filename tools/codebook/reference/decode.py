"""A second decoder of the embedding codec, written from docs/CODEC.md alone.

Slow and plain, in Python's standard library: it is there to prove the page, and to read files of
`npm run codec` where there is no JavaScript. Numbers in brackets name sections of the page.
"""

import argparse
import json
import math
import struct
import sys

from codebook import ONE, Codebook, Refused, float32, log2, nearest, require
from entropy import Adaptive, RangeDecoder

LARGEST = 3.4028234663852886e38


# The message [6]


def step_of(index):
    root = 0.5
    for _ in range(8):
        root = math.sqrt(root)
    step = 1.0
    for _ in range(index % 256):
        step *= root
    return step / 2 ** (index // 256)


def decode_message(book, message, count, references=(), unbiased=False):
    """Rows of reals that are 32-bit floats."""
    require(len(message) >= 2, "the message is shorter than its header")
    (word,) = struct.unpack_from(">H", message)
    upload = bool(word & 0x2000)
    require(word & 0xD000 == 0 and len(message) >= (6 if upload else 2), "this is no header")
    step = step_of(word & 0xFFF)
    seed = struct.unpack_from(">I", message, 2)[0] if upload else 0
    coder = RangeDecoder(message[6 if upload else 2 :])
    norms = Adaptive([250, 4, 1, 1], 24)
    kinds = Adaptive([8, 1, 16, 3] if references else [28, 1, 0, 3], 6)
    distances = [abs(scale - 12) for scale in range(24)]
    scales = Adaptive([8 if n <= 1 else 4 if n <= 3 else 1 for n in distances], 8)
    earlier, rows = [], []
    for t in range(count):
        length = read_length(coder, norms.decode(coder))
        if length == 0:
            rows.append([0.0] * book.d)
            continue
        kind = kinds.decode(coder)
        scale = 8 if kind == 0 else scales.decode(coder)
        if kind <= 1:
            prediction = book.class_vector(coder.table(book.class_frequencies))
        elif kind == 2:
            prediction = references[coder.uniform(len(references))]
        else:
            require(earlier, "there is no earlier vector")
            prediction = earlier[-1 - coder.uniform(min(64, len(earlier)))]
        variances = [variance * 2.0 ** (8 - scale) for variance in book.variances]
        if upload:
            best, raw = read_upload(book, coder, variances, step, seed, t)
        else:
            best = raw = read_download(book, coder, variances, step)
        unit = book.add_inverse(best, prediction)
        earlier.append(unit)
        result = book.add_inverse(raw, prediction) if unbiased else unit
        rows.append([float32(max(-LARGEST, min(LARGEST, v * length))) for v in result])
    coder.finish()
    return rows


def read_length(coder, kind):
    if kind == 0:
        return 1.0
    if kind == 3:
        return 0.0
    exponent = coder.uniform(4) - 3 if kind == 1 else coder.uniform(384) - 192
    return (1 + (coder.uniform(64) + 0.5) / 64) * 2.0**exponent


# Download mode [7]


def read_download(book, coder, variances, step):
    values, state, top = [0.0] * book.d, 0, book.max_symbol
    for i, variance in enumerate(variances):
        sigma = nearest(2 * log2(variance / (step * step))) + 16
        sigma = max(0, min(book.sigma_classes - 1, sigma))
        if sigma <= 2:
            break
        quantizer = state & 1
        frequencies, centroids = book.tables[quantizer][sigma]
        k = coder.table(frequencies) - top
        if abs(k) < top:
            values[i] = centroids[k + top] / 512 * step
        else:
            sign = 1 if k > 0 else -1
            k += sign * coder.escape()
            values[i] = (2 * k - quantizer * sign) * step
        state = book.next_state(state, k)
    return values


# Upload mode [8]


def read_upload(book, coder, variances, step, seed, t):
    best, raw, state = [], [], 0
    level = step * step / 4
    for variance, (offset, sign) in zip(variances, dither(seed, t, book.d)):
        noise = 2 * level / (1 + math.sqrt(1 + 4 * level / variance))
        own_step = math.sqrt(3 * noise * book.gain)
        ratio = own_step / math.sqrt(variance + noise)
        quantizer = state & 1

        def start(k):
            if k == -31:
                return 0
            if k == 32:
                return ONE
            return k + 31 + math.floor(32705 * phi(book, (2 * k + (quantizer - 1 - offset)) * ratio))

        share, k = coder.share(), -31
        while start(k + 1) <= share:
            k += 1
        coder.consume(start(k), start(k + 1))
        if abs(k) == 31:
            k += (1 if k > 0 else -1) * coder.escape()
        value = sign * (2 * k + quantizer - offset) * own_step
        raw.append(value)
        best.append(value * (variance / (variance + noise)))
        state = book.next_state(state, k)
    return best, raw


def phi(book, x):
    a = abs(x) * 128
    if a < 1024:
        j = math.floor(a)
        low, high = book.normal[j], book.normal[j + 1]
        half = (low + (high - low) * (a - j)) / (1 << 24)
    else:
        half = book.normal[1024] / (1 << 24)
    return 0.5 - half if x < 0 else 0.5 + half


# The dither [9]

MASK = 0xFFFFFFFF


def mix(h):
    h = (h ^ h >> 16) * 0x85EBCA6B & MASK
    h = (h ^ h >> 13) * 0xC2B2AE35 & MASK
    return h ^ h >> 16


def rotl(word, bits):
    return (word << bits | word >> (32 - bits)) & MASK


def dither(seed, t, count):
    a, b, c, e = (
        mix(mix(seed ^ n * 0x9E3779B9 & MASK) ^ (t + 1) * 0x85EBCA77 & MASK) for n in range(1, 5)
    )
    for _ in range(count):
        word = rotl(5 * b & MASK, 7) * 9 & MASK
        f = b << 9 & MASK
        c ^= a
        e ^= b
        b ^= c
        a ^= e
        c ^= f
        e = rotl(e, 11)
        yield (word >> 1) * 2.0**-29, -1.0 if word & 1 else 1.0


# Files of `npm run codec` [10], and messages one a line


def decode_file(book, data, unbiased):
    require(data[:4] == book.id[:4], "the file was coded with another codebook")
    count, at = 0, 4
    for group in range(4):
        require(at < len(data), "the file ends in its head")
        byte, at = data[at], at + 1
        count |= (byte & 127) << 7 * group
        if byte < 128:
            require(count <= 1 << 20, "a message holds no more than 2^20 vectors")
            return decode_message(book, data[at:], count, (), unbiased)
    raise Refused("the number of vectors is too large")


def rows_to_bytes(rows):
    return b"".join(struct.pack(f"<{len(row)}f", *row) for row in rows)


def decode_line(book, line):
    """{"message", "count", "references", "unbiased"}, bytes in hexadecimal, to rows or null."""
    case = json.loads(line)
    form = f"<{book.d}f"
    references = [struct.unpack(form, bytes.fromhex(text)) for text in case["references"]]
    message = bytes.fromhex(case["message"])
    try:
        rows = decode_message(book, message, case["count"], references, case["unbiased"])
    except Refused:
        return "null"
    return json.dumps(rows_to_bytes(rows).hex())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codebook", required=True, metavar="FILE")
    parser.add_argument("--in", dest="source", metavar="FILE", help="a file of `npm run codec`")
    parser.add_argument("--out", metavar="FILE", help="rows of little-endian 32-bit floats")
    parser.add_argument("--unbiased", action="store_true", help="without shrinkage, for sums")
    parser.add_argument(
        "--lines", action="store_true", help="decode messages from stdin instead, one JSON a line"
    )
    options = parser.parse_args()
    with open(options.codebook, "rb") as file:
        book = Codebook(file.read())
    if options.lines:
        for line in sys.stdin:
            print(decode_line(book, line))
        return
    if options.source is None or options.out is None:
        parser.error("--in and --out, or --lines")
    with open(options.source, "rb") as file:
        rows = decode_file(book, file.read(), options.unbiased)
    with open(options.out, "wb") as file:
        file.write(rows_to_bytes(rows))


if __name__ == "__main__":
    try:
        main()
    except (Refused, OSError) as refusal:
        sys.exit(f"error: {refusal}")
