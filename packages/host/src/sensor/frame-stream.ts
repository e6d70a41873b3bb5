// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Failure, Result } from '@bartizan/contracts';
import { err, ok, toldFailure } from '@bartizan/contracts/result';
import { FRAME_MAGIC, FRAME_MAX_BYTES, FRAME_VERSION, frameKind } from './frame-constants.ts';
import {
  ackField,
  applicationField,
  cgroupField,
  credentialsField,
  execField,
  exitField,
  fileUseField,
  headerField,
  heartbeatField,
  helloField,
  networkField,
  openField,
  processField,
  snapshotEndField,
  textPlaces,
} from './frames.ts';

/** Why a frame or the whole stream cannot be read. */
export type FrameFailure = Failure<'E_SENSOR_FRAME'>;

const unsound = (en: string, ja: string): FrameFailure => toldFailure('E_SENSOR_FRAME', { en, ja });

type Shape = Readonly<{ end: number; texts: readonly number[] }>;

const shapes: (Shape | undefined)[] = [];
const processTexts = textPlaces.process;
shapes[frameKind.hello] = { end: helloField.end, texts: textPlaces.hello };
shapes[frameKind.heartbeat] = { end: heartbeatField.end, texts: [] };
shapes[frameKind.ack] = { end: ackField.end, texts: textPlaces.ack };
shapes[frameKind['snapshot-end']] = { end: snapshotEndField.end, texts: [] };
shapes[frameKind.exec] = { end: execField.end, texts: [...processTexts, ...textPlaces.exec] };
shapes[frameKind.existing] = { end: execField.end, texts: [...processTexts, ...textPlaces.exec] };
shapes[frameKind.fork] = { end: processField.end, texts: processTexts };
shapes[frameKind.exit] = { end: exitField.end, texts: processTexts };
shapes[frameKind.credentials] = { end: credentialsField.end, texts: processTexts };
for (const kind of [frameKind.connect, frameKind.accept, frameKind.listen, frameKind.close]) {
  shapes[kind] = { end: networkField.end, texts: processTexts };
}
shapes[frameKind.application] = {
  end: applicationField.end,
  texts: [...processTexts, ...textPlaces.application],
};
shapes[frameKind.open] = { end: openField.end, texts: [...processTexts, ...textPlaces.open] };
shapes[frameKind['file-use']] = { end: fileUseField.end, texts: [...processTexts, ...textPlaces.fileUse] };
shapes[frameKind['cgroup-created']] = {
  end: cgroupField.end,
  texts: [...processTexts, ...textPlaces.cgroup],
};
shapes[frameKind['cgroup-removed']] = {
  end: cgroupField.end,
  texts: [...processTexts, ...textPlaces.cgroup],
};

/** Checks that the fixed part of a whole frame is there and that its texts lie inside it; null when sound. */
export function checkFrame(frame: Buffer): FrameFailure | null {
  const kind = headerField.kind(frame);
  const shape = shapes[kind];
  if (shape === undefined) return unsound(`kind ${kind} is not known`, `種類 ${kind} は未知です`);
  if (frame.length < shape.end) {
    return unsound(
      `a frame of kind ${kind} has ${frame.length} of ${shape.end} bytes`,
      `種類 ${kind} のフレームが ${frame.length} バイトしかありません（${shape.end} バイト必要）`,
    );
  }
  for (const at of shape.texts) {
    const length = frame.readUInt16LE(at + 2);
    if (length > 0 && frame.readUInt16LE(at) + length > frame.length) {
      return unsound(
        `a text of a frame of kind ${kind} ends outside the frame`,
        `種類 ${kind} のフレームの文字列がフレームの外で終わっています`,
      );
    }
  }
  return null;
}

/** Length of the frame whose header starts here, or why it cannot be one. */
function readLength(bytes: Buffer): Result<number, FrameFailure> {
  if (headerField.magic(bytes) !== FRAME_MAGIC) {
    return err(unsound('a frame does not start as a frame does', 'フレームの先頭が正しくありません'));
  }
  if (headerField.version(bytes) !== FRAME_VERSION) {
    const version = headerField.version(bytes);
    return err(unsound(`layout version ${version} is not known`, `レイアウトの版 ${version} は未知です`));
  }
  const length = headerField.length(bytes);
  if (length < headerField.end || length > FRAME_MAX_BYTES) {
    return err(
      unsound(`a frame claims ${length} bytes`, `フレームの長さが ${length} バイトと示されています`),
    );
  }
  return ok(length);
}

/**
 * Cuts a byte stream into frames. A frame is handed over as a view that is valid during the call only.
 * A frame that is unsound inside is counted and skipped by its length. When a header is unsound the rest of
 * the stream means nothing: `push` fails, and the sensor has to be started anew.
 */
export class FrameStream {
  /** Frames skipped because they were unsound inside. */
  malformed = 0;
  #rest: Buffer = Buffer.alloc(0);
  readonly #onFrame: (frame: Buffer) => void;
  readonly #onMalformed: (failure: FrameFailure) => void;

  constructor(onFrame: (frame: Buffer) => void, onMalformed: (failure: FrameFailure) => void) {
    this.#onFrame = onFrame;
    this.#onMalformed = onMalformed;
  }

  /** Bytes of a frame that is not whole yet. */
  get pendingBytes(): number {
    return this.#rest.length;
  }

  /** Takes the next bytes. */
  push(chunk: Buffer): Result<void, FrameFailure> {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= headerField.end) {
      const length = readLength(bytes.subarray(at, at + headerField.end));
      if (!length.ok) {
        this.malformed += 1;
        this.#rest = Buffer.alloc(0);
        return length;
      }
      if (bytes.length - at < length.value) break;
      this.#take(bytes.subarray(at, at + length.value));
      at += length.value;
    }
    // A copy: the chunk belongs to the stream it came from.
    this.#rest = Buffer.from(bytes.subarray(at));
    return ok(undefined);
  }

  #take(frame: Buffer): void {
    const problem = checkFrame(frame);
    if (problem === null) {
      this.#onFrame(frame);
      return;
    }
    this.malformed += 1;
    this.#onMalformed(problem);
  }
}
