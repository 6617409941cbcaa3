/** What a QUIC datagram may hold (RFC 9000 section 17). */
export type PacketKind = 'initial' | 'early' | 'handshake' | 'retry' | 'short';

const LONG_KINDS = ['initial', 'early', 'handshake', 'retry'] as const;

/** The packets of a datagram, in their order: what stands in their headers unencrypted. */
export function packetKinds(datagram: Buffer): readonly PacketKind[] {
  const kinds: PacketKind[] = [];
  let at = 0;
  /** RFC 9000 section 16. */
  const readNumber = (): number => {
    const first = datagram.readUInt8(at);
    const length = 1 << (first >> 6);
    const high = datagram.readUIntBE(at, Math.min(length, 6)) % 2 ** (8 * Math.min(length, 6) - 2);
    at += length;
    return high;
  };
  // Zeros behind the last packet pad a datagram.
  while (at < datagram.length && (datagram[at]! & 0x40) !== 0) {
    const kind = (datagram[at]! & 0x80) === 0 ? 'short' : LONG_KINDS[(datagram[at]! >> 4) & 3]!;
    kinds.push(kind);
    if (kind === 'short' || kind === 'retry') break;
    at += 5;
    for (let ids = 0; ids < 2; ids += 1) at += 1 + datagram.readUInt8(at);
    if (kind === 'initial') {
      const tokenBytes = readNumber();
      at += tokenBytes;
    }
    const rest = readNumber();
    at += rest;
  }
  return kinds;
}
