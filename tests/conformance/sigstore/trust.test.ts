// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  parseTrustRoot,
  type SignatureVerdict,
  type SigstorePolicy,
  verifyBundle,
} from '@bartizan/scan/signatures';
import { describe, expect, it } from 'vitest';
import { hasShared } from '../outside.ts';
import { bundleOf, CASES_NOW_MS, surroundingsOf } from './cases.ts';

type Root = Record<
  string,
  { validFor?: { start: string; end?: string }; publicKey?: { validFor: { start: string; end?: string } } }[]
>;

/** Verifies a good bundle with another trust root, policy or clock. */
function verifyWith(
  id: string,
  {
    change = () => undefined,
    policy,
    nowMs = CASES_NOW_MS,
  }: { change?: (root: Root) => void; policy?: Partial<SigstorePolicy>; nowMs?: number },
): SignatureVerdict {
  const around = surroundingsOf(id);
  const json = JSON.parse(around.root.toString()) as Root;
  change(json);
  const trustRoot = parseTrustRoot(Buffer.from(JSON.stringify(json)));
  if (!trustRoot.ok || around.policy === undefined) throw new Error('not readable');
  return verifyBundle({
    bundle: bundleOf(id),
    artifact: { kind: 'bytes', bytes: around.artifact },
    policy: { ...around.policy, ...policy } as SigstorePolicy,
    trustRoot: trustRoot.value,
    nowMs,
  });
}
const outcomeOf = (verdict: SignatureVerdict): readonly unknown[] => [
  verdict.outcome,
  verdict.reasons.at(-1)?.check,
];

const LOGGED = 'happy-path-v0.3';
const STAMPED = 'rekor2-happy-path';
const PAST = { start: '2001-01-01T00:00:00Z', end: '2002-01-01T00:00:00Z' };
const FUTURE = { start: '2101-01-01T00:00:00Z' };
const setAll = (list: string, validFor: { start: string; end?: string }) => (root: Root) => {
  for (const entry of root[list] ?? [])
    if (entry.publicKey === undefined) entry.validFor = validFor;
    else entry.publicKey.validFor = validFor;
};
const empty = (list: string) => (root: Root) => {
  root[list] = [];
};

describe.skipIf(!hasShared('fixtures/sigstore'))(
  'good bundles of the sigstore suite under another trust',
  () => {
    it.each([
      [LOGGED, 'tlogs', 'log'],
      [LOGGED, 'ctlogs', 'certificate-log'],
      [LOGGED, 'certificateAuthorities', 'certificate'],
      [STAMPED, 'tlogs', 'log'],
      [STAMPED, 'timestampAuthorities', 'time'],
    ])('are unknown, not refused, when %s meets a root without %s', (id, list, check) => {
      expect(outcomeOf(verifyWith(id, { change: empty(list) }))).toEqual(['unknown', check]);
    });

    it.each([
      ['expired', PAST],
      ['future', FUTURE],
    ])('are refused by a root whose parts are %s', (_what, validFor) => {
      const outcomes = [
        verifyWith(LOGGED, { change: setAll('tlogs', validFor) }),
        verifyWith(LOGGED, { change: setAll('ctlogs', validFor) }),
        verifyWith(LOGGED, { change: setAll('certificateAuthorities', validFor) }),
        verifyWith(STAMPED, { change: setAll('tlogs', validFor) }),
        verifyWith(STAMPED, { change: setAll('timestampAuthorities', validFor) }),
      ].map(outcomeOf);
      expect(outcomes).toEqual([
        ['refused', 'log'],
        ['refused', 'certificate-log'],
        ['refused', 'certificate'],
        ['refused', 'log'],
        ['refused', 'time'],
      ]);
    });

    it('are refused while their time is still to come', () => {
      for (const id of [LOGGED, STAMPED])
        expect(outcomeOf(verifyWith(id, { nowMs: 0 }))).toEqual(['refused', 'time']);
    });

    it('are refused when more log entries are asked for than there are', () => {
      expect(outcomeOf(verifyWith(LOGGED, { policy: { logEntries: 2 } }))).toEqual(['refused', 'log']);
    });

    it('are by whom the policy names: exactly, by a pattern, and with its issuer', () => {
      const named = (identity: string, issuer: string, kind: 'exact' | 'pattern' = 'exact') =>
        outcomeOf(
          verifyWith(LOGGED, {
            policy: {
              identities: [{ identity: { kind, value: identity }, issuer: { kind: 'exact', value: issuer } }],
            },
          }),
        );
      const issuer = 'https://token.actions.githubusercontent.com';
      expect(named('https://github.com/sigstore-conformance/*', issuer, 'pattern')).toEqual([
        'verified',
        'identity',
      ]);
      expect(named('https://github.com/sigstore-conformance/*', issuer)).toEqual(['refused', 'identity']);
      expect(named('https://github.com/someone-else/*', issuer, 'pattern')).toEqual(['refused', 'identity']);
      expect(
        named('https://github.com/sigstore-conformance/*', 'https://accounts.example', 'pattern'),
      ).toEqual(['refused', 'identity']);
      expect(outcomeOf(verifyWith(LOGGED, { policy: { identities: [] } }))).toEqual(['refused', 'identity']);
    });

    it('say what was checked, by whom it was signed, when, and where it was logged', () => {
      const verdict = verifyWith(LOGGED, {});
      expect(verdict.reasons.map(({ check }) => check)).toEqual([
        'signature',
        'log',
        'time',
        'certificate',
        'certificate-log',
        'identity',
      ]);
      expect(verdict.signer).toMatchObject({
        kind: 'certificate',
        issuer: 'https://token.actions.githubusercontent.com',
      });
      expect(verdict.times).toMatchObject([{ source: 'log', by: 'https://rekor.sigstore.dev' }]);
      expect(verdict.logs).toMatchObject([{ url: 'https://rekor.sigstore.dev' }]);
      expect(verifyWith(STAMPED, {}).times).toMatchObject([{ source: 'timestamp-authority' }]);
    });
  },
);
