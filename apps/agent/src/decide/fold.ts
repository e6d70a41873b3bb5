// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Detection } from './detections.ts';

/** A detection with how often it repeated. */
export interface FoldedDetection extends Detection {
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

interface Open {
  last: Detection;
  count: number;
  firstAtMs: number;
  lastAtMs: number;
  endsAtMs: number;
}

const OPEN_MAX = 20_000;

const keyOf = ({ rule, sighting }: Detection): string => {
  const { process, ancestors } = sighting.chain ?? {};
  const { file, connection } = sighting;
  return [
    rule.id,
    sighting.workload.workload,
    sighting.workload.container ?? '',
    process?.executable ?? '',
    ancestors?.[0]?.executable ?? '',
    file?.path ?? '',
    connection
      ? `${connection.remoteAddress}:${connection.direction === 'inbound' ? connection.localPort : connection.remotePort}`
      : '',
  ].join('\n');
};

const tell = (open: Open): FoldedDetection[] =>
  open.count === 0
    ? []
    : [{ ...open.last, count: open.count, firstAtMs: open.firstAtMs, lastAtMs: open.lastAtMs }];

/** Folds repeats: the first is told at once, the others of the rule's interval together when it is over. */
export class Folder {
  readonly #open = new Map<string, Open>();

  /** What is to be told now: a first detection, and the repeats of an interval that it ends. */
  take(detection: Detection, nowMs: number): FoldedDetection[] {
    const at = detection.sighting.occurredAtMs;
    const first: FoldedDetection = { ...detection, count: 1, firstAtMs: at, lastAtMs: at };
    if (detection.rule.foldSeconds === 0) return [first];
    const key = keyOf(detection);
    const open = this.#open.get(key);
    if (open && nowMs < open.endsAtMs) {
      open.firstAtMs = open.count === 0 ? at : open.firstAtMs;
      open.count += 1;
      open.lastAtMs = at;
      open.last = detection;
      return [];
    }
    const earlier = open ? tell(open) : [];
    if (!open && this.#open.size >= OPEN_MAX) return [first];
    const endsAtMs = nowMs + detection.rule.foldSeconds * 1000;
    this.#open.set(key, { last: detection, count: 0, firstAtMs: at, lastAtMs: at, endsAtMs });
    return [...earlier, first];
  }

  /** Repeats whose interval is over. */
  expire(nowMs: number): FoldedDetection[] {
    const told: FoldedDetection[] = [];
    for (const [key, open] of this.#open) {
      if (nowMs < open.endsAtMs) continue;
      this.#open.delete(key);
      told.push(...tell(open));
    }
    return told;
  }
}
