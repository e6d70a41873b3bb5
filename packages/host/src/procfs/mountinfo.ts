// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** One mount of a namespace (proc_pid_mountinfo(5)). */
export interface Mount {
  readonly device: string;
  /** The part of the file system that is mounted. */
  readonly root: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly filesystem: string;
  readonly source: string;
  /** Options of the mount and of its file system. */
  readonly options: readonly string[];
}

const unescapeOctal = (value: string): string =>
  value.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Reads at most `maxMounts` mounts; lines that are not of the form are passed over. */
export const parseMountinfo = (content: string, maxMounts = 4096): Mount[] => {
  const mounts: Mount[] = [];
  for (const line of content.split('\n')) {
    if (mounts.length >= maxMounts) break;
    const words = line.split(' ');
    const dash = words.indexOf('-', 6);
    const [, , device, root, target, options] = words;
    if (dash < 0 || !device || !root || !target || !options) continue;
    const superOptions = (words[dash + 3] ?? '').split(',', 128);
    const own = options.split(',', 64);
    mounts.push({
      device,
      root: unescapeOctal(root).slice(0, 4096),
      target: unescapeOctal(target).slice(0, 4096),
      readOnly: own.includes('ro') || superOptions.includes('ro'),
      filesystem: words[dash + 1] ?? '',
      source: unescapeOctal(words[dash + 2] ?? '').slice(0, 4096),
      options: [...own, ...superOptions],
    });
  }
  return mounts;
};
