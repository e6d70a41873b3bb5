// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readText } from './repository.ts';

/** The scratch slots that a text of C uses. */
const slotsOf = (text: string): string[] => [
  ...new Set([...text.matchAll(/scratch_record\((SCRATCH_\w+)\)/g)].map(([, slot]) => slot ?? '')),
];

describe('kernel programs', () => {
  it('share no scratch record where a preemptible kernel runs one between two steps of another', () => {
    const calls = readText('native/kernel/calls.bpf.h');
    const credentials = slotsOf(calls.slice(calls.indexOf('SEC("fentry/commit_creds")')));
    const opens = slotsOf(readText('native/kernel/opens.bpf.h') + readText('native/kernel/uses.bpf.h'));
    expect(credentials).toHaveLength(1);
    expect(opens).toHaveLength(1);
    expect(opens).not.toContain(credentials[0]);
  });
});
