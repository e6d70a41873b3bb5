// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A file that a process has mapped. */
export interface MappedFile {
  /** Seen from the root of the process. */
  readonly path: string;
  /** Some part of it is mapped as code. */
  readonly isExecutable: boolean;
}

const MAX_FILES = 10_000;
const LINE = /^[0-9a-f]+-[0-9a-f]+ ([-r][-w][-x][ps]) [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ [1-9]\d* +(\/.*)$/;

/** Reads /proc/PID/maps (proc(5)): files that still have a name, each once. */
export const parseMaps = (content: string): MappedFile[] => {
  const files = new Map<string, boolean>();
  for (const line of content.split('\n')) {
    const [, rights = '', raw = ''] = LINE.exec(line) ?? [];
    // A deleted file is another one than what has its name now; /memfd: and /dev/zero are no files of packages.
    if (raw === '' || raw.endsWith(' (deleted)') || raw.startsWith('/memfd:')) continue;
    if (files.size >= MAX_FILES && !files.has(raw)) continue;
    files.set(raw, files.get(raw) === true || rights[2] === 'x');
  }
  return [...files].map(([path, isExecutable]) => ({ path: path.replaceAll('\\012', '\n'), isExecutable }));
};
