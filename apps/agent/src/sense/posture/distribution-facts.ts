// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { statSync } from 'node:fs';
import { below, type FactSheet, fileText, folderNames, plainLines, rightsOf } from './fact-sheet.ts';

const DAY_MS = 86_400_000;

const osField = (content: string, name: string): string | undefined =>
  new RegExp(`^${name}=["']?([^"'\n]*)["']?$`, 'm').exec(content)?.[1];

const aptConf = (root: string): string[] => [
  fileText(root, '/etc/apt/apt.conf') ?? '',
  ...folderNames(root, '/etc/apt/apt.conf.d').map(
    (name) => fileText(root, `/etc/apt/apt.conf.d/${name}`) ?? '',
  ),
];

const listsAgeDays = (root: string, nowMs: number): number | undefined => {
  const releases = folderNames(root, '/var/lib/apt/lists').filter((name) => name.endsWith('Release'));
  const times = releases.map(
    (name) => statSync(below(root, `/var/lib/apt/lists/${name}`), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  const newest = Math.max(0, ...times);
  return newest === 0 ? undefined : Math.max(0, Math.floor((nowMs - newest) / DAY_MS));
};

const automaticUpdates = (root: string): boolean | undefined => {
  if (rightsOf(root, '/etc/apt')) {
    const setting = aptConf(root)
      .flatMap((one) => /^\s*APT::Periodic::Unattended-Upgrade\s+"([^"]*)"/m.exec(one)?.[1] ?? [])
      .at(-1);
    const isInstalled = rightsOf(root, '/usr/bin/unattended-upgrade') !== undefined;
    return isInstalled && setting !== undefined && setting !== '0';
  }
  if (rightsOf(root, '/etc/dnf') === undefined) return undefined;
  return folderNames(root, '/etc/systemd/system/timers.target.wants').some((name) =>
    name.startsWith('dnf-automatic'),
  );
};

const withoutCredentials = (entry: string): string =>
  entry.replaceAll(/:\/\/[^\s/@]*@/g, '://').slice(0, 512);

/** What apt takes for yes, in any case; numbers other than 0 to be on the safe side. */
const YES = '(?:yes|true|with|on|enable|[1-9]\\d*)\\b';
const NAMES = '(?:trusted|allow-insecure|allow-downgrade-to-insecure)';
const LOOSE_OPTION = new RegExp(`\\[[^\\]]*\\b${NAMES}\\+?=\\s*${YES}`, 'i');
const LOOSE_FIELD = new RegExp(`^${NAMES}:\\s*${YES}`, 'im');
const LOOSE_SETTING = new RegExp(
  `\\b(AllowUnauthenticated|AllowInsecureRepositories|AllowDowngradeToInsecureRepositories)\\s+"?${YES}`,
  'gi',
);

const withoutComments = (content: string): string =>
  content.replaceAll(/^\s*(?:\/\/|#(?!include|clear)).*$/gm, '').replaceAll(/^\s*\/\*.*?\*\//gms, '');

const unauthenticatedSources = (root: string): string[] => {
  const files = [
    '/etc/apt/sources.list',
    ...folderNames(root, '/etc/apt/sources.list.d').map((name) => `/etc/apt/sources.list.d/${name}`),
  ];
  const found: string[] = [];
  for (const file of files) {
    const content = fileText(root, file) ?? '';
    const entries = file.endsWith('.sources') ? content.split(/\n\s*\n/) : plainLines(content);
    for (const entry of entries) {
      if (LOOSE_OPTION.test(entry) || LOOSE_FIELD.test(entry))
        found.push(withoutCredentials(`${file}: ${entry.replaceAll('\n', ' ').trim()}`));
    }
  }
  const settings = aptConf(root).flatMap((one) =>
    [...withoutComments(one).matchAll(LOOSE_SETTING)].map(([, name = '']) => `apt.conf: ${name} "true"`),
  );
  return [...new Set([...found, ...settings])];
};

/** Facts of the distribution and its updates. */
export const collectDistribution = (
  sheet: FactSheet,
  root: string,
  known: { readonly pendingSecurity: number | undefined; readonly nowMs: number },
): void => {
  const release = fileText(root, '/etc/os-release') ?? fileText(root, '/usr/lib/os-release');
  sheet.setOr('os.id', release === undefined ? undefined : osField(release, 'ID'), 'there is no os-release');
  sheet.setOr(
    'os.version',
    release === undefined ? undefined : osField(release, 'VERSION_ID'),
    'os-release names no version',
  );
  const wantsReboot = ['/run/reboot-required', '/var/run/reboot-required'].some(
    (path) => rightsOf(root, path) !== undefined,
  );
  sheet.set('os.reboot-required', wantsReboot);
  sheet.setOr(
    'updates.security-pending',
    known.pendingSecurity,
    'there was no scan yet, or the package manager has no lists',
  );
  sheet.setOr('updates.lists-age-days', listsAgeDays(root, known.nowMs), 'there are no lists of apt');
  sheet.setOr('updates.automatic', automaticUpdates(root), 'neither apt nor dnf is here');
  sheet.setOr(
    'apt.unauthenticated-sources',
    rightsOf(root, '/etc/apt') ? unauthenticatedSources(root) : undefined,
    'apt is not here',
  );
};
