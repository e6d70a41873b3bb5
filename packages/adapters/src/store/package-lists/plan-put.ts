// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import type { Package } from '@bartizan/contracts';
import type { Change } from '../access.ts';
import type { PackageKey, ScanRecord } from '../ports.ts';
import type { SqlValue } from '../sqlite/database.ts';
import { haystackOf } from '../sqlite/fields.ts';

/** Whose list it is; both '' for what belongs to nobody in particular. */
interface Owner {
  readonly cluster: string;
  readonly tenant: string;
}
type Numbered = 'package_keys' | 'package_sets' | 'package_lists';

/** Where ids come from. What `make` gave is never given again, also when nothing came of it. */
export interface ListIds {
  readonly find: (
    table: 'package_keys' | 'package_sets',
    owner: Owner,
    digest: Uint8Array,
  ) => number | undefined;
  readonly make: (table: Numbered) => number;
}

/** What a list keeps beside its packages. `uses`: place of a package in the list, and its use, which changes often. */
export interface ListHead extends Omit<ScanRecord, 'packages' | 'matchedWith' | 'matchedAtMs' | 'of'> {
  readonly uses: readonly (readonly [place: number, use: NonNullable<Package['use']>])[];
}

const DIGEST_BYTES = 16;
const digestOf = (text: string): Uint8Array =>
  createHash('sha256').update(text).digest().subarray(0, DIGEST_BYTES);

/** Text as compressed JSON. */
export const packJson = (value: unknown): Uint8Array => zstdCompressSync(JSON.stringify(value));

/** Sorted ids, four bytes each. */
export const idBytes = (ids: Iterable<number>): Uint8Array =>
  new Uint8Array(Uint32Array.from(new Set(ids)).sort().buffer);

/**
 * A name as the join compares it: without case, and with one separator. Wider than any ecosystem's own rule, so that a
 * join finds too much rather than too little; the judgement that follows is exact.
 */
export const joinName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/gu, '-');

/** Only where there is one: keys of before have none. */
const roleParts = ({ role }: Package): readonly string[] => (role === undefined ? [] : [role]);

const keyOf = (found: Package): PackageKey => ({
  name: found.name,
  version: found.version,
  ecosystem: found.ecosystem,
  purl: found.purl,
  ...(found.sourceName === undefined ? {} : { sourceName: found.sourceName }),
  ...(found.sourceVersion === undefined ? {} : { sourceVersion: found.sourceVersion }),
  ...(found.architecture === undefined ? {} : { architecture: found.architecture }),
});

const INSERT_KEY = `INSERT INTO package_keys(id,cluster,tenant,digest,join_name,join_source,doc,haystack,f_name,f_version,
  f_ecosystem,f_purl,f_sourceName,f_architecture) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)`;
const INSERT_SET = 'INSERT INTO package_sets(id,cluster,tenant,digest,keys,doc) VALUES(?,?,?,?,?,?)';
const REMOVE_LIST = 'DELETE FROM package_lists WHERE cluster=? AND tenant=? AND subject=?';
const INSERT_LIST = `INSERT INTO package_lists(id,cluster,tenant,subject,of_image,sets,doc,package_count,scanned_at_ms,
  matched_with,matched_at_ms) VALUES(?,?,?,?,?,?,?,?,?,?,?)`;

function keyRow(id: number, owner: Owner, digest: Uint8Array, key: PackageKey): SqlValue[] {
  const { name, version, ecosystem, purl, sourceName = '', architecture = '' } = key;
  return [
    ...[id, owner.cluster, owner.tenant, digest],
    ...[joinName(name), sourceName === '' ? '' : joinName(sourceName), JSON.stringify(key)],
    ...[
      haystackOf([name, version, purl, sourceName]),
      name,
      version,
      ecosystem,
      purl,
      sourceName,
      architecture,
    ],
  ];
}

/** Packages by the layer that brought them, in the order in which layers first appear; those without a layer are one. */
function byLayer(packages: readonly Package[]): Package[][] {
  const groups = new Map<string, Package[]>();
  for (const found of packages) {
    const group = groups.get(found.layer ?? '');
    if (group === undefined) groups.set(found.layer ?? '', [found]);
    else group.push(found);
  }
  return [...groups.values()];
}

const withoutUse = ({ use: _use, ...found }: Package): Package => found;

/** The changes that store a list: what is new of its packages and sets, and the list in place of the one before. */
export function planPut(owner: Owner, scan: ScanRecord, ids: ListIds): readonly Change[] {
  const keys: SqlValue[][] = [];
  const sets: SqlValue[][] = [];
  const made = new Map<string, number>();
  const numberKey = (found: Package): number => {
    const key = keyOf(found);
    const text = JSON.stringify([
      key,
      found.module ?? '',
      found.ownedBy ?? '',
      found.cpe ?? '',
      ...roleParts(found),
    ]);
    const again = made.get(text);
    if (again !== undefined) return again;
    const digest = digestOf(text);
    const known = ids.find('package_keys', owner, digest);
    const id = known ?? ids.make('package_keys');
    if (known === undefined) keys.push(keyRow(id, owner, digest, key));
    made.set(text, id);
    return id;
  };
  const groups = byLayer(scan.packages);
  const setIds = groups.map((used) => {
    const group = used.map(withoutUse);
    const digest = digestOf(JSON.stringify(group));
    const known = ids.find('package_sets', owner, digest);
    if (known !== undefined) return known;
    const id = ids.make('package_sets');
    sets.push([id, owner.cluster, owner.tenant, digest, idBytes(group.map(numberKey)), packJson(group)]);
    return id;
  });
  return [
    { sql: INSERT_KEY, rows: keys },
    { sql: INSERT_SET, rows: sets },
    { sql: REMOVE_LIST, rows: [[owner.cluster, owner.tenant, scan.workload]] },
    { sql: INSERT_LIST, rows: [listRow(owner, scan, { id: ids.make('package_lists'), setIds, groups })] },
  ];
}

function listRow(
  { cluster, tenant }: Owner,
  scan: ScanRecord,
  {
    id,
    setIds,
    groups,
  }: { readonly id: number; readonly setIds: readonly number[]; readonly groups: readonly Package[][] },
): SqlValue[] {
  const { packages, matchedWith, matchedAtMs, of, ...rest } = scan;
  const uses = groups.flat().flatMap(({ use }, place) => (use === undefined ? [] : [[place, use] as const]));
  const head: ListHead = { ...rest, uses };
  // Not sorted: the order of the sets is the order of the list.
  const sets = new Uint8Array(Uint32Array.from(setIds).buffer);
  return [
    ...[id, cluster, tenant, scan.workload, of === 'image' ? 1 : 0, sets, packJson(head), packages.length],
    ...[scan.scannedAtMs, matchedWith, matchedAtMs ?? null],
  ];
}
