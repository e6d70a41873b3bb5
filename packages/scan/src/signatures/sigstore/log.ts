// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { digestOf, isSignedBytes } from '../keys.ts';
import { demand, Refusal } from '../refusal.ts';
import type { BundleVersion, InclusionProof, LogEntry } from './bundle.ts';
import { covers, type TrustedLog } from './trust-root.ts';

const LEAF = Buffer.of(0);
const INNER = Buffer.of(1);

/** Root hash that an entry and its proof lead to (RFC 9162, 2.1.3.2); undefined when the proof has the wrong length. */
export function rootOf(body: Buffer, { index, size, hashes }: InclusionProof): Buffer | undefined {
  if (index >= size) return undefined;
  let node = BigInt(index);
  let last = BigInt(size - 1);
  let hash = digestOf('sha256', Buffer.concat([LEAF, body]));
  for (const sibling of hashes) {
    if (last === 0n || sibling.length !== 32) return undefined;
    const isRight = (node & 1n) === 1n;
    if (isRight || node === last) {
      hash = digestOf('sha256', Buffer.concat([INNER, sibling, hash]));
      while (!isRight && (node & 1n) === 0n && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    } else hash = digestOf('sha256', Buffer.concat([INNER, hash, sibling]));
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? hash : undefined;
}

/** A signed note (C2SP signed-note) that says how large a log is and what its root hash is. */
interface Checkpoint {
  readonly text: string;
  readonly origin: string;
  readonly size: string;
  readonly rootHash: string;
  readonly signatures: readonly { readonly name: string; readonly bytes: Buffer }[];
}

const SIGNATURES_MAX = 32;

function parseCheckpoint(envelope: string): Checkpoint {
  const end = envelope.indexOf('\n\n');
  demand(end !== -1 && envelope.endsWith('\n'), 'malformed', 'checkpoint: no signatures');
  const text = envelope.slice(0, end + 1);
  const [origin = '', size = '', rootHash = ''] = text.split('\n');
  const lines = envelope.slice(end + 2, -1).split('\n');
  demand(lines.length <= SIGNATURES_MAX, 'malformed', 'checkpoint: too many signatures');
  const signatures = lines.map((line) => {
    const [, name, encoded] = /^\u2014 (\S{1,255}) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    demand(name !== undefined && encoded !== undefined, 'malformed', 'checkpoint: signature line');
    const bytes = Buffer.from(encoded, 'base64');
    demand(
      bytes.length > 4 && bytes.toString('base64') === encoded,
      'malformed',
      'checkpoint: signature line',
    );
    return { name, bytes };
  });
  demand(origin !== '' && /^(0|[1-9]\d{0,15})$/.test(size), 'malformed', 'checkpoint: origin or size');
  return { text, origin, size, rootHash, signatures };
}

/** Refuses a checkpoint that the log did not sign, or that is about another tree. Cosignatures of witnesses are not judged. */
function demandCheckpoint(envelope: string, proof: InclusionProof, log: TrustedLog): void {
  const checkpoint = parseCheckpoint(envelope);
  const hint = log.id.slice(0, 8);
  const own = checkpoint.signatures.filter(
    ({ name, bytes }) =>
      bytes.toString('hex', 0, 4) === hint &&
      (checkpoint.origin === name || checkpoint.origin.startsWith(`${name} - `)),
  );
  demand(own.length > 0, 'log', 'checkpoint: the log did not sign it');
  demand(
    own.every(({ bytes }) =>
      isSignedBytes(log.key, Buffer.from(checkpoint.text), bytes.subarray(4), 'sha256'),
    ),
    'log',
    'checkpoint: the signature of the log is wrong',
  );
  demand(
    checkpoint.size === String(proof.size) && checkpoint.rootHash === proof.rootHash.toString('base64'),
    'log',
    'checkpoint: about another tree than the proof',
  );
}

/** Refuses a promise (signed entry timestamp) that the log did not sign for this entry. */
function demandPromise(entry: LogEntry, promise: Buffer, log: TrustedLog): void {
  const said = JSON.stringify({
    body: entry.body.toString('base64'),
    integratedTime: entry.integratedAtS,
    logID: entry.logId,
    logIndex: entry.index,
  });
  demand(
    isSignedBytes(log.key, Buffer.from(said), promise, 'sha256'),
    'log',
    'the promise of the log is wrong',
  );
}

/** What a log is believed to have said. */
export interface LogWitness {
  readonly url: string;
  readonly logId: string;
  readonly index: number;
  /** When the log says it took the entry; only where it signed that time. */
  readonly integratedAtMs: number | undefined;
}

/** Refuses an entry that is not provably in a log of the trust root; which proof is needed depends on the bundle's version. */
export function demandLogged(
  entry: LogEntry,
  version: BundleVersion,
  logs: readonly TrustedLog[],
): LogWitness {
  const log = logs.find(({ id }) => id === entry.logId);
  if (log === undefined)
    throw new Refusal('log', `the trust root does not know the log ${entry.logId}`, true);
  const { promise, proof } = entry;
  demand(promise !== undefined || version !== '0.1', 'log', 'no promise of the log');
  demand(proof?.checkpoint !== undefined || version === '0.1', 'log', 'no inclusion proof with a checkpoint');
  if (proof !== undefined) {
    demand(
      rootOf(entry.body, proof)?.equals(proof.rootHash) === true,
      'log',
      'the inclusion proof does not lead to its root',
    );
    if (proof.checkpoint !== undefined) demandCheckpoint(proof.checkpoint, proof, log);
    // A log of the second kind has one tree and hence one index.
    const isTile = entry.version === '0.0.2' && entry.kind !== 'intoto';
    demand(!isTile || proof.index === entry.index, 'log', 'two indexes for one entry');
  }
  if (promise === undefined) {
    demand(entry.integratedAtS === 0, 'log', 'a time that nobody signed');
    return { url: log.url, logId: log.id, index: proof?.index ?? entry.index, integratedAtMs: undefined };
  }
  demandPromise(entry, promise, log);
  const integratedAtMs = entry.integratedAtS * 1000;
  demand(covers(log.validity, integratedAtMs), 'log', 'the key of the log did not count at that time');
  return { url: log.url, logId: log.id, index: entry.index, integratedAtMs };
}

/** Refuses a log whose key did not count at a time that somebody else vouches for. */
export function demandLogAt(witness: LogWitness, logs: readonly TrustedLog[], atMs: number): void {
  const log = logs.find(({ id }) => id === witness.logId);
  demand(
    log !== undefined && covers(log.validity, atMs),
    'log',
    'the key of the log did not count at that time',
  );
}
