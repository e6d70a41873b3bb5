// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ContainerSecretReport, parser, SecretRule, type WorkloadRef } from '@bartizan/contracts';
import { openProcfs, readChanges, upperDirectory } from '@bartizan/host';
import {
  CONTAINER_EXCLUSIONS,
  compileSecretRules,
  DEFAULT_LIMITS,
  DirectoryTree,
  type SecretReport,
  SecretScanner,
  searchTree,
} from '@bartizan/scan';

/** What to search for secrets: the files of a running container. */
export interface SecretJob {
  readonly kind: 'secrets';
  readonly subject: WorkloadRef;
  /** Process id of the container, as the host sees it. */
  readonly pid: number;
  /** Root of the host, where an overlay's own folder is looked for. */
  readonly hostRoot: string;
  /** changes: the files of the image were searched in another container of this node. */
  readonly scope: ContainerSecretReport['scope'];
  /** Folder of the rules. */
  readonly rules: string;
  /** Key of the fingerprints, the same for all containers of this node. */
  readonly hashKey: Uint8Array;
}

/** What a search gives. */
export interface SecretSurvey {
  readonly kind: 'secrets';
  readonly report: ContainerSecretReport;
}

const TIME_LIMIT_MS = 2 * 60_000;
const ENTRIES_MAX = 500_000;
/** Bytes searched of one file: logs and databases of a container are larger, and the report says so. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;
const SECRETS_MAX = 200;
const GAPS_MAX = 256;
const RULE_FILES_MAX = 5_000;
const RULE_BYTES_MAX = 1024 * 1024;

const parseRule = parser(SecretRule);

/** The rules of a folder, compiled. They come with this program: what is wrong with them is said, and nothing is searched. */
const scannerOf = ({ rules: folder, hashKey }: SecretJob): SecretScanner => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const rules = names
    .sort()
    .slice(0, RULE_FILES_MAX)
    .map((name) => {
      const path = join(folder, name);
      if (statSync(path).size > RULE_BYTES_MAX)
        throw new Error(`${name} is larger than ${RULE_BYTES_MAX} bytes`);
      const rule = parseRule(JSON.parse(readFileSync(path, 'utf8')));
      if (!rule.ok) throw new Error(`${name} ${rule.error[0]?.pointer ?? ''} has another form`);
      return rule.value;
    });
  const set = compileSecretRules(rules);
  if (!set.ok) throw new Error(set.error.detail);
  return new SecretScanner(set.value, { hashKey, now: Date.now });
};

/** Where an overlay keeps what the container wrote; undefined where there is none, or it cannot be reached. */
const upperOf = ({ pid, hostRoot }: SecretJob): string | undefined => {
  const mounts = openProcfs().mounts(pid);
  const upper = mounts.ok ? upperDirectory(mounts.value) : undefined;
  const place = upper === undefined ? undefined : join(hostRoot, upper);
  return place !== undefined && existsSync(place) ? place : undefined;
};

/** Where the files of a container lie. */
export interface ContainerFiles {
  readonly root: string;
  /** What it wrote over its image, where its root is an overlay. */
  readonly upper: string | undefined;
}

/** Where to search, and which of the files there the container wrote. */
interface Place {
  readonly root: string;
  readonly scope: ContainerSecretReport['scope'];
  readonly isChanged: (path: string) => boolean;
  /** Whether all that the container wrote is known. */
  readonly isComplete: boolean;
}

const placeOf = ({ scope }: SecretJob, { root, upper }: ContainerFiles): Place => {
  const whole = { root, scope: 'all' } as const;
  // Without an overlay what the container wrote cannot be told from its image: all of it counts as the image's.
  if (upper === undefined) return { ...whole, isChanged: () => false, isComplete: true };
  if (scope === 'changes') return { root: upper, scope: 'changes', isChanged: () => true, isComplete: true };
  const { changed, isComplete } = readChanges(upper);
  const paths = new Set(changed);
  return { ...whole, isChanged: (path) => paths.has(path), isComplete };
};

const toldOf = (report: SecretReport, isChanged: Place['isChanged']): ContainerSecretReport['secrets'] =>
  report.matches.slice(0, SECRETS_MAX).map((match) => ({
    rule: match.rule.id,
    path: match.path.slice(0, 4096),
    line: match.line,
    column: match.column,
    severity: match.severity,
    preview: match.preview,
    fingerprint: match.fingerprint,
    verification: match.verification,
    changed: isChanged(match.path),
    why: match.reasons.slice(0, 16).map(({ step, detail }) => ({
      step,
      detail: { en: detail.en.slice(0, 1000), ja: detail.ja.slice(0, 1000) },
    })),
  }));

/** What was not searched to the end: first what concerns all of it. */
const gapsOf = (report: SecretReport, isComplete: boolean): ContainerSecretReport['incomplete'] => {
  const more = report.matches.length - SECRETS_MAX;
  const gaps = [
    ...(isComplete ? [] : [{ path: '/', reason: 'not all files that the container wrote are known' }]),
    ...(more > 0 ? [{ path: '/', reason: `${more} more secrets are not told` }] : []),
    ...report.incomplete.map(({ code, path, detail }) => ({
      path,
      reason: `${code}: ${detail}`.slice(0, 512),
    })),
  ];
  const left = gaps.length - GAPS_MAX;
  return left <= 0
    ? gaps
    : [{ path: '/', reason: `${left} more places are not told` }, ...gaps.slice(0, GAPS_MAX - 1)];
};

/**
 * Searches the files of a running container for secrets: those of its image too, or only what it wrote. Volumes and
 * mounted Secrets lie on other file systems and are left out. `onProgress` is called again and again meanwhile. Throws
 * when the root cannot be opened: the container is gone.
 */
export const surveySecrets = (
  job: SecretJob,
  onProgress: () => void,
  files: ContainerFiles = { root: `/proc/${job.pid}/root`, upper: upperOf(job) },
): SecretSurvey => {
  const scanner = scannerOf(job);
  const { root, scope, isChanged, isComplete } = placeOf(job, files);
  const tree = new DirectoryTree(root);
  try {
    const report = searchTree({
      tree,
      scanner,
      limits: { entries: ENTRIES_MAX, depth: DEFAULT_LIMITS.depth, timeMs: TIME_LIMIT_MS },
      now: () => {
        onProgress();
        return Date.now();
      },
      exclude: CONTAINER_EXCLUSIONS,
      isOneFileSystem: true,
      fileBytes: FILE_BYTES_MAX,
    });
    return {
      kind: 'secrets',
      report: {
        type: 'secrets',
        subject: job.subject,
        scope,
        secrets: toldOf(report, isChanged),
        incomplete: gapsOf(report, isComplete),
        searchedAtMs: Date.now(),
      },
    };
  } finally {
    tree.close();
  }
};
