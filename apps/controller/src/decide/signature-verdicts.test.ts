// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ImageSignature } from '@bartizan/contracts';
import { aRegistry } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import { judgeRevision, verdictBy, withVerdict, worstVerdict } from './signature-verdicts.ts';

const said = (
  registry: string | undefined,
  state: ImageSignature['state'],
  checkedAtMs = 1,
): ImageSignature => ({
  ...{ state, signers: [], checkedAtMs },
  ...(registry === undefined ? {} : { registry, revision: 'r' }),
});

describe('the verdicts about an image', () => {
  it('are one of each repository', () => {
    const first = withVerdict(undefined, { ...said('prod', 'signed'), repository: 'a' });
    const both = withVerdict(first, { ...said('prod', 'unsigned'), repository: 'b' });
    expect(both.signatures).toMatchObject([
      { state: 'unsigned', repository: 'b' },
      { state: 'signed', repository: 'a' },
    ]);
  });

  it('are one of each registry, and the worst is shown', () => {
    const first = withVerdict(undefined, said('prod', 'signed'));
    expect(first).toEqual({ signature: said('prod', 'signed'), signatures: [said('prod', 'signed')] });
    const copied = withVerdict(first, said('dev', 'unsigned'));
    expect(copied.signature).toEqual(said('dev', 'unsigned'));
    expect(copied.signatures).toHaveLength(2);
    const again = withVerdict(copied, said('dev', 'signed', 2));
    expect(again.signature?.state).toBe('signed');
    expect(again.signatures).toEqual([said('dev', 'signed', 2), said('prod', 'signed')]);
    expect(withVerdict(again)).toEqual(again);
  });

  it('never go back to what was read before another one was written', () => {
    const known = withVerdict(undefined, said('prod', 'invalid', 5));
    expect(withVerdict(known, said('prod', 'signed', 4))).toEqual(known);
  });

  it('of a version before are shown until a registry has looked', () => {
    const old = said(undefined, 'signed');
    expect(withVerdict({ signature: old })).toEqual({ signature: old });
    expect(withVerdict({ signature: old }, old)).toEqual({ signature: old });
    const looked = withVerdict({ signature: old }, said('prod', 'unsigned'));
    expect(looked).toEqual({ signature: said('prod', 'unsigned'), signatures: [said('prod', 'unsigned')] });
    expect(withVerdict(looked, old)).toEqual(looked);
  });

  it('are bounded: those of the registries that looked last are kept', () => {
    let known = {};
    for (let at = 0; at < 40; at += 1) known = withVerdict(known, said(`r-${at}`, 'signed', at));
    expect(known).toMatchObject({ signatures: { length: 32, 0: { registry: 'r-39' } } });
  });

  it('are those of the keys that a registry has now', () => {
    const registry = aRegistry({ id: 'prod', signingKeys: ['A'] });
    const signatures = [{ ...said('prod', 'signed'), repository: 'a', revision: judgeRevision(registry) }];
    expect(verdictBy({ signatures }, registry, 'a')).toEqual(signatures[0]);
    expect(verdictBy({ signatures }, { ...registry, signingKeys: ['A', 'B'] }, 'a')).toBeUndefined();
    expect(verdictBy({ signatures }, { ...registry, id: 'dev' }, 'a')).toBeUndefined();
    expect(verdictBy({ signatures }, registry, 'b')).toBeUndefined();
    expect(verdictBy({}, registry, 'a')).toBeUndefined();
  });

  it.each([
    [['signed', 'unknown'], 'unknown'],
    [['unsigned', 'unknown'], 'unsigned'],
    [['unsigned', 'invalid', 'signed'], 'invalid'],
  ] as const)('%j together are %s', (states, worst) => {
    expect(worstVerdict(states.map((state) => said('r', state)))?.state).toBe(worst);
  });

  it('are none without any', () => {
    expect(worstVerdict([])).toBeUndefined();
  });
});
