// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalText } from '@bartizan/contracts';
import type { PolicySources } from '../../decide/admission/policy-sources.ts';
import { SOURCE_OBJECTS_MAX, type SourceReading } from '../../decide/admission/source-reading.ts';
import type { Log } from '../../ports.ts';
import { type DirectoryContent, readDirectory } from '../../sense/policy-directory.ts';
import { type FoundDocument, policiesOf } from '../../sense/policy-files.ts';

interface Parts {
  readonly folder: string;
  readonly sources: PolicySources;
  readonly log: Log;
  readonly pollMs?: number;
}

const NO_POLICIES: LocalText = {
  en: 'it holds no policy objects',
  ja: 'ポリシーのオブジェクトがありません',
};
const POLL_MS = 2_000;
/** Exceptions end, and an id may become free: what is in force is compared again that often. */
const AGAIN_MS = 60_000;

const isFault = (one: FoundDocument): one is Exclude<FoundDocument, { readonly item: unknown }> =>
  !('item' in one);

function readingOf(folder: string, { revision }: DirectoryContent, found: readonly FoundDocument[]) {
  const faults = found.filter(isFault);
  const reading: SourceReading = {
    origin: 'directory',
    place: folder,
    revision,
    items: found.flatMap((one) => (isFault(one) ? [] : [one])),
    faults: faults.map(({ isUnreadable, ...one }) => ({
      ...one,
      reason: isUnreadable ? ('Unreadable' as const) : ('Invalid' as const),
    })),
    // A document that does not say whose it is may be any of those that are missed.
    isComplete: faults.every(({ id, isUnreadable }) => !isUnreadable && id !== undefined && id !== ''),
  };
  return reading;
}

/** Follows a directory of policy files: what is in it is in force; while it cannot be read, what was. */
export class FollowedDirectory {
  readonly #parts: Parts;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #stamp: string | undefined;
  #seen: string | undefined;
  #reading: SourceReading | undefined;
  #takenAtMs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.round().catch((cause: unknown) => this.#failed(cause));
      await sleep(this.#parts.pollMs ?? POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Looks once. */
  async round(): Promise<void> {
    const { folder, sources } = this.#parts;
    const looked = await readDirectory(folder, this.#stamp);
    if (looked.state !== 'read') {
      if (
        looked.state === 'same' &&
        this.#reading !== undefined &&
        performance.now() - this.#takenAtMs > AGAIN_MS
      )
        await this.#take(this.#reading);
      return;
    }
    // A writer may pause between two files: what is taken looked the same twice.
    const isSettled = looked.stamp === this.#seen;
    this.#seen = looked.stamp;
    if (!isSettled) return;
    const found = await policiesOf(looked.content, SOURCE_OBJECTS_MAX);
    if (found.length === 0) {
      // More often a mount that is not there yet than a wish to be without policies.
      sources.note('directory', 'unreachable', { place: folder, detail: NO_POLICIES });
      return;
    }
    if (await this.#take(readingOf(folder, looked.content, found))) this.#stamp = looked.stamp;
  }

  /** Whether it is settled what becomes of the files, until they change. */
  async #take(reading: SourceReading): Promise<boolean> {
    const { sources, log, folder } = this.#parts;
    const taken = await sources.take(reading);
    if (!taken.ok) {
      const { code, detail, told = detail } = taken.error;
      log.error({ code, detail }, 'policies of the directory cannot be taken');
      sources.note('directory', 'unreachable', { place: folder, code, detail: told });
      if (code !== 'E_POLICY_TOO_MANY') return false;
      // Looking again does not make them fewer, and those of before are not what the folder holds.
      this.#takenAtMs = Number.POSITIVE_INFINITY;
      return true;
    }
    this.#reading = reading;
    this.#takenAtMs = performance.now();
    return true;
  }

  #failed(cause: unknown): void {
    const { folder, sources, log } = this.#parts;
    const detail = cause instanceof Error ? cause.message.slice(0, 1000) : 'it cannot be read';
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    this.#stamp = undefined;
    if (isMissing && this.#reading === undefined) {
      sources.note('directory', 'off', { place: folder });
      return;
    }
    log.warn({ folder, detail }, 'the policy directory cannot be read');
    sources.note('directory', 'unreachable', { place: folder, code: 'E_POLICY_FILE', detail });
  }
}
