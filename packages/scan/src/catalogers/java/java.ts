// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import { freeChunk, ownChunk } from '../../archive/chunk-memory.ts';
import { openZip, type ZipArchive, type ZipEntry, type ZipError, type ZipSource } from '../../archive/zip.ts';
import { baseName } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { GAPS, treeProblem, zipProblem } from '../problem-words.ts';
import { writePurl } from '../purl.ts';
import { readManifest } from '../read-manifest.ts';
import { linesOf } from '../text-lines.ts';
import { javaCapabilities } from './capabilities.ts';
import { type Coordinates, fromManifest, fromPomProperties, readPairs } from './identify.ts';

const ARCHIVE = /\.(?:jar|war|ear|par|jpi|hpi)$/i;
const POM = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const MANIFEST = 'META-INF/MANIFEST.MF';
/** Sources and documentation go by these names, and so may anything else: what such an archive holds decides. */
const NO_CODE = /-(?:sources|javadoc)\.jar$/i;
const CODE = /\.class$/i;
const RUNTIME = /\/[^/]*(?:jdk|jre|jvm|java|graal|zulu|corretto|temurin)[^/]*\/(?:[^/]+\/)?release$/i;
/** A signed archive lists every file with its digest: the manifest of bcprov 1.78 has 770 kB. */
const MAX_PROPERTIES_BYTES = 4 * 1024 * 1024;

/** What one outer archive may still cost. */
interface Budget {
  archives: number;
  inflatedBytes: number;
  isLate: boolean;
}

interface Job {
  readonly context: CatalogContext;
  readonly budget: Budget;
  readonly found: FoundPackage[];
}

interface Archive {
  readonly location: string;
  readonly fileName: string;
  readonly depth: number;
}

const toPackage = (coordinates: Coordinates, location: string): FoundPackage => {
  const { group, artifact, version } = coordinates;
  return {
    type: 'maven',
    name: group === undefined ? artifact : `${group}:${artifact}`,
    version,
    purl: writePurl({
      type: 'maven',
      ...(group === undefined ? {} : { namespace: group }),
      name: artifact,
      version,
    }),
    location,
  };
};

/** Whether the time of the scan is over: said once, and nothing more is read. */
const isLate = ({ context, budget }: Job, path: string): boolean => {
  if (!budget.isLate && context.now() > context.deadlineMs) {
    budget.isLate = true;
    context.problem(
      scanProblem('scan.timeout', path, {
        en: 'not read: the time of the scan was over',
        ja: 'スキャンの制限時間に達したため、読み取っていません',
      }),
    );
  }
  return budget.isLate;
};

/**
 * Reads an entry, and charges what that may take, whether or not it succeeds, because many entries may name the same
 * bytes. What claims to be too large is refused before anything is read, and costs nothing.
 */
const readEntry = (
  zip: ZipArchive,
  entry: ZipEntry,
  { budget, maxBytes }: { readonly budget: Budget; readonly maxBytes: number },
): Result<Buffer, ZipError> => {
  const mostBytes = Math.min(maxBytes, budget.inflatedBytes);
  const costBytes = Math.max(entry.sizeBytes, entry.compressedBytes);
  if (costBytes <= mostBytes) budget.inflatedBytes -= costBytes;
  return zip.read(entry, mostBytes);
};

const readText = (zip: ZipArchive, entry: ZipEntry, archive: Archive, job: Job): string | undefined => {
  const path = `${archive.location}!${entry.name}`.slice(0, 1024);
  if (isLate(job, path)) return undefined;
  const content = readEntry(zip, entry, { budget: job.budget, maxBytes: MAX_PROPERTIES_BYTES });
  if (content.ok) return content.value.toString('utf8');
  job.context.problem(zipProblem(content.error, path));
  return undefined;
};

/** By the Maven metadata that an archive holds. Gives whether it holds any, and whether any of it names an artifact. */
const identifyByMaven = (
  zip: ZipArchive,
  archive: Archive,
  job: Job,
): { readonly isStated: boolean; readonly isFound: boolean } => {
  const { limits, problem } = job.context;
  const all = zip.entries.filter((entry) => POM.test(entry.name));
  if (all.length > limits.archiveCount)
    problem(
      scanProblem('scan.limit', archive.location, {
        en: `only the first ${limits.archiveCount} of ${all.length} pom.properties are read`,
        ja: `pom.properties ${all.length} 件のうち、先頭の ${limits.archiveCount} 件だけを調べました`,
      }),
    );
  let isFound = false;
  for (const entry of all.slice(0, limits.archiveCount)) {
    const text = readText(zip, entry, archive, job);
    const coordinates = text === undefined ? undefined : fromPomProperties(text);
    if (coordinates === undefined) continue;
    isFound = true;
    job.found.push(toPackage(coordinates, archive.location));
  }
  return { isStated: all.length > 0, isFound };
};

/** Metadata that names nothing, as `${project.version}` that no build filled in, is followed by manifest and file name. */
const identify = (zip: ZipArchive, archive: Archive, job: Job): void => {
  const { isStated, isFound } = identifyByMaven(zip, archive, job);
  if (isFound) return;
  const manifest = zip.entries.find((entry) => entry.name === MANIFEST);
  const text = manifest === undefined ? '' : readText(zip, manifest, archive, job);
  const coordinates = text === undefined ? undefined : fromManifest(text, archive.fileName);
  if (coordinates !== undefined) job.found.push(toPackage(coordinates, archive.location));
  else if (isStated && !job.budget.isLate)
    job.context.problem(scanProblem('scan.malformed', archive.location, GAPS.noName));
};

const readNested = (zip: ZipArchive, archive: Archive, job: Job): void => {
  const { limits, problem } = job.context;
  for (const entry of zip.entries) {
    if (!ARCHIVE.test(entry.name)) continue;
    const path = `${archive.location}!${entry.name}`.slice(0, 1024);
    if (archive.depth >= limits.archiveDepth) {
      problem(
        scanProblem('scan.limit', path, {
          en: `archives nested deeper than ${limits.archiveDepth}`,
          ja: `アーカイブの入れ子が ${limits.archiveDepth} 段を超えています`,
        }),
      );
      return;
    }
    if (isLate(job, path)) return;
    if (job.budget.archives <= 0 || job.budget.inflatedBytes <= 0) {
      problem(
        scanProblem('scan.limit', path, {
          en: 'too many or too large archives inside one',
          ja: '内側のアーカイブが多すぎるか、大きすぎます',
        }),
      );
      return;
    }
    const content = readEntry(zip, entry, { budget: job.budget, maxBytes: limits.archiveBytes });
    job.budget.archives -= 1;
    if (!content.ok) {
      problem(zipProblem(content.error, path));
      continue;
    }
    const bytes = content.value;
    const source = {
      sizeBytes: bytes.length,
      readAt: (offset: number, length: number) => bytes.subarray(offset, offset + length),
    };
    readArchive(source, { location: path, fileName: baseName(entry.name), depth: archive.depth + 1 }, job);
    // What was inflated is memory of its own; what was stored is a view of the outer archive, and stays.
    freeChunk(ownChunk(bytes));
  }
};

/** Whether an archive is one of sources or documentation: nothing in it can be run. */
const isText = (zip: ZipArchive, { fileName }: Archive): boolean =>
  NO_CODE.test(fileName) && !zip.entries.some(({ name }) => CODE.test(name) || ARCHIVE.test(name));

const readArchive = (source: ZipSource, archive: Archive, job: Job): void => {
  const opened = openZip(source);
  if (!opened.ok) {
    job.context.problem(zipProblem(opened.error, archive.location));
    return;
  }
  if (opened.value.isIncomplete) {
    job.context.problem(
      scanProblem('scan.truncated', archive.location, {
        en: 'the central directory cannot be read to its end',
        ja: 'アーカイブの目録を最後まで読み取れません',
      }),
    );
  }
  if (isText(opened.value, archive)) return;
  identify(opened.value, archive, job);
  readNested(opened.value, archive, job);
};

const inspect = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const opened = context.tree.open(file.path);
  if (!opened.ok) {
    context.problem(treeProblem(opened.error, file.path));
    return [];
  }
  const { archiveCount: archives, archiveBytes: inflatedBytes } = context.limits;
  const budget = { archives, inflatedBytes, isLate: false };
  const job: Job = { context, budget, found: [] };
  try {
    readArchive(opened.value, { location: file.path, fileName: file.name, depth: 1 }, job);
    return job.found;
  } finally {
    opened.value.close();
  }
};

/** gradle.lockfile: `group:artifact:version=configurations`. */
const readGradleLock = (file: WalkedFile, context: CatalogContext): FoundPackage[] =>
  [...linesOf(readManifest(context, file.path) ?? Buffer.alloc(0))].flatMap((line) => {
    const [, group, artifact, version] = /^([^:=#\s]+):([^:=\s]+):([^:=\s]+)=/.exec(line) ?? [];
    return foundPackages([
      {
        type: 'maven',
        name: `${group}:${artifact}`,
        version,
        location: file.path,
        purl: { name: artifact ?? '', ...(group === undefined ? {} : { namespace: group }) },
      },
    ]);
  });

/** The `release` file of a Java run-time: `JAVA_VERSION="17.0.9"`, and who built it. */
const readRuntime = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const pairs = readPairs((readManifest(context, file.path) ?? Buffer.alloc(0)).toString('utf8'));
  const value = (key: string): string => (pairs.get(key) ?? '').replace(/^"|"$/g, '');
  const isOracle = /^Oracle/.test(value('implementor')) && value('build_type') === 'commercial';
  return foundPackages([
    {
      type: 'generic',
      name: isOracle ? 'oracle-jdk' : 'openjdk',
      version: value('java_runtime_version') || value('java_version'),
      location: file.path,
    },
  ]).map((found) => ({
    ...found,
    cpe: `cpe:2.3:a:oracle:${isOracle ? 'jdk' : 'openjdk'}:${value('java_version')}:*:*:*:*:*:*:*`.slice(
      0,
      256,
    ),
  }));
};

/** Java archives, nested ones included. */
export const javaCataloger: Cataloger = {
  id: 'java',
  types: ['maven', 'generic'],
  capabilities: javaCapabilities,
  wants: (file) =>
    file.name === 'gradle.lockfile' ||
    (file.name === 'release' && RUNTIME.test(file.path)) ||
    ARCHIVE.test(file.name),
  inspect: (file, context) => {
    if (file.name === 'gradle.lockfile') return readGradleLock(file, context);
    return file.name === 'release' ? readRuntime(file, context) : inspect(file, context);
  },
};
