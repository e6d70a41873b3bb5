// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Reads captures (libpcap and pcapng, Ethernet with VLANs, raw IP, Linux cooked) as far as the starts of their
 * connections need it. Tunnels are not opened, IP fragments are left out.
 */

/** The start of one connection. */
export interface CapturedStart {
  readonly protocol: 'tcp' | 'udp';
  readonly client: Buffer;
  readonly server: Buffer;
}

interface Packet {
  readonly link: number;
  readonly bytes: Buffer;
}
interface Segment {
  readonly protocol: 'tcp' | 'udp';
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  readonly isSyn: boolean;
  readonly isAck: boolean;
  readonly payload: Buffer;
}

const INPUT_MAX = 2048;
const SEGMENTS_MAX = 4;

function* classicPackets(file: Buffer): Generator<Packet> {
  const magic = file.readUInt32LE(0);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const u32 = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const link = u32(20) & 0xffff;
  for (let at = 24; at + 16 <= file.length; ) {
    const length = u32(at + 8);
    yield { link, bytes: file.subarray(at + 16, at + 16 + length) };
    at += 16 + length;
  }
}

function* nextGenerationPackets(file: Buffer): Generator<Packet> {
  const links: number[] = [];
  let little = true;
  for (let at = 0; at + 12 <= file.length; ) {
    const type = file.readUInt32LE(at);
    if (type === 0x0a0d0d0a) {
      little = file.readUInt32LE(at + 8) === 0x1a2b3c4d;
      links.length = 0;
    }
    const u32 = (place: number): number => (little ? file.readUInt32LE(place) : file.readUInt32BE(place));
    const u16 = (place: number): number => (little ? file.readUInt16LE(place) : file.readUInt16BE(place));
    const length = u32(at + 4);
    if (length < 12 || at + length > file.length) return;
    const kind = type === 0x0a0d0d0a ? type : u32(at);
    if (kind === 1) links.push(u16(at + 8));
    if (kind === 6)
      yield { link: links[u32(at + 8)] ?? -1, bytes: file.subarray(at + 28, at + 28 + u32(at + 20)) };
    if (kind === 3) yield { link: links[0] ?? -1, bytes: file.subarray(at + 12, at + length - 4) };
    at += length;
  }
}

const packetsOf = (file: Buffer): Generator<Packet> =>
  file.readUInt32LE(0) === 0x0a0d0d0a ? nextGenerationPackets(file) : classicPackets(file);

/** Where the IP header starts; undefined when the packet has none that we look for. */
function ipStart({ link, bytes }: Packet): number | undefined {
  if (link === 101 || link === 12 || link === 228 || link === 229) return 0;
  if (link === 0) return 4;
  if (link === 113) return 16;
  if (link === 276) return 20;
  if (link !== 1 || bytes.length < 14) return undefined;
  let at = 12;
  while (at + 2 <= bytes.length && [0x8100, 0x88a8].includes(bytes.readUInt16BE(at))) at += 4;
  if (at + 2 > bytes.length) return undefined;
  return [0x0800, 0x86dd].includes(bytes.readUInt16BE(at)) ? at + 2 : undefined;
}

interface Datagram {
  readonly number: number;
  readonly ends: readonly [string, string];
  readonly body: Buffer;
}
function ipPayload(ip: Buffer): Datagram | undefined {
  const version = (ip[0] ?? 0) >> 4;
  if (version === 6 && ip.length >= 40) {
    const body = ip.subarray(40, 40 + ip.readUInt16BE(4));
    return {
      number: ip[6] ?? 0,
      ends: [ip.toString('hex', 8, 24), ip.toString('hex', 24, 40)],
      body,
    };
  }
  const head = ((ip[0] ?? 0) & 15) * 4;
  if (version !== 4 || head < 20 || ip.length < head || (ip.readUInt16BE(6) & 0x3fff) !== 0) return undefined;
  const ends = [ip.toString('hex', 12, 16), ip.toString('hex', 16, 20)] as const;
  return { number: ip[9] ?? 0, ends, body: ip.subarray(head, Math.max(head, ip.readUInt16BE(2))) };
}

function segmentOf(packet: Packet): Segment | undefined {
  const at = ipStart(packet);
  const found = at === undefined ? undefined : ipPayload(packet.bytes.subarray(at));
  if (!found || found.body.length < 8) return undefined;
  const { number, ends, body } = found;
  const from = `${ends[0]} ${body.readUInt16BE(0)}`;
  const to = `${ends[1]} ${body.readUInt16BE(2)}`;
  if (number === 17)
    return { protocol: 'udp', from, to, sequence: 0, isSyn: false, isAck: false, payload: body.subarray(8) };
  if (number !== 6 || body.length < 20) return undefined;
  const flags = body[13] ?? 0;
  return {
    protocol: 'tcp',
    from,
    to,
    sequence: body.readUInt32BE(4),
    isSyn: (flags & 2) !== 0,
    isAck: (flags & 16) !== 0,
    payload: body.subarray(((body[12] ?? 0) >> 4) * 4),
  };
}

interface Side {
  next: number | undefined;
  segments: number;
  bytes: Buffer;
  ended: boolean;
}
interface Connection {
  readonly protocol: 'tcp' | 'udp';
  readonly client: string;
  readonly sides: readonly [Side, Side];
}
const side = (): Side => ({ next: undefined, segments: 0, bytes: Buffer.alloc(0), ended: false });

/** The same rule as in the kernel: what is next in the stream, at most four pieces, a hole ends the direction. */
function take(into: Side, segment: Segment): void {
  const { payload, sequence } = segment;
  if (into.ended || payload.length === 0) return;
  if (into.next !== undefined && sequence !== into.next) {
    into.ended = ((sequence - into.next) | 0) > 0;
    return;
  }
  into.next = (sequence + payload.length) >>> 0;
  into.bytes = Buffer.concat([into.bytes, payload]).subarray(0, INPUT_MAX);
  into.segments += 1;
  into.ended = into.segments >= SEGMENTS_MAX || into.bytes.length >= INPUT_MAX || segment.protocol === 'udp';
}

/**
 * Starts of connections. Whoever sends the first SYN is the client; where the capture begins later, whoever sends
 * first: our sensor never sees such a connection, but the decoders are held to it all the same.
 */
export function capturedStarts(file: Buffer): CapturedStart[] {
  const connections = new Map<string, Connection>();
  for (const packet of packetsOf(file)) {
    const segment = segmentOf(packet);
    if (!segment) continue;
    const key = [segment.protocol, ...[segment.from, segment.to].toSorted()].join(' ');
    let known = connections.get(key);
    const isStart =
      !known && (segment.protocol === 'udp' || (segment.isSyn ? !segment.isAck : segment.payload.length > 0));
    if (isStart) {
      known = { protocol: segment.protocol, client: segment.from, sides: [side(), side()] };
      connections.set(key, known);
    }
    if (!known || (segment.protocol === 'udp' && segment.from !== known.client)) continue;
    take(known.sides[segment.from === known.client ? 0 : 1], segment);
  }
  return [...connections.values()]
    .map(({ protocol, sides }) => ({ protocol, client: sides[0].bytes, server: sides[1].bytes }))
    .filter(({ client, server }) => client.length + server.length > 0);
}
