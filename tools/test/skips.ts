// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One allowed skip of tests/skips.json. `test` is the start of the full test name. */
export interface AllowedSkip {
  readonly test: string;
  readonly condition: string;
  readonly reason: string;
}

const isOnPath = (tool: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, tool)));

/** The clients of package registries that images are built with. */
const IMAGE_TOOLS = ['go', 'npm', 'python3', 'mvn', 'apt-get', 'dpkg-deb'];

/** Conditions a skip may have. Each is looked at by the runner itself, so that a skip cannot outlive its reason. */
export const CONDITIONS: Readonly<Record<string, (root: string) => boolean>> = {
  'no-shared-material': (root) => !existsSync(sharedFolder(root)),
  'no-image-tools': () => IMAGE_TOOLS.some((tool) => !isOnPath(tool)),
  'no-cluster': (root) => !existsSync(join(sharedFolder(root), 'kubebox/up.sh')) || process.getuid?.() !== 0,
  'no-go': () => !isOnPath('go'),
  'not-root': () => process.getuid?.() !== 0,
  'no-btf': () => !existsSync('/sys/kernel/btf/vmlinux'),
  'no-bpf-lsm-natively': () => existsSync('/sys/kernel/btf/vmlinux'),
};

/** Where outside test material lies: BARTIZAN_SHARED, else a folder named `shared` beside the checkout. */
export const sharedFolder = (root: string): string =>
  resolve(process.env['BARTIZAN_SHARED'] ?? join(root, '..', 'shared'));

/** Skips that are not allowed: not listed, or listed with a condition that does not hold here. */
export function forbiddenSkips(
  root: string,
  skipped: readonly string[],
  allowed: readonly AllowedSkip[],
): string[] {
  return skipped.filter((name) => {
    const entry = allowed.find((candidate) => name.startsWith(candidate.test));
    const holds = entry === undefined ? undefined : CONDITIONS[entry.condition];
    return holds === undefined || !holds(root);
  });
}
