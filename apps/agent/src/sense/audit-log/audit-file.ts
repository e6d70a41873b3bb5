// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AuditedRequestRecord, AuditFileProblem, AuditFileProgress } from '@bartizan/contracts';
import { type AuditedRequest, readAuditEvent } from '@bartizan/engine/audit-log';
import { type LogFiles, LogFollower, type LogPlace } from '@bartizan/host';

/** Longest line that is read: an API server writes at most a few MiB for one event. */
const LINE_BYTES_MAX = 8 * 1024 * 1024;
/** Of a log that was never followed, so much of its end is judged too. */
const FIRST_BYTES_MAX = 64 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;
/** Requests that travel together, well within a frame of the wire. */
const REQUESTS_MAX = 200;
const RECORD_BYTES_MAX = 128 * 1024;

/** What was read in one turn: requests in portions, and whether there is more. */
export interface AuditTurn {
  readonly portions: readonly AuditedRequestRecord[][];
  readonly isMore: boolean;
}

const PROBLEMS: Readonly<Record<string, AuditFileProblem>> = {
  gone: 'gone',
  denied: 'denied',
  malformed: 'no-file',
};

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A request as it travels: what is not known is left out. */
const recordOf = ({ atMs, writtenAtMs, authorized, ...rest }: AuditedRequest): AuditedRequestRecord => ({
  ...rest,
  id: rest.id,
  addresses: [...rest.addresses],
  ...(atMs === undefined ? {} : { atMs: Math.round(atMs) }),
  ...(writtenAtMs === undefined ? {} : { writtenAtMs: Math.round(writtenAtMs) }),
  ...(authorized === undefined ? {} : { authorized }),
});

/** Reads the audit log file of an API server: lines as requests, everything else counted. */
export class AuditFile {
  readonly path: string;
  readonly #follower: LogFollower;
  readonly #counts = { lines: 0, broken: 0 };
  #problem: AuditFileProblem | undefined;

  /** `path` as the API server knows it, in the root that `files` are below. */
  constructor(path: string, files: LogFiles, place: LogPlace | undefined) {
    this.path = path;
    this.#follower = new LogFollower({
      ...{ path, files, place },
      firstBytesMax: FIRST_BYTES_MAX,
      lineBytesMax: LINE_BYTES_MAX,
    });
  }

  turn(): AuditTurn {
    const read = this.#follower.read(READ_BYTES);
    if (!read.ok) {
      this.#problem = PROBLEMS[read.error.kind] ?? 'failed';
      return { portions: [], isMore: false };
    }
    this.#problem = undefined;
    return { portions: this.#portions(read.value.lines), isMore: read.value.isMore };
  }

  place(): LogPlace | undefined {
    return this.#follower.place();
  }

  progress(): AuditFileProgress {
    return {
      path: this.path,
      ...this.#counts,
      ...this.#follower.counts(),
      position: this.#follower.place()?.offset ?? 0,
      behindBytes: this.#follower.behindBytes(),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }

  close(): void {
    this.#follower.close();
  }

  #portions(lines: readonly (Buffer | undefined)[]): AuditedRequestRecord[][] {
    const portions: AuditedRequestRecord[][] = [];
    let open: AuditedRequestRecord[] = [];
    let bytes = 0;
    for (const line of lines) {
      const record = this.#record(line);
      if (record === undefined) continue;
      const size = JSON.stringify(record).length;
      if (open.length > 0 && (open.length >= REQUESTS_MAX || bytes + size > RECORD_BYTES_MAX)) {
        portions.push(open);
        open = [];
        bytes = 0;
      }
      open.push(record);
      bytes += size;
    }
    return open.length === 0 ? portions : [...portions, open];
  }

  #record(line: Buffer | undefined): AuditedRequestRecord | undefined {
    if (line?.length === 0) return undefined;
    this.#counts.lines += 1;
    const event = line === undefined ? undefined : parsed(line);
    if (typeof event !== 'object' || event === null || Reflect.get(event, 'kind') !== 'Event') {
      this.#counts.broken += 1;
      return undefined;
    }
    const request = readAuditEvent(event);
    return request === undefined ? undefined : recordOf(request);
  }
}
