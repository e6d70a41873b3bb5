// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { thirdPartyClosure, thirdPartyText } from '../../tools/third-party.ts';
import { AGENT_CLOSURE_MAX, EDGES, edgeFaults } from './edges.ts';
import { manifests, ROOT, readText } from './repository.ts';

describe('allowed imports', () => {
  it('equal what each workspace declares', () => {
    expect(edgeFaults(manifests())).toEqual([]);
  });

  it('fail when a workspace declares a package outside its list', () => {
    const broken = {
      ...manifests(),
      'packages/engine': { dependencies: { '@bartizan/contracts': '*', '@bartizan/adapters': '*' } },
    };
    expect(edgeFaults(broken)).toEqual([
      `packages/engine may not depend on @bartizan/adapters: ${EDGES['packages/engine']?.why}`,
    ]);
  });

  it('fail when a workspace is not in the table', () => {
    expect(edgeFaults({ ...manifests(), 'packages/extra': {} })).toEqual([
      'packages/extra: not in the table of allowed imports',
    ]);
  });

  it('rest on the linked install, without which undeclared imports would resolve', () => {
    expect(existsSync(join(ROOT, 'node_modules/.store'))).toBe(true);
    expect(readText('.npmrc')).toContain('install-strategy=linked');
  });

  it('keep what runs as root on a node to a reviewed list', () => {
    const names = thirdPartyClosure(ROOT, 'apps/agent');
    expect(readText('apps/agent/third-party.txt')).toBe(thirdPartyText('apps/agent', names));
    expect(names.length).toBeLessThanOrEqual(AGENT_CLOSURE_MAX);
  });
});
