// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Mount } from '@bartizan/host';
import { storageFolders } from './container-storage.ts';
import { type FactSheet, fileText, folderNames, rightsText } from './fact-sheet.ts';
import { setIdFiles } from './setid-walk.ts';

/** Files that packages own. Undefined when no package database is here. rpm's list is binary and is not read. */
const ownedFiles = (root: string): ((path: string) => boolean) | undefined => {
  const info = folderNames(root, '/var/lib/dpkg/info').filter((name) => name.endsWith('.list'));
  const apk = fileText(root, '/lib/apk/db/installed');
  if (info.length === 0 && apk === undefined) return undefined;
  const owned = new Set<string>();
  for (const name of info) {
    for (const line of (fileText(root, `/var/lib/dpkg/info/${name}`) ?? '').split('\n')) owned.add(line);
  }
  let folder = '';
  for (const line of (apk ?? '').split('\n')) {
    if (line.startsWith('F:')) folder = line.slice(2);
    else if (line.startsWith('R:')) owned.add(`/${folder}/${line.slice(2)}`);
  }
  // usr-merge: lists name files by the old path too, and diverted ones by their new name.
  const diverted = new Set((fileText(root, '/var/lib/dpkg/diversions') ?? '').split('\n'));
  return (path) => owned.has(path) || owned.has(path.replace(/^\/usr\//, '/')) || diverted.has(path);
};

/** The fact of set-id programs that no package owns. `storage` are folders that engines were started with. */
export const collectSetuid = (
  sheet: FactSheet,
  root: string,
  mounts: readonly Mount[] | undefined,
  storage: readonly string[] = [],
): void => {
  const isOwned = ownedFiles(root);
  if (!isOwned) {
    sheet.setUnknown('files.setuid-unowned', 'there is no package database that lists files');
    return;
  }
  const { files, unseen } = setIdFiles(root, { mounts, skipped: storageFolders(root, storage) });
  const unowned = files.filter(({ path }) => !isOwned(path));
  sheet.setOr(
    'files.setuid-unowned',
    unowned.length > 0 || unseen.length === 0
      ? unowned.map((one) => rightsText(one.path, { ...one, isFile: true, isFolder: false }))
      : undefined,
    `not all files were looked at: ${unseen.join('; ')}`,
  );
};
