// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readlinkSync } from 'node:fs';
import { DirectoryTree } from '@bartizan/scan/tree';
import {
  below,
  type FactSheet,
  fileText,
  folderNames,
  type Rights,
  rightsOf,
  rightsText,
} from './fact-sheet.ts';

const KEY_BYTES_MAX = 1024 * 1024;
const OTHERS_ALL = 0o007;
const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;

const homes = (root: string): string[] => [
  '/root',
  ...folderNames(root, '/home').map((name) => `/home/${name}`),
];

/** Those of the paths that exist and for which the claim holds, as "path mode uid:gid". */
const loose = (root: string, paths: readonly string[], isLoose: (rights: Rights) => boolean): string[] =>
  paths.flatMap((path) => {
    const rights = rightsOf(root, path);
    return rights && (rights.isFile || rights.isFolder) && isLoose(rights) ? [rightsText(path, rights)] : [];
  });

const accountDatabases = (root: string): string[] => [
  ...loose(
    root,
    ['/etc/shadow', '/etc/gshadow', '/etc/shadow-', '/etc/gshadow-'],
    ({ mode, uid }) => (mode & OTHERS_ALL) !== 0 || uid !== 0,
  ),
  ...loose(root, ['/etc/passwd', '/etc/group'], ({ mode }) => (mode & (OTHERS_WRITE | GROUP_WRITE)) !== 0),
];

const privateKeys = (root: string): string[] => {
  const inFolder = (folder: string, pattern: RegExp): string[] =>
    folderNames(root, folder)
      .filter((name) => pattern.test(name) && !name.endsWith('.pub'))
      .map((name) => `${folder}/${name}`);
  const paths = [
    ...inFolder('/etc/ssh', /^ssh_host_.*_key$/),
    ...homes(root).flatMap((home) => [...inFolder(`${home}/.ssh`, /^id_/), `${home}/.kube/config`]),
    ...inFolder('/etc/ssl/private', /./),
    ...inFolder('/etc/kubernetes', /\.conf$/),
    ...inFolder('/etc/kubernetes/pki', /\.key$/),
  ];
  return loose(root, paths, ({ mode, isFile }) => isFile && (mode & OTHERS_READ) !== 0);
};

const cron = (root: string): string[] => {
  const folders = [
    '/etc/cron.d',
    '/etc/cron.hourly',
    '/etc/cron.daily',
    '/etc/cron.weekly',
    '/etc/cron.monthly',
  ];
  const files = folders.flatMap((folder) => folderNames(root, folder).map((name) => `${folder}/${name}`));
  return loose(
    root,
    ['/etc/crontab', '/var/spool/cron/crontabs/root', ...folders, ...files],
    ({ mode, uid, gid }) =>
      uid !== 0 || (mode & OTHERS_WRITE) !== 0 || ((mode & GROUP_WRITE) !== 0 && gid !== 0),
  );
};

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const pathFolders = (root: string): string[] => {
  const set = /^\s*ENV_SUPATH\s+(?:PATH=)?(\S+)/m.exec(fileText(root, '/etc/login.defs') ?? '')?.[1];
  const folders = (set ?? DEFAULT_PATH).split(':').filter((one) => one.startsWith('/'));
  return [...new Set(folders)].flatMap((path) => {
    const rights = rightsOf(root, path, true);
    return rights && ((rights.mode & OTHERS_WRITE) !== 0 || rights.uid !== 0)
      ? [rightsText(path, rights)]
      : [];
  });
};

const encryptedSwap = (root: string, device: string): boolean => {
  if (device.includes('zram')) return true;
  try {
    const name = device.startsWith('/dev/mapper/')
      ? readlinkSync(below(root, device)).split('/').at(-1)
      : device.split('/').at(-1);
    return (fileText('/', `/sys/class/block/${name}/dm/uuid`) ?? '').startsWith('CRYPT-');
  } catch {
    return false;
  }
};

/** Facts of files, their rights, and swap. */
export const collectFiles = (sheet: FactSheet, root: string): void => {
  sheet.set('files.account-databases-loose', accountDatabases(root));
  sheet.set('files.private-keys-loose', privateKeys(root));
  sheet.set('files.cron-loose', cron(root));
  sheet.set('path.writable-folders', pathFolders(root));
  const swaps = fileText('/', '/proc/swaps');
  sheet.setOr(
    'swap.unencrypted',
    swaps
      ?.split('\n')
      .slice(1)
      .map((line) => line.split(/\s/, 1)[0] ?? '')
      .filter((device) => device !== '' && !encryptedSwap(root, device)),
    '/proc/swaps cannot be read',
  );
  sheet.set('cloud.static-keys', cloudKeys(root));
};

/** Beginning of a file that a user may have put there, or put a link, a pipe or a device in its place. */
const startOf = (tree: DirectoryTree, path: string): string => {
  const file = tree.open(path);
  if (!file.ok) return '';
  try {
    return file.value.readAt(0, Math.min(file.value.sizeBytes, KEY_BYTES_MAX)).toString('utf8');
  } finally {
    file.value.close();
  }
};

const cloudKeysOf = (tree: DirectoryTree, home: string): string[] => {
  const found: string[] = [];
  const aws = `${home}/.aws/credentials`;
  if (/aws_access_key_id\s*=\s*AKIA/.test(startOf(tree, aws))) found.push(aws);
  const listed = tree.list(`${home}/.config/gcloud`);
  for (const { name } of listed.ok ? listed.value.filter((one) => one.name.endsWith('.json')) : []) {
    const path = `${home}/.config/gcloud/${name}`;
    const isKey =
      name === 'application_default_credentials.json' ||
      /"type"\s*:\s*"service_account"/.test(startOf(tree, path));
    if (isKey) found.push(path);
  }
  for (const name of ['accessTokens.json', 'msal_token_cache.json']) {
    if (tree.lstat(`${home}/.azure/${name}`).ok) found.push(`${home}/.azure/${name}`);
  }
  return found.sort();
};

const cloudKeys = (root: string): string[] => {
  const tree = new DirectoryTree(root);
  try {
    return homes(root).flatMap((home) => cloudKeysOf(tree, home));
  } finally {
    tree.close();
  }
};
