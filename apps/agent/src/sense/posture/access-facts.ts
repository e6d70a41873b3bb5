// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FactSheet, fileText, folderNames, plainLines, rightsOf } from './fact-sheet.ts';
import { collectSudo } from './sudo-facts.ts';

const INCLUDE_DEPTH_MAX = 8;

/** Settings of sshd_config(5): the first value of a keyword wins, Match blocks are left out. */
export const sshdSettings = (
  root: string,
  path = '/etc/ssh/sshd_config',
  depth = 0,
): Map<string, string> | undefined => {
  const content = fileText(root, path);
  if (content === undefined) return undefined;
  const settings = new Map<string, string>();
  const add = (name: string, value: string): void => {
    if (name !== '' && !settings.has(name)) settings.set(name, value);
  };
  for (const line of plainLines(content)) {
    const [, keyword = '', rest = ''] = /^(\w+)\s*[\s=]\s*"?(.*?)"?$/.exec(line) ?? [];
    const name = keyword.toLowerCase();
    if (name === 'match') break;
    if (name !== 'include') add(name, rest.trim().toLowerCase());
    else if (depth < INCLUDE_DEPTH_MAX) {
      const included = includedFiles(root, rest).flatMap((file) => [
        ...(sshdSettings(root, file, depth + 1) ?? []),
      ]);
      for (const [key, value] of included) add(key, value);
    }
  }
  return settings;
};

/** Files of an Include line; only "*" in the last part is understood, as distributions use it. */
const includedFiles = (root: string, patterns: string): string[] =>
  patterns.split(/\s+/).flatMap((pattern) => {
    const path = pattern.startsWith('/') ? pattern : `/etc/ssh/${pattern}`;
    if (!path.includes('*')) return [path];
    const slash = path.lastIndexOf('/');
    const [before = '', after = ''] = path.slice(slash + 1).split('*');
    return folderNames(root, path.slice(0, slash))
      .filter((name) => name.startsWith(before) && name.endsWith(after) && !name.startsWith('.'))
      .map((name) => `${path.slice(0, slash)}/${name}`);
  });

const SSHD_FACTS: readonly [fact: string, keyword: string, otherwise: string][] = [
  ['sshd.permit-root-login', 'permitrootlogin', 'prohibit-password'],
  ['sshd.password-authentication', 'passwordauthentication', 'yes'],
  ['sshd.permit-empty-passwords', 'permitemptypasswords', 'no'],
  ['sshd.x11-forwarding', 'x11forwarding', 'no'],
];

/** Facts of the SSH server. */
export const collectSshd = (sheet: FactSheet, root: string): void => {
  const isInstalled = rightsOf(root, '/usr/sbin/sshd') !== undefined;
  sheet.set('sshd.installed', isInstalled);
  const settings = isInstalled ? sshdSettings(root) : undefined;
  const reason = isInstalled ? 'sshd_config cannot be read' : 'sshd is not installed';
  for (const [fact, keyword, otherwise] of SSHD_FACTS) {
    sheet.setOr(fact, settings ? (settings.get(keyword) ?? otherwise) : undefined, reason);
  }
  const tries = Number(settings?.get('maxauthtries') ?? '6');
  sheet.setOr('sshd.max-auth-tries', settings && Number.isSafeInteger(tries) ? tries : undefined, reason);
};

const rows = (root: string, path: string): string[][] | undefined => {
  const content = fileText(root, path);
  return content === undefined ? undefined : plainLines(content).map((line) => line.split(':'));
};

const dockerGroup = (root: string, accounts: readonly string[][]): string[] | undefined => {
  const group = rows(root, '/etc/group');
  if (!group) return undefined;
  const docker = group.find(([name]) => name === 'docker');
  if (!docker) return [];
  const members = (docker[3] ?? '').split(',').filter((name) => name !== '');
  const primary = accounts.flatMap((row) => (row[3] === docker[2] && row[0] !== undefined ? [row[0]] : []));
  return [...new Set([...members, ...primary])].sort();
};

/** As libc reads the field: spaces before it, a sign and more zeros do not make it another number. */
const isZero = (uid: string | undefined): boolean => /^\s*[+-]?0+\s*$/.test(uid ?? '');

/** Entries that stand for those of a directory service (nss_compat) are no accounts. */
const isAccount = ([name = '', , uid = '']: readonly string[]): boolean =>
  name !== '' && !(/^[+-]/.test(name) && uid === '');

/** Names whose hash is empty: in shadow, and in passwd itself, whose second field counts unless it is "x". */
const emptyPasswords = (
  shadow: readonly string[][] | undefined,
  accounts: readonly string[][] | undefined,
): string[] | undefined => {
  const named = [...(shadow ?? []), ...(accounts ?? []).filter(isAccount)];
  const found = [
    ...new Set(named.flatMap(([name = '', hash]) => (hash === '' && name !== '' ? [name] : []))),
  ];
  return found.length > 0 || (shadow && accounts) ? found : undefined;
};

/** Facts of accounts. Hashes of passwords are never looked at beyond whether there is one. */
export const collectAccounts = (sheet: FactSheet, root: string): void => {
  const shadow = rows(root, '/etc/shadow');
  const accounts = rows(root, '/etc/passwd');
  sheet.setOr(
    'accounts.empty-password',
    emptyPasswords(shadow, accounts),
    shadow ? '/etc/passwd cannot be read' : '/etc/shadow cannot be read',
  );
  sheet.setOr(
    'accounts.uid-zero',
    accounts?.flatMap((row) => (isAccount(row) && isZero(row[2]) ? [row[0] ?? ''] : [])),
    '/etc/passwd cannot be read',
  );
  sheet.setOr('accounts.docker-group', dockerGroup(root, accounts ?? []), '/etc/group cannot be read');
  collectSudo(sheet, root);
};
