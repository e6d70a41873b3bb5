// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestOf, spkiOf } from '../keys.ts';
import { Refusal } from '../refusal.ts';
import type { InclusionProof, LogEntry } from './bundle.ts';
import { demandLogAt, demandLogged, rootOf } from './log.ts';
import type { TrustedLog } from './trust-root.ts';

const leaf = (body: Buffer): Buffer => digestOf('sha256', Buffer.concat([Buffer.of(0), body]));
const inner = (left: Buffer, right: Buffer): Buffer =>
  digestOf('sha256', Buffer.concat([Buffer.of(1), left, right]));
const bodies = (size: number): Buffer[] =>
  Array.from({ length: size }, (_, index) => Buffer.from(`entry ${index}`));

/** Root and audit path written straight from the definition (RFC 9162, 2.1.1 and 2.1.3.1), as an oracle. */
const split = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));
const tree = (leaves: readonly Buffer[]): Buffer => {
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return leaf(only);
  const at = split(leaves.length);
  return inner(tree(leaves.slice(0, at)), tree(leaves.slice(at)));
};
const pathTo = (index: number, leaves: readonly Buffer[]): Buffer[] => {
  if (leaves.length === 1) return [];
  const at = split(leaves.length);
  return index < at
    ? [...pathTo(index, leaves.slice(0, at)), tree(leaves.slice(at))]
    : [...pathTo(index - at, leaves.slice(at)), tree(leaves.slice(0, at))];
};

const pair = generateKeyPairSync('ed25519');
const LOG_ID = digestOf('sha256', spkiOf(pair.publicKey)).toString('hex');
const log: TrustedLog = {
  url: 'https://log.example',
  id: LOG_ID,
  key: pair.publicKey,
  validity: { startMs: 1000, endMs: 5_000_000 },
};

const checkpointOf = (size: number, root: Buffer, origin = 'log.example', name = origin): string => {
  const text = `${origin}\n${size}\n${root.toString('base64')}\n`;
  const signed = Buffer.concat([
    Buffer.from(LOG_ID.slice(0, 8), 'hex'),
    sign(null, Buffer.from(text), pair.privateKey),
  ]);
  return `${text}\n\u2014 ${name} ${signed.toString('base64')}\n`;
};

function entryIn(
  size: number,
  index: number,
  changes: Partial<LogEntry> = {},
  proof: Partial<InclusionProof> = {},
): LogEntry {
  const leaves = bodies(size);
  const root = tree(leaves);
  const body = leaves[index] ?? Buffer.alloc(0);
  const full: InclusionProof = {
    index,
    size,
    rootHash: root,
    hashes: pathTo(index, leaves),
    checkpoint: checkpointOf(size, root),
    ...proof,
  };
  return {
    index,
    logId: LOG_ID,
    kind: 'hashedrekord',
    version: '0.0.2',
    integratedAtS: 0,
    promise: undefined,
    proof: full,
    body,
    ...changes,
  };
}

const refusalOf = (entry: LogEntry, version: '0.1' | '0.3' = '0.3'): string => {
  try {
    demandLogged(entry, version, [log]);
  } catch (error) {
    if (error instanceof Refusal) return `${error.isUnknown ? 'unknown' : 'refused'}: ${error.message}`;
    throw error;
  }
  return 'none';
};

describe('inclusion proofs', () => {
  it('lead from each entry of each tree up to 40 to its root, and from no other index', () => {
    for (let size = 1; size <= 40; size += 1) {
      const leaves = bodies(size);
      const root = tree(leaves);
      for (let index = 0; index < size; index += 1) {
        const hashes = pathTo(index, leaves);
        const proof = { index, size, hashes, rootHash: root, checkpoint: undefined };
        const body = leaves[index] ?? Buffer.alloc(0);
        expect(rootOf(body, proof)?.equals(root)).toBe(true);
        expect(rootOf(Buffer.from('else'), proof)?.equals(root)).toBe(false);
        const moved = rootOf(body, { ...proof, index: (index + 1) % size });
        if (size > 1) expect(moved?.equals(root) ?? false).toBe(false);
        expect(rootOf(body, { ...proof, hashes: [...hashes, root] })).toBeUndefined();
        if (hashes.length > 0) expect(rootOf(body, { ...proof, hashes: hashes.slice(1) })).toBeUndefined();
      }
    }
  });

  it('end when the index is outside of the tree', () => {
    expect(
      rootOf(Buffer.alloc(1), {
        index: 1,
        size: 1,
        hashes: [],
        rootHash: Buffer.alloc(32),
        checkpoint: undefined,
      }),
    ).toBeUndefined();
  });
});

describe('log entries', () => {
  it('are believed with a proof and a checkpoint of the log', () => {
    expect(demandLogged(entryIn(7, 3), '0.3', [log])).toEqual({
      url: 'https://log.example',
      logId: LOG_ID,
      index: 3,
      integratedAtMs: undefined,
    });
  });

  it('are believed with a promise, whose time then counts', () => {
    const body = Buffer.from('{}');
    const said = JSON.stringify({
      body: body.toString('base64'),
      integratedTime: 9,
      logID: LOG_ID,
      logIndex: 4,
    });
    const promise = sign(null, Buffer.from(said), pair.privateKey);
    const entry = entryIn(1, 0, {
      body,
      index: 4,
      integratedAtS: 9,
      promise,
      proof: undefined,
      version: '0.0.1',
    });
    expect(demandLogged(entry, '0.1', [log]).integratedAtMs).toBe(9000);
    expect(refusalOf({ ...entry, integratedAtS: 10 }, '0.1')).toBe(
      'refused: the promise of the log is wrong',
    );
    expect(refusalOf({ ...entry, index: 5 }, '0.1')).toBe('refused: the promise of the log is wrong');
    expect(refusalOf(entry)).toBe('refused: no inclusion proof with a checkpoint');
  });

  it.each([
    ['no proof', entryIn(7, 3, { proof: undefined }), 'refused: no inclusion proof with a checkpoint'],
    [
      'another body',
      entryIn(7, 3, { body: Buffer.from('x') }),
      'refused: the inclusion proof does not lead to its root',
    ],
    ['another index', entryIn(7, 3, { index: 4 }), 'refused: two indexes for one entry'],
    ['a time nobody signed', entryIn(7, 3, { integratedAtS: 4 }), 'refused: a time that nobody signed'],
    ['an unknown log', entryIn(7, 3, { logId: 'ab' }), 'unknown: the trust root does not know the log ab'],
    [
      'a checkpoint of another tree',
      entryIn(7, 3, {}, { checkpoint: checkpointOf(8, tree(bodies(8))) }),
      'refused: checkpoint: about another tree than the proof',
    ],
    [
      'a checkpoint under another name',
      entryIn(7, 3, {}, { checkpoint: checkpointOf(7, tree(bodies(7)), 'log.example', 'else') }),
      'refused: checkpoint: the log did not sign it',
    ],
    [
      'a checkpoint without signature',
      entryIn(7, 3, {}, { checkpoint: 'log.example\n7\n' }),
      'refused: checkpoint: no signatures',
    ],
    [
      'a checkpoint with a broken line',
      entryIn(7, 3, {}, { checkpoint: 'log.example\n7\nx\n\n- a b\n' }),
      'refused: checkpoint: signature line',
    ],
    [
      'a checkpoint without a size',
      entryIn(7, 3, {}, { checkpoint: `${checkpointOf(7, tree(bodies(7))).replace('\n7\n', '\n')}` }),
      'refused: checkpoint: origin or size',
    ],
  ])('are refused with %s', (_what, entry, expected) => {
    expect(refusalOf(entry)).toBe(expected);
  });

  it('are refused when the checkpoint was changed after it was signed', () => {
    const entry = entryIn(7, 3);
    const checkpoint = entry.proof?.checkpoint
      ?.replace('log.example\n7\n', 'log.example\n7\n')
      .replace('\n\n', '\nextra\n\n');
    expect(refusalOf(entryIn(7, 3, {}, { checkpoint }))).toBe(
      'refused: checkpoint: the signature of the log is wrong',
    );
  });

  it('count only while the key of the log does', () => {
    const witness = demandLogged(entryIn(7, 3), '0.3', [log]);
    expect(() => demandLogAt(witness, [log], 5_000_000)).not.toThrow();
    expect(() => demandLogAt(witness, [log], 5_000_001)).toThrow('did not count');
    expect(() => demandLogAt(witness, [log], 999)).toThrow('did not count');
  });
});
