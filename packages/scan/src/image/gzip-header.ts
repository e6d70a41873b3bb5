// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** CRC-32 and length, behind each member. */
export const GZIP_TRAILER_BYTES = 8;

const FIXED_BYTES = 10;
const DEFLATE = 8;
const HAS_CRC = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;
const RESERVED = 0xe0;
/** A name or comment in a header; more is no name. */
const MAX_TEXT_BYTES = 64 * 1024;

/** Shows the next bytes, fewer where the stream ends, and takes none of them. */
type Ahead = (lengthBytes: number) => Promise<Buffer>;

const shown = async (ahead: Ahead, lengthBytes: number): Promise<Buffer> => {
  const bytes = await ahead(lengthBytes);
  if (bytes.length < lengthBytes) throw new Error('unexpected end of file');
  return bytes;
};

/** Where the text that begins at an offset is over, its NUL included. */
const endOfText = async (ahead: Ahead, from: number): Promise<number> => {
  for (let lengthBytes = 64; ; lengthBytes *= 2) {
    const bytes = await ahead(from + lengthBytes);
    const end = bytes.indexOf(0, from);
    if (end !== -1) return end + 1;
    if (bytes.length < from + lengthBytes) throw new Error('unexpected end of file');
    if (lengthBytes > MAX_TEXT_BYTES) throw new Error('a gzip header with a text that is too long');
  }
};

/** Length of the header of the gzip member ahead (RFC 1952, 2.3). Throws when it is none, cut or unknown. */
export const gzipHeaderBytes = async (ahead: Ahead): Promise<number> => {
  const fixed = await shown(ahead, FIXED_BYTES);
  const flags = fixed[3] ?? 0;
  if (fixed[0] !== 0x1f || fixed[1] !== 0x8b) throw new Error('incorrect header check');
  if (fixed[2] !== DEFLATE) throw new Error('unknown compression method');
  if ((flags & RESERVED) !== 0) throw new Error('unknown header flags set');
  let at = FIXED_BYTES;
  if ((flags & HAS_EXTRA) !== 0) at += 2 + (await shown(ahead, at + 2)).readUInt16LE(at);
  if ((flags & HAS_NAME) !== 0) at = await endOfText(ahead, at);
  if ((flags & HAS_COMMENT) !== 0) at = await endOfText(ahead, at);
  if ((flags & HAS_CRC) !== 0) at += 2;
  await shown(ahead, at);
  return at;
};
