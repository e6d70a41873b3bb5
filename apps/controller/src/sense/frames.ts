// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  type ControllerMessage,
  err,
  type Failure,
  failure,
  ok,
  type Result,
  WIRE_FRAME_BYTES_MAX,
  WIRE_FRAME_INFLATED_BYTES_MAX,
} from '@bartizan/contracts';

const ZSTD = 1;
const COMPRESS_FROM_BYTES = 1024;
/** Nesting that no record of ours comes near. */
const DEPTH_MAX = 64;

type FrameFailure = Failure<'E_WIRE_FRAME'>;
const bad = (detail: string, cause?: unknown): Result<never, FrameFailure> =>
  err(failure('E_WIRE_FRAME', detail, cause));

/** A message of the controller as one frame. */
export function frameOf(message: ControllerMessage): Buffer {
  const json = Buffer.from(JSON.stringify(message));
  const compressed = json.length >= COMPRESS_FROM_BYTES;
  const body = compressed ? zstdCompressSync(json) : json;
  const frame = Buffer.allocUnsafe(5 + body.length);
  frame.writeUInt32BE(body.length + 1, 0);
  frame.writeUInt8(compressed ? ZSTD : 0, 4);
  body.copy(frame, 5);
  return frame;
}

/** Whether brackets nest deeper than allowed: looked at before JSON.parse, which recurses. */
function isDeep(json: string): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (inText) {
      if (code === 92) at += 1;
      else if (code === 34) inText = false;
    } else if (code === 34) inText = true;
    else if (code === 91 || code === 123) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return false;
}

function messageOf(frame: Buffer): Result<unknown, FrameFailure> {
  const flag = frame[0];
  if (flag !== 0 && flag !== ZSTD) return bad(`unknown flags ${flag}`);
  try {
    const body = frame.subarray(1);
    const bytes =
      flag === ZSTD ? zstdDecompressSync(body, { maxOutputLength: WIRE_FRAME_INFLATED_BYTES_MAX }) : body;
    const json = bytes.toString('utf8');
    if (isDeep(json)) return bad('nested too deep');
    const message: unknown = JSON.parse(json);
    return ok(message);
  } catch (cause) {
    return bad('the frame cannot be read', cause);
  }
}

/** Cuts what an agent sends into messages. After a failure the stream must be closed: its borders are lost. */
export class FrameCutter {
  #rest: Buffer = Buffer.alloc(0);

  /** Takes bytes; gives the messages that are whole now. Never holds more than one frame and one chunk. */
  push(chunk: Buffer): Result<readonly unknown[], FrameFailure> {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: unknown[] = [];
    while (bytes.length >= 4) {
      const length = bytes.readUInt32BE(0);
      if (length < 1 || length > WIRE_FRAME_BYTES_MAX) return bad(`a frame claims ${length} bytes`);
      if (bytes.length < 4 + length) break;
      const message = messageOf(bytes.subarray(4, 4 + length));
      if (!message.ok) return message;
      messages.push(message.value);
      bytes = bytes.subarray(4 + length);
    }
    this.#rest = bytes;
    return ok(messages);
  }
}
