// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What /proc/PID/stat says of a process (proc_pid_stat(5)). */
export interface ProcessStat {
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  readonly parentPid: number;
  /** Device number of the controlling terminal; 0 = none. */
  readonly tty: number;
  /** User and system time together, in clock ticks. */
  readonly cpuTicks: number;
  /** Start since boot in microseconds, with the resolution of a clock tick (10 ms). */
  readonly startBootUs: number;
  readonly residentPages: number;
  /** Where its stack begins, which every exec sets anew; 0 = it may not be seen, or the process is ending. */
  readonly stackStart: number;
}

const TICK_US = 10_000;

/** Reads the line; undefined when it is not one. The name may hold spaces and brackets: the last bracket ends it. */
export const parseStat = (line: string): ProcessStat | undefined => {
  const open = line.indexOf('(');
  const close = line.lastIndexOf(')');
  if (open < 1 || close < open) return undefined;
  const pid = Number.parseInt(line.slice(0, open), 10);
  const rest = line
    .slice(close + 2)
    .trimEnd()
    .split(' ');
  const numberAt = (index: number): number => Number.parseInt(rest[index] ?? '', 10);
  const stat: ProcessStat = {
    pid,
    name: line.slice(open + 1, close).slice(0, 64),
    state: (rest[0] ?? '').slice(0, 1),
    parentPid: numberAt(1),
    tty: numberAt(4),
    cpuTicks: numberAt(11) + numberAt(12),
    startBootUs: numberAt(19) * TICK_US,
    residentPages: numberAt(21),
    stackStart: numberAt(25) || 0,
  };
  const numbers = [stat.pid, stat.parentPid, stat.tty, stat.cpuTicks, stat.startBootUs, stat.residentPages];
  return numbers.every((value) => Number.isSafeInteger(value)) ? stat : undefined;
};
