// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext, Cataloger, Ownership } from '../cataloger.ts';
import { declared } from '../declared-licences.ts';
import { type FoundPackage, isPlausible } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { morePackages } from '../problem-words.ts';
import { writePurl } from '../purl.ts';
import { readDatabase } from '../read-database.ts';
import { readBerkeleyValues } from './berkeley.ts';
import { rpmCapabilities } from './capabilities.ts';
import { type RpmHeader, readRpmHeader } from './header.ts';
import { BOTTLEROCKET_INVENTORY, RPM_MANIFEST, readRpmManifests } from './manifests.ts';
import { readNdbBlobs } from './ndb.ts';
import { readSqliteBlobs } from './sqlite.ts';
import type { TellGap } from './value-budget.ts';

const FOLDERS = ['/var/lib/rpm', '/usr/lib/sysimage/rpm', '/usr/share/rpm'];
const MAX_PROBLEMS = 20;
const MAX_OWNED_PATHS = 2_000_000;

type BlobReader = (bytes: Buffer, problem: TellGap) => Generator<Buffer>;

const FORMS: readonly { readonly file: string; readonly read: BlobReader }[] = [
  { file: 'rpmdb.sqlite', read: (bytes, problem) => readSqliteBlobs(bytes, 'Packages', problem) },
  { file: 'Packages.db', read: readNdbBlobs },
  { file: 'Packages', read: readBerkeleyValues },
];

/** `bash-5.1.8-9.el9.src.rpm`: name, version and release are divided by the last two hyphens. */
const sourceOf = (sourceRpm: string | undefined): { name: string; version: string } | undefined => {
  const found = /^(.+)-([^-]+)-([^-]+)\.(?:no)?src\.rpm$/.exec(sourceRpm ?? '');
  return found?.[1] === undefined ? undefined : { name: found[1], version: `${found[2]}-${found[3]}` };
};

/** `nodejs:18:8060020221102:abc` as `nodejs:18`: advisories name module and stream. */
const moduleOf = (label: string | undefined): Pick<FoundPackage, 'module'> => {
  const named = /^([^:\s]{1,120}:[^:\s]{1,120})(?::|$)/.exec(label ?? '')?.[1];
  return named === undefined ? {} : { module: named };
};

const toPackage = (header: RpmHeader, location: string, vendor: string): FoundPackage | undefined => {
  const { name, version, release, epoch, architecture } = header;
  const full = `${epoch === undefined || epoch === 0 ? '' : `${epoch}:`}${version}${release === '' ? '' : `-${release}`}`;
  if (!isPlausible(name) || !isPlausible(full)) return undefined;
  const source = sourceOf(header.sourceRpm);
  return {
    type: 'rpm',
    name,
    version: full,
    purl: writePurl({
      type: 'rpm',
      namespace: vendor,
      name,
      version: `${version}${release === '' ? '' : `-${release}`}`,
      qualifiers: { arch: architecture, epoch: epoch === undefined ? undefined : String(epoch) },
    }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(source === undefined ? {} : { sourceName: source.name, sourceVersion: source.version }),
    ...moduleOf(header.modularity),
    ...declared([header.license]),
    location,
  };
};

const READ: ReadonlySet<string> = new Set(
  FOLDERS.flatMap((folder) => FORMS.map(({ file }) => `${folder}/${file}`)),
);

const stoppedAfterPackages = (packages: number) => ({
  en: `stopped after ${packages} packages: the time was over`,
  ja: `制限時間に達したため、${packages} 個のパッケージを調べたところで中止しました`,
});

/** Reads every header of one database; what cannot be read is a problem of the scan. */
function* readHeaders(context: CatalogContext, path: string, read: BlobReader): Generator<RpmHeader> {
  const bytes = readDatabase(context, path);
  if (bytes === undefined) return;
  let headers = 0;
  let problems = 0;
  const problem: TellGap = (told, code = 'scan.malformed') => {
    problems += 1;
    if (problems <= MAX_PROBLEMS || code !== 'scan.malformed') context.problem(scanProblem(code, path, told));
  };
  for (const blob of read(bytes, problem)) {
    if (context.now() > context.deadlineMs) return problem(stoppedAfterPackages(headers), 'scan.timeout');
    headers += 1;
    const header = readRpmHeader(blob);
    if (header === undefined)
      problem({ en: 'a package header cannot be read', ja: 'パッケージのヘッダーを読み取れません' });
    else if (header.name !== 'gpg-pubkey') yield header;
  }
}

const databases = (context: CatalogContext): { path: string; read: BlobReader }[] =>
  FOLDERS.flatMap((folder) => FORMS.map(({ file, read }) => ({ path: `${folder}/${file}`, read }))).filter(
    ({ path }) => context.tree.stat(path).ok,
  );

/** Every package header of every rpm database of a tree. */
export function* rpmHeaders(context: CatalogContext): Generator<RpmHeader> {
  for (const { path, read } of databases(context)) yield* readHeaders(context, path, read);
}

const noteWriteAheadLog = (context: CatalogContext, path: string): void => {
  const log = context.tree.stat(`${path}-wal`);
  if (log.ok && log.value.sizeBytes > 0) {
    context.problem(
      scanProblem('scan.unsupported', `${path}-wal`, {
        en: 'changes in the write-ahead log are not read',
        ja: '先行書き込みログにある変更は読み取りません',
      }),
    );
  }
};

const fixed = (context: CatalogContext): FoundPackage[] =>
  databases(context).flatMap(({ path, read }) => {
    noteWriteAheadLog(context, path);
    const packages: FoundPackage[] = [];
    for (const header of readHeaders(context, path, read)) {
      const found = toPackage(header, path, context.distribution.id);
      if (found === undefined) continue;
      if (packages.length >= context.limits.packages) {
        context.problem(scanProblem('scan.limit', path, morePackages(context.limits.packages)));
        break;
      }
      packages.push(found);
    }
    return packages;
  });

const owns = (context: CatalogContext, ownership: Ownership): void => {
  for (const { path, read } of databases(context)) {
    for (const header of readHeaders({ ...context, problem: () => undefined }, path, read)) {
      for (const file of header.files()) {
        if (ownership.size >= MAX_OWNED_PATHS) return;
        ownership.set(file, header.name);
      }
    }
  }
};

/** Red Hat, Fedora, SUSE, Amazon, Azure Linux and their relatives. */
export const rpmCataloger: Cataloger = {
  id: 'rpm',
  types: ['rpm'],
  capabilities: rpmCapabilities,
  reads: (path) => READ.has(path) || path === RPM_MANIFEST || path === BOTTLEROCKET_INVENTORY,
  fixed: (context) => [...fixed(context), ...readRpmManifests(context)],
  owns,
};
