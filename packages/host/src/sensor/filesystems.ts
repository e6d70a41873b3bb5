// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Names of file systems by their magic number (statfs(2)). */
const names: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext'],
  [0x5846_5342, 'xfs'],
  [0x9123_683e, 'btrfs'],
  [0x794c_7630, 'overlay'],
  [0x0102_1994, 'tmpfs'],
  [0x8584_58f6, 'ramfs'],
  [0x9fa0, 'proc'],
  [0x6265_6572, 'sysfs'],
  [0x7371_7368, 'squashfs'],
  [0xe0f5_e1e2, 'erofs'],
  [0x6969, 'nfs'],
  [0x6573_5546, 'fuse'],
  [0x0102_1997, '9p'],
  [0x2fc1_2fc1, 'zfs'],
  [0x2753_6672, 'cifs'],
  [0x9584_58f6, 'hugetlbfs'],
  [0xf2f5_2010, 'f2fs'],
  [0x4d44, 'fat'],
]);

/** Name of a file system; hexadecimal for one we do not know; empty for 0 (unknown). */
export function filesystemName(magic: number): string {
  if (magic === 0) return '';
  return names.get(magic) ?? `0x${magic.toString(16)}`;
}
