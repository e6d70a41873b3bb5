// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** One line of /proc/PID/net/{tcp,tcp6,udp,udp6}. */
export interface SocketLine {
  readonly protocol: 'tcp' | 'udp';
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** 1 established, 10 listening; 7 is an unconnected udp socket. */
  readonly state: number;
  readonly uid: number;
  readonly inode: string;
}

/** State of a socket that waits for connections. */
export const SOCKET_LISTEN = 10;
/** State of a socket with a peer. */
export const SOCKET_ESTABLISHED = 1;

/** Text form of 4 or 16 bytes in network order; a mapped IPv4 address is shown as IPv4. RFC 5952 for the rest. */
export const addressText = (bytes: Uint8Array): string => {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return '';
  const isMapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return bytes.subarray(12).join('.');
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0),
  );
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  const words = groups.map((group) => group.toString(16));
  if (bestStart < 0) return words.join(':');
  return `${words.slice(0, bestStart).join(':')}::${words.slice(bestStart + bestLength).join(':')}`;
};

/** The kernel prints addresses as 32-bit words in host order (little-endian here). */
const parseAddress = (hexadecimal: string): string => {
  if (!/^([0-9A-F]{8}|[0-9A-F]{32})$/.test(hexadecimal)) return '';
  const bytes = Buffer.from(hexadecimal, 'hex');
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return addressText(bytes);
};

const parseLine = (line: string, protocol: 'tcp' | 'udp'): SocketLine | undefined => {
  const words = line.trim().split(/\s+/, 12);
  const [localHost, localPort] = (words[1] ?? '').split(':');
  const [remoteHost, remotePort] = (words[2] ?? '').split(':');
  const socket = {
    protocol,
    localAddress: parseAddress(localHost ?? ''),
    localPort: Number.parseInt(localPort ?? '', 16),
    remoteAddress: parseAddress(remoteHost ?? ''),
    remotePort: Number.parseInt(remotePort ?? '', 16),
    state: Number.parseInt(words[3] ?? '', 16),
    uid: Number.parseInt(words[7] ?? '', 10),
    inode: words[9] ?? '',
  };
  const isWhole =
    socket.localAddress !== '' && socket.remoteAddress !== '' && /^\d{1,20}$/.test(socket.inode);
  const numbers = [socket.localPort, socket.remotePort, socket.state, socket.uid];
  return isWhole && numbers.every((value) => Number.isSafeInteger(value)) ? socket : undefined;
};

/** Reads a table of sockets, at most `maxSockets` of them. */
export const parseSockets = (content: string, protocol: 'tcp' | 'udp', maxSockets = 20_000): SocketLine[] => {
  const sockets: SocketLine[] = [];
  for (const line of content.split('\n').slice(1)) {
    if (sockets.length >= maxSockets) break;
    const socket = parseLine(line, protocol);
    if (socket) sockets.push(socket);
  }
  return sockets;
};
