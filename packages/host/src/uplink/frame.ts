// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ErrorCode, Failure, Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { WIRE_FRAME_BYTES_MAX, WIRE_FRAME_INFLATED_BYTES_MAX } from '@bartizan/contracts/wire';

const FLAG_ZSTD = 1;
const COMPRESS_FROM_BYTES = 512;

/** One frame of the wire around a JSON text; compressed when that is worth it. */
export const encodeFrame = (json: Buffer): Result<Buffer, Failure<ErrorCode>> => {
  const isSmall = json.length < COMPRESS_FROM_BYTES;
  if (json.length > WIRE_FRAME_INFLATED_BYTES_MAX) {
    return err(failure('E_WIRE_FRAME', `a message of ${json.length} bytes is too large`));
  }
  const body = isSmall ? json : zstdCompressSync(json);
  if (body.length + 1 > WIRE_FRAME_BYTES_MAX) {
    return err(failure('E_WIRE_FRAME', `a frame of ${body.length} bytes is too large`));
  }
  const frame = Buffer.allocUnsafe(5 + body.length);
  frame.writeUInt32BE(body.length + 1, 0);
  frame.writeUInt8(isSmall ? 0 : FLAG_ZSTD, 4);
  body.copy(frame, 5);
  return ok(frame);
};

const decodeBody = (frame: Buffer): Result<unknown, Failure<ErrorCode>> => {
  const flag = frame[0];
  if (flag !== 0 && flag !== FLAG_ZSTD) return err(failure('E_WIRE_FRAME', `a frame has flags ${flag}`));
  try {
    const body = frame.subarray(1);
    const json =
      flag === FLAG_ZSTD
        ? zstdDecompressSync(body, { maxOutputLength: WIRE_FRAME_INFLATED_BYTES_MAX })
        : body;
    const message: unknown = JSON.parse(json.toString('utf8'));
    return ok(message);
  } catch (thrown) {
    return err(failure('E_WIRE_FRAME', 'a frame could not be read', thrown));
  }
};

/** Cuts a byte stream into messages. After an error the stream cannot be trusted any more. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  /** Takes bytes and gives the messages that are whole now. */
  push(bytes: Buffer): Result<unknown[], Failure<ErrorCode>> {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    const messages: unknown[] = [];
    while (this.#size >= 4) {
      if ((this.#chunks[0]?.length ?? 0) < 4) this.#chunks = [Buffer.concat(this.#chunks)];
      const length = this.#chunks[0]?.readUInt32BE(0) ?? 0;
      if (length < 1 || length > WIRE_FRAME_BYTES_MAX) {
        return err(failure('E_WIRE_FRAME', `a frame claims ${length} bytes`));
      }
      if (this.#size < 4 + length) break;
      const all =
        this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
      const message = decodeBody(all.subarray(4, 4 + length));
      if (!message.ok) return message;
      messages.push(message.value);
      this.#chunks = [all.subarray(4 + length)];
      this.#size -= 4 + length;
    }
    return ok(messages);
  }
}
