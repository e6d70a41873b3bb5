// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Failure, Result } from '@bartizan/contracts';
import { err, ok, toldFailure } from '@bartizan/contracts/result';
import { FRAME_MAGIC, FRAME_MAX_BYTES, FRAME_VERSION, frameKind } from './frame-constants.ts';
import { commandField, place } from './frames.ts';

/** A command to the sensor. `id` comes back in the answer. */
export type SensorCommand = Readonly<{
  kind: 'set-watched-paths' | 'ping' | 'stop' | 'snapshot';
  id: number;
  generation: number;
  argument: string;
}>;

/** Writes a command frame; fails when the argument does not fit one. */
export function writeCommand(command: SensorCommand): Result<Buffer, Failure<'E_SENSOR_FRAME'>> {
  const argument = Buffer.from(command.argument, 'utf8');
  const length = commandField.end + argument.length;
  if (length > FRAME_MAX_BYTES) {
    return err(
      toldFailure('E_SENSOR_FRAME', {
        en: `a command of ${length} bytes exceeds ${FRAME_MAX_BYTES}`,
        ja: `${length} バイトのコマンドは上限 ${FRAME_MAX_BYTES} を超えています`,
      }),
    );
  }
  const frame = Buffer.alloc(length);
  frame.writeUInt32LE(length, place.headerLength);
  frame.writeUInt16LE(FRAME_MAGIC, place.headerMagic);
  frame.writeUInt8(FRAME_VERSION, place.headerVersion);
  frame.writeUInt8(frameKind[command.kind], place.headerKind);
  frame.writeBigUInt64LE(BigInt(command.generation), place.commandGeneration);
  frame.writeUInt32LE(command.id, place.commandCommand);
  frame.writeUInt16LE(commandField.end, place.commandArgument);
  frame.writeUInt16LE(argument.length, place.commandArgument + 2);
  argument.copy(frame, commandField.end);
  return ok(frame);
}
