// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readText, writeAtomic } from './files.ts';

/** A process that cannot be confused with a later one of the same number. */
export interface ProcessMark {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: start in clock ticks since boot. */
  readonly startTicks: string;
}

/** Start time of a living process; undefined when there is none (a zombie counts as ended). */
export function startTicks(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** Whether the marked process still lives. */
export const isAlive = (mark: ProcessMark): boolean => startTicks(mark.pid) === mark.startTicks;

/** Writes `NAME.pid` for a process. */
export function writeMark(runFolder: string, name: string, pid: number): void {
  writeAtomic(join(runFolder, `${name}.pid`), `${pid} ${startTicks(pid) ?? '0'}\n`, 0o644);
}

/** The process that `NAME.pid` names, if it still lives. */
export function readMark(runFolder: string, name: string): ProcessMark | undefined {
  const match = /^(\d{1,10}) (\d{1,20})\n?$/.exec(readText(join(runFolder, `${name}.pid`)) ?? '');
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const mark = { pid: Number(match[1]), startTicks: match[2] };
  return isAlive(mark) ? mark : undefined;
}

/** Removes `NAME.pid`. */
export const removeMark = (runFolder: string, name: string): void =>
  rmSync(join(runFolder, `${name}.pid`), { force: true });
