// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import type { ActionLevel } from '@bartizan/contracts';
import { ActionLevel as ActionLevelSchema, parser } from '@bartizan/contracts/wire';
import { type Clock, exists, type Logger } from '@bartizan/host';

const parseLevel = parser(ActionLevelSchema);
const OUTPUT_BYTES_MAX = 1024 * 1024;
const TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 2000;
const TRIES_MAX = 5;

/** Reads what `bartizan-sensor levels --json` prints; what is not of the form is left out. */
export const readLevelsOutput = (json: string): ActionLevel[] => {
  try {
    const rows: unknown = JSON.parse(json);
    return (Array.isArray(rows) ? rows : []).slice(0, 64).flatMap((row: unknown) => {
      const level = parseLevel(row);
      return level.ok ? [level.value] : [];
    });
  } catch {
    return [];
  }
};

/** Has the sensor try, once it is there, how far each protection reaches on this node. */
export class LevelFinder {
  readonly #binaryPath: string;
  readonly #logger: Logger;
  readonly #onFound: () => void;
  readonly #stopTimer: () => void;
  #levels: readonly ActionLevel[] = [];
  #tries = 0;
  #running = false;

  constructor(options: {
    readonly binaryPath: string;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly onFound: () => void;
  }) {
    this.#binaryPath = options.binaryPath;
    this.#logger = options.logger;
    this.#onFound = options.onFound;
    this.#stopTimer = options.clock.every(LOOK_EVERY_MS, () => this.#look());
    this.#look();
  }

  /** Empty until they were tried. */
  levels(): readonly ActionLevel[] {
    return this.#levels;
  }

  stop(): void {
    this.#stopTimer();
  }

  #look(): void {
    if (this.#running || !exists(this.#binaryPath)) return;
    this.#running = true;
    this.#tries += 1;
    if (this.#tries >= TRIES_MAX) this.#stopTimer();
    const options = { env: {}, timeout: TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(this.#binaryPath, ['levels', '--json'], options, (failed, stdout, stderr) => {
      this.#running = false;
      if (failed) this.#logger.warn('levels could not be tried', { detail: stderr.split('\n', 1)[0] ?? '' });
      this.#levels = readLevelsOutput(stdout);
      if (this.#levels.length === 0) return;
      this.#stopTimer();
      this.#onFound();
    });
  }
}
