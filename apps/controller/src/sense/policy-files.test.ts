// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { policiesOf } from './policy-files.ts';

const file = (path: string, documents: number) => ({
  path,
  bytes: Buffer.from('a: 1\n---\n'.repeat(documents - 1).concat('a: 1\n')),
});

describe('the policy files of a directory', () => {
  it('are read without keeping others from their turn, between documents and between files', async () => {
    let turns = 0;
    let next = setImmediate(function turn() {
      turns += 1;
      next = setImmediate(turn);
    });
    const empty = Array.from({ length: 50 }, (_none, at) => ({
      path: `${at}.yaml`,
      bytes: Buffer.from('# nothing\n'),
    }));
    const found = await policiesOf({ files: [file('a.yaml', 200), ...empty], revision: 'a' }, 1000);
    clearImmediate(next);
    expect(found).toHaveLength(200);
    expect(turns).toBeGreaterThanOrEqual(250);
  });

  it('are not read on when there are more than may be taken', async () => {
    const files = Array.from({ length: 9 }, (_none, at) => file(`${at}.yaml`, 10));
    expect(await policiesOf({ files, revision: 'a' }, 20)).toHaveLength(30);
    expect(await policiesOf({ files, revision: 'a' }, 90)).toHaveLength(90);
  });
});
