// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Detection } from './detections.ts';

/** A detection with how often it repeated. */
export interface FoldedDetection extends Detection {
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

interface Open {
  readonly thing: string;
  last: Detection;
  count: number;
  firstAtMs: number;
  lastAtMs: number;
  endsAtMs: number;
}

const OPEN_MAX = 20_000;
/** Different commands of one program that are told apart at a time: whoever varies them must not flood the events. */
const COMMANDS_MAX = 32;
/** Longest message of an event. */
const MESSAGE_MAX = 2000;

/** What the message says of a detection that stands for different commands. */
export const MANY = {
  en: 'too many different commands at once: this one stands for others too',
  ja: '異なるコマンドが短時間に多数検知されたため、ほかのコマンドもまとめて数えています',
};

/** What happened to whom, whatever the command. */
const thingOf = ({ rule, sighting }: Detection): string => {
  const { process, ancestors } = sighting.chain ?? {};
  const { file, connection } = sighting;
  return JSON.stringify([
    rule.id,
    sighting.workload.workload,
    sighting.workload.container ?? '',
    process?.executable ?? '',
    ancestors?.[0]?.executable ?? '',
    file?.path ?? '',
    connection
      ? `${connection.remoteAddress}:${connection.direction === 'inbound' ? connection.localPort : connection.remotePort}`
      : '',
  ]);
};

/** Which command it was, and whose: as a digest, for arguments may be long. */
const commandOf = ({ sighting: { chain, credentials } }: Detection): string => {
  const { before, after } = credentials ?? {};
  const users = [before?.uid, before?.euid, after?.uid, after?.euid];
  return createHash('sha256')
    .update(JSON.stringify([chain?.process.arguments, users]))
    .digest('base64');
};

const saysMany = (detection: Detection): Detection => {
  const { en, ja } = detection.message;
  const [endEn, endJa] = [` (${MANY.en})`, `（${MANY.ja}）`];
  const message = {
    en: en.slice(0, MESSAGE_MAX - endEn.length) + endEn,
    ja: ja.slice(0, MESSAGE_MAX - endJa.length) + endJa,
  };
  return { ...detection, message };
};

const tell = (open: Open): FoldedDetection[] =>
  open.count === 0
    ? []
    : [{ ...open.last, count: open.count, firstAtMs: open.firstAtMs, lastAtMs: open.lastAtMs }];

const onItsOwn = (detection: Detection): FoldedDetection => {
  const at = detection.sighting.occurredAtMs;
  return { ...detection, count: 1, firstAtMs: at, lastAtMs: at };
};

/**
 * Folds repeats: the first is told at once, the others of the rule's interval together when it is over. Another command
 * is no repeat: it would be lost among those of a probe.
 */
export class Folder {
  readonly #open = new Map<string, Open>();
  /** How many commands of each thing are open. */
  readonly #commands = new Map<string, number>();

  /** What is to be told now: a first detection, and the repeats of an interval that it ends. */
  take(detection: Detection, nowMs: number): FoldedDetection[] {
    if (detection.rule.foldSeconds === 0) return [onItsOwn(detection)];
    const thing = thingOf(detection);
    const own = thing + commandOf(detection);
    const isOneOfMany = !this.#open.has(own) && (this.#commands.get(thing) ?? 0) >= COMMANDS_MAX;
    return isOneOfMany
      ? this.#fold(saysMany(detection), { key: thing, thing }, nowMs)
      : this.#fold(detection, { key: own, thing }, nowMs);
  }

  /** Repeats whose interval is over. */
  expire(nowMs: number): FoldedDetection[] {
    const told: FoldedDetection[] = [];
    for (const [key, open] of this.#open) {
      if (nowMs < open.endsAtMs) continue;
      this.#open.delete(key);
      if (key !== open.thing) this.#count(open.thing, -1);
      told.push(...tell(open));
    }
    return told;
  }

  #fold(
    detection: Detection,
    { key, thing }: { readonly key: string; readonly thing: string },
    nowMs: number,
  ): FoldedDetection[] {
    const first = onItsOwn(detection);
    const at = first.firstAtMs;
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
    if (!open && key !== thing) this.#count(thing, 1);
    const endsAtMs = nowMs + detection.rule.foldSeconds * 1000;
    this.#open.set(key, { thing, last: detection, count: 0, firstAtMs: at, lastAtMs: at, endsAtMs });
    return [...earlier, first];
  }

  #count(thing: string, change: number): void {
    const count = (this.#commands.get(thing) ?? 0) + change;
    if (count > 0) this.#commands.set(thing, count);
    else this.#commands.delete(thing);
  }
}
