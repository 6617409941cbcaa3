"""The range decoder of docs/CODEC.md, section 6, and its ways to give symbols their shares."""

from codebook import ONE, require


class RangeDecoder:
    def __init__(self, body):
        self.body = body
        self.at = 0
        self.code = 0
        self.range = (1 << 32) - 1
        for _ in range(4):
            self.shift()

    def shift(self):
        require(self.at < len(self.body) + 4, "the message ends inside a vector")
        self.code = self.code * 256 + (self.body[self.at] if self.at < len(self.body) else 0)
        self.at += 1

    def share(self):
        self.unit = self.range >> 15
        return min(self.code // self.unit, ONE - 1)

    def consume(self, start, end):
        self.code -= self.unit * start
        self.range = self.range - self.unit * start if end == ONE else self.unit * (end - start)
        while self.range < 1 << 24:
            self.range *= 256
            self.shift()

    def uniform(self, count):
        k = ((self.share() + 1) * count - 1) >> 15
        self.consume(k * ONE // count, (k + 1) * ONE // count)
        return k

    def table(self, frequencies):
        share, start = self.share(), 0
        for entry, frequency in enumerate(frequencies):
            if share < start + frequency:
                self.consume(start, start + frequency)
                return entry
            start += frequency

    def escape(self):
        ones = 0
        while self.uniform(2) == 1:
            ones += 1
            require(ones <= 23, "an escape is too long")
        value = 1
        for _ in range(ones):
            value = 2 * value + self.uniform(2)
        return value - 1

    def finish(self):
        require(self.at >= len(self.body), "bytes are left behind the last vector")


class Adaptive:
    def __init__(self, counts, increment):
        self.counts, self.increment = list(counts), increment

    def decode(self, coder):
        share, below, total = coder.share(), 0, sum(self.counts)
        for symbol, count in enumerate(self.counts):
            end = (below + count) * ONE // total
            if share < end:
                coder.consume(below * ONE // total, end)
                if total + self.increment <= ONE:
                    self.counts[symbol] += self.increment
                return symbol
            below += count
