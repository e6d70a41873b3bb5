// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT_PARTS, authorityEntries, debianEntries, NODE_PARTS } from './debian.ts';
import type { LayerEntry } from './layer.ts';

/** Where everything of ours lies in an image. */
export const PRODUCT = 'opt/bartizan';
/** Numeric user of the controller: Pod Security refuses names, since a name may be root. */
export const CONTROLLER_UID = 10_001;

export const AGENT_WORKSPACES = [
  'packages/contracts',
  'packages/engine',
  'packages/scan',
  'packages/host',
  'apps/agent',
] as const;
export const CONTROLLER_WORKSPACES = [
  'packages/contracts',
  'packages/engine',
  'packages/scan',
  'packages/adapters',
  'apps/controller',
] as const;

const text = (path: string, content: string): LayerEntry => ({
  kind: 'file',
  path,
  bytes: Buffer.from(content),
  mode: 0o644,
});

/** Debian's merged folders, users, and the programs that both images need. */
export function baseEntries(nodePath: string): LayerEntry[] {
  return [
    { kind: 'link', path: 'bin', target: 'usr/bin' },
    { kind: 'link', path: 'lib', target: 'usr/lib' },
    { kind: 'link', path: 'lib64', target: 'usr/lib64' },
    { kind: 'link', path: 'etc/os-release', target: '../usr/lib/os-release' },
    text(
      'etc/passwd',
      `root:x:0:0:root:/:/sbin/nologin\nbartizan:x:${CONTROLLER_UID}:${CONTROLLER_UID}:bartizan:/:/sbin/nologin\n`,
    ),
    text('etc/group', `root:x:0:\nbartizan:x:${CONTROLLER_UID}:\n`),
    text('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
    { kind: 'folder', path: 'tmp', mode: 0o1777 },
    ...debianEntries(NODE_PARTS),
    ...authorityEntries(),
    { kind: 'file', path: `${PRODUCT}/bin/node`, bytes: readFileSync(nodePath), mode: 0o755 },
  ];
}

/** The native half of the agent, and what it needs. */
export const nativeEntries = (sensorPath: string): LayerEntry[] => [
  ...debianEntries(AGENT_PARTS),
  {
    kind: 'file',
    path: `${PRODUCT}/native/bartizan-sensor`,
    bytes: readFileSync(sensorPath),
    mode: 0o755,
  },
];

/** A folder of this machine as entries below `to`; owner and rights are the image's own. */
export function folderEntries(folder: string, to: string): LayerEntry[] {
  const entries: LayerEntry[] = [];
  const walk = (relative: string): void => {
    for (const name of readdirSync(join(folder, relative)).sort()) {
      const at = relative === '' ? name : `${relative}/${name}`;
      const from = join(folder, at);
      const path = `${to}/${at}`;
      const stats = lstatSync(from);
      if (stats.isDirectory()) {
        entries.push({ kind: 'folder', path, mode: 0o755 });
        walk(at);
      } else if (stats.isSymbolicLink()) entries.push({ kind: 'link', path, target: readlinkSync(from) });
      else entries.push({ kind: 'file', path, bytes: readFileSync(from), mode: 0o644 });
    }
  };
  walk('');
  return entries;
}
