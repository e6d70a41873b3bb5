// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ContainerSecretReport,
  InvariantError,
  type LocalText,
  type WorkloadRef,
} from '@bartizan/contracts';
import { type LayerFolders, layerFolders, openProcfs, readChanges, upperDirectory } from '@bartizan/host';
import {
  byUrgency,
  CONTAINER_EXCLUSIONS,
  DEFAULT_LIMITS,
  DirectoryTree,
  type HarmReport,
  readTree,
  type ScanProblem,
  type SecretMatch,
  type SecretScanner,
} from '@bartizan/scan';
import { type ImageParts, searchImageParts } from './image-parts.ts';
import { harmRulesOf, type SearchRules, scannerOf } from './search-rules.ts';
import { SECRETS_MAX_MS } from './survey-times.ts';
import { moreSecrets, problemReason } from './told-problem.ts';

/** What to search for secrets: the files of a running container. */
export interface SecretJob extends SearchRules {
  readonly kind: 'secrets';
  readonly subject: WorkloadRef;
  /** Process id of the container, as the host sees it. */
  readonly pid: number;
  /** Root of the host, where an overlay's own folder is looked for. */
  readonly hostRoot: string;
  /** changes: the files of the image were searched in another container of this node. */
  readonly scope: ContainerSecretReport['scope'];
}

/** What a search gives. */
export interface SecretSurvey {
  readonly kind: 'secrets';
  readonly report: ContainerSecretReport;
}

const ENTRIES_MAX = 500_000;
/** Bytes searched of one file: logs and databases of a container are larger, and the report says so. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;
/** Programs are larger than texts. */
const PROGRAM_BYTES_MAX = 64 * 1024 * 1024;
const SECRETS_MAX = 200;
const HARMFUL_MAX = 200;
const GAPS_MAX = 256;

/** Where the files of a container lie. */
export interface ContainerFiles {
  readonly root: string;
  /** What it wrote over its image, where its root is an overlay. */
  readonly upper: string | undefined;
  /** The layers of its image, as paths of the host. */
  readonly folders?: LayerFolders | undefined;
}

/** Where an overlay keeps what the container wrote: not told where there is none, or it cannot be reached. */
export const filesOf = ({ pid, hostRoot }: Pick<SecretJob, 'pid' | 'hostRoot'>): ContainerFiles => {
  const root = `/proc/${pid}/root`;
  const mounts = openProcfs().mounts(pid);
  const upper = mounts.ok ? upperDirectory(mounts.value) : undefined;
  const place = upper === undefined ? undefined : join(hostRoot, upper);
  if (!mounts.ok || place === undefined || !existsSync(place)) return { root, upper: undefined };
  return { root, upper: place, folders: layerFolders(mounts.value) };
};

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

const toldOf = (
  matches: readonly SecretMatch[],
  isChanged: Place['isChanged'],
): ContainerSecretReport['secrets'] =>
  matches.slice(0, SECRETS_MAX).map((match) => ({
    rule: match.rule.id,
    path: match.path.slice(0, 4096),
    ...(match.kind === 'deleted-file' || match.kind === 'image-config' ? { place: match.kind } : {}),
    ...(match.layer === undefined ? {} : { layer: match.layer.slice(0, 128) }),
    line: match.line,
    column: match.column,
    severity: match.severity,
    preview: match.preview,
    fingerprint: match.fingerprint,
    verification: match.verification,
    changed: match.kind === 'file' && isChanged(match.path),
    why: match.reasons.slice(0, 16).map(({ step, detail }) => ({
      step,
      detail: { en: detail.en.slice(0, 1000), ja: detail.ja.slice(0, 1000) },
    })),
  }));

const harmfulOf = ({ files }: HarmReport, isChanged: Place['isChanged']): ContainerSecretReport['harmful'] =>
  files.slice(0, HARMFUL_MAX).map(({ path, signature, knownAs, evidence }) => ({
    path: path.slice(0, 4096),
    ...(signature === undefined ? {} : { signature }),
    ...(knownAs === undefined ? {} : { knownAs: knownAs.slice(0, 256) }),
    evidence: evidence.slice(0, 16).map((line) => line.slice(0, 512)),
    changed: isChanged(path),
  }));

/** What was not searched to the end: first what concerns all of it. */
const NOT_ALL_KNOWN: LocalText = {
  en: 'not all files that the container wrote are known',
  ja: 'コンテナーが書き込んだファイルの一部を把握できていません',
};
const moreHarmful = (files: number): LocalText => ({
  en: `${files} more harmful files are not told`,
  ja: `ほかに ${files} 個の有害なファイルがあります`,
});
const morePlaces = (places: number): LocalText => ({
  en: `${places} more places are not told`,
  ja: `ほかに ${places} か所あります`,
});

const gapsOf = (
  more: { readonly secrets: number; readonly harmful: number },
  problems: readonly ScanProblem[],
  { isComplete, ofImage }: { readonly isComplete: boolean; readonly ofImage: ImageParts['gaps'] },
): ContainerSecretReport['incomplete'] => {
  const whole = [
    ...(isComplete ? [] : [NOT_ALL_KNOWN]),
    ...(more.secrets > 0 ? [moreSecrets(more.secrets)] : []),
    ...(more.harmful > 0 ? [moreHarmful(more.harmful)] : []),
  ].map((reason) => ({ path: '/', reason }));
  const places = problems.map((problem) => ({ path: problem.path, reason: problemReason(problem) }));
  const gaps = [...whole, ...ofImage, ...places];
  const left = gaps.length - GAPS_MAX;
  return left <= 0 ? gaps : [{ path: '/', reason: morePlaces(left) }, ...gaps.slice(0, GAPS_MAX - 1)];
};

const NOTHING: ImageParts = { matches: [], gaps: [] };

/** What the image holds beside the files that are seen: searched where its files are, once for all its containers. */
const partsOf = (
  { subject, hostRoot }: SecretJob,
  { root, folders }: ContainerFiles,
  more: { readonly scanner: SecretScanner; readonly now: () => number },
): ImageParts =>
  subject.imageDigest === undefined
    ? NOTHING
    : searchImageParts({
        ...{ ...more, hostRoot, root, folders },
        container: subject.container ?? '',
        imageDigest: subject.imageDigest,
        limits: { entries: ENTRIES_MAX, timeMs: SECRETS_MAX_MS, fileBytes: FILE_BYTES_MAX },
      });

/**
 * Searches the files of a running container for secrets and harmful files, in one walk: those of its image too, or only
 * what it wrote. With its image go what the image holds and the container does not show: configuration, history, deleted
 * files. Volumes and mounted Secrets lie on other file systems and are left out. `onProgress` is called again and again meanwhile. Throws when the root cannot be opened: the container is gone.
 */
export const surveySecrets = (
  job: SecretJob,
  onProgress: () => void,
  files: ContainerFiles = filesOf(job),
): SecretSurvey => {
  const [scanner, rules] = [scannerOf(job), harmRulesOf(job)];
  const { root, scope, isChanged, isComplete } = placeOf(job, files);
  const now = (): number => {
    onProgress();
    return Date.now();
  };
  const tree = new DirectoryTree(root);
  try {
    const limits = { entries: ENTRIES_MAX, depth: DEFAULT_LIMITS.depth, timeMs: SECRETS_MAX_MS };
    const { secrets, harm } = readTree({
      ...{ tree, now },
      secrets: { scanner, limits, fileBytes: FILE_BYTES_MAX },
      harm: { rules, limits, fileBytes: PROGRAM_BYTES_MAX },
      exclude: CONTAINER_EXCLUSIONS,
      isOneFileSystem: true,
    });
    if (secrets === undefined || harm === undefined) throw new InvariantError('both were asked for');
    const parts = scope === 'all' ? partsOf(job, files, { scanner, now }) : NOTHING;
    const matches = [...secrets.matches, ...parts.matches].sort(byUrgency);
    const more = { secrets: matches.length - SECRETS_MAX, harmful: harm.files.length - HARMFUL_MAX };
    return {
      kind: 'secrets',
      report: {
        type: 'secrets',
        subject: job.subject,
        scope,
        secrets: toldOf(matches, isChanged),
        harmful: harmfulOf(harm, isChanged),
        incomplete: gapsOf(more, [...secrets.incomplete, ...harm.incomplete], {
          isComplete,
          ofImage: parts.gaps,
        }),
        searchedAtMs: Date.now(),
      },
    };
  } finally {
    tree.close();
  }
};
