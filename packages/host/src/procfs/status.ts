// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What /proc/PID/status says of identity and rights (proc_pid_status(5)). */
export interface ProcessStatus {
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly capsEffective: string;
  readonly capsBounding: string;
  readonly noNewPrivileges: boolean | undefined;
  /** 0 off, 1 strict, 2 filter; undefined when the kernel does not say. */
  readonly seccomp: number | undefined;
  /** Process id in each pid namespace, outermost first. */
  readonly namespacePids: readonly number[];
  readonly threads: number;
}

/** Reads the file; undefined when the fields that every kernel has are missing. */
export const parseStatus = (content: string): ProcessStatus | undefined => {
  const fields = new Map<string, string>();
  for (const line of content.split('\n', 200)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const numbers = (key: string): number[] =>
    (fields.get(key) ?? '')
      .split(/\s+/, 64)
      .map((word) => Number.parseInt(word, 10))
      .filter((value) => Number.isSafeInteger(value));
  const hexadecimal = (key: string): string => {
    const word = fields.get(key) ?? '';
    return /^[0-9a-f]{1,16}$/.test(word) ? word.padStart(16, '0') : '';
  };
  const [uid, euid] = numbers('Uid');
  const [gid] = numbers('Gid');
  if (uid === undefined || euid === undefined || gid === undefined) return undefined;
  const noNewPrivileges = fields.get('NoNewPrivs');
  return {
    uid,
    euid,
    gid,
    capsEffective: hexadecimal('CapEff'),
    capsBounding: hexadecimal('CapBnd'),
    noNewPrivileges: noNewPrivileges === undefined ? undefined : noNewPrivileges === '1',
    seccomp: numbers('Seccomp')[0],
    namespacePids: numbers('NSpid'),
    threads: numbers('Threads')[0] ?? 1,
  };
};
