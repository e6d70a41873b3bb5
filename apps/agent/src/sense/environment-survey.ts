// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { cutText, type EnvironmentSecretReport, type LocalText, type WorkloadRef } from '@bartizan/contracts';
import { openProcfs, type Procfs } from '@bartizan/host';
import {
  byUrgency,
  GAPS,
  onlyFirst,
  type SecretMatch,
  type SecretScanner,
  searchEnvironment,
} from '@bartizan/scan';
import { secretsOfImage } from './image-parts.ts';
import { type SearchRules, scannerOf } from './search-rules.ts';
import { filesOf } from './secret-survey.ts';
import { moreSecrets, toldProblem } from './told-problem.ts';

/** Whose environment to search: of the first process of a container, or of the services of the host. */
export interface EnvironmentJob extends SearchRules {
  readonly kind: 'environment';
  readonly subject: WorkloadRef;
  /** Absent: the services of the host. The start tells the process from a later one with the same number. */
  readonly first?: { readonly pid: number; readonly startBootUs: number };
  /** Root of the host, where image stores are looked for. */
  readonly hostRoot: string;
}

/** What a search gives. */
export interface EnvironmentSurvey {
  readonly kind: 'environment';
  readonly report: EnvironmentSecretReport;
}

type Told = EnvironmentSecretReport['secrets'][number];

const SECRETS_MAX = 200;
const SERVICES_MAX = 1024;
const GAPS_MAX = 16;
/** The name of a program, as it may be shown: a process gives itself whatever name it wants. */
const SERVICE = /^[A-Za-z0-9_.+@-]{1,64}$/;

/** What one process gave. */
interface Searched {
  readonly matches: readonly SecretMatch[];
  readonly gaps: readonly LocalText[];
}

const MORE_SERVICES: LocalText = {
  en: 'more services run than are searched',
  ja: '調べられる数を超えるサービスが動いています',
};
const unreadable = (kind: string): LocalText => ({
  en: `an environment cannot be read: ${kind}`,
  ja: `環境変数を読み取れません（${kind}）`,
});

const searchProcess = (scanner: SecretScanner, procfs: Procfs, pid: number): Searched | undefined => {
  const environment = procfs.environment(pid);
  if (!environment.ok)
    return environment.error.kind === 'gone'
      ? undefined
      : { matches: [], gaps: [unreadable(environment.error.kind)] };
  const { bytes, isCut } = environment.value;
  const { matches, cut } = searchEnvironment(scanner, bytes);
  const gaps = cut.map((path) => toldProblem(path, GAPS.moreMatches));
  return { matches, gaps: isCut ? [onlyFirst(bytes.length), ...gaps] : gaps };
};

const toldOf = (match: SecretMatch, service?: string): Told => ({
  rule: match.rule.id,
  variable: match.path.slice('env['.length, -1),
  ...(service === undefined ? {} : { service }),
  severity: match.severity,
  preview: match.preview,
  fingerprint: match.fingerprint,
  verification: match.verification,
  why: match.reasons.slice(0, 16).map(({ step, detail }) => ({
    step,
    detail: { en: detail.en.slice(0, 1000), ja: detail.ja.slice(0, 1000) },
  })),
});

/** Of a container what its image does not bring: that is told at the image, once for all that run it. */
const ofContainer = (
  job: EnvironmentJob & Required<Pick<EnvironmentJob, 'first'>>,
  scanner: SecretScanner,
  procfs: Procfs,
): { readonly told: readonly Told[]; readonly gaps: readonly LocalText[] } => {
  const { first, subject, hostRoot } = job;
  const searched = searchProcess(scanner, procfs, first.pid);
  const stat = procfs.stat(first.pid);
  if (searched === undefined || !stat.ok || stat.value.startBootUs !== first.startBootUs)
    throw new Error('the container is gone');
  const { matches, gaps } = searched;
  const upper = matches.length === 0 ? undefined : filesOf({ pid: first.pid, hostRoot }).folders?.upper;
  const { container = '', imageDigest } = subject;
  const ofImage =
    upper === undefined ? new Set() : secretsOfImage(scanner, { hostRoot, upper, container, imageDigest });
  return {
    told: matches.filter(({ fingerprint }) => !ofImage.has(fingerprint)).map((match) => toldOf(match)),
    gaps,
  };
};

/**
 * First processes of the services of the host: its init, and what that started, by their parent. What they start in turn
 * inherits the same variables, and is not read.
 */
const servicesOf = (procfs: Procfs): { readonly pid: number; readonly name: string }[] => {
  const [root, namespace] = [procfs.rootIdentity(1), procfs.namespace(1, 'pid')];
  if (!root.ok || !namespace.ok) return [];
  return procfs.pids().flatMap((pid) => {
    const stat = procfs.stat(pid);
    if (!stat.ok || (pid !== 1 && stat.value.parentPid !== 1)) return [];
    // Containers whose starter ended hang below the init of the host: they see another root, or other processes.
    const [own, processes] = [procfs.rootIdentity(pid), procfs.namespace(pid, 'pid')];
    if (!own.ok || own.value !== root.value || !processes.ok || processes.value !== namespace.value)
      return [];
    return [{ pid, name: SERVICE.test(stat.value.name) ? stat.value.name : String(pid) }];
  });
};

const ofServices = (
  scanner: SecretScanner,
  procfs: Procfs,
  onProgress: () => void,
): { readonly told: readonly Told[]; readonly gaps: readonly LocalText[] } => {
  const services = servicesOf(procfs);
  const told = new Map<string, Told>();
  const gaps = services.length > SERVICES_MAX ? [MORE_SERVICES] : [];
  for (const { pid, name } of services.slice(0, SERVICES_MAX)) {
    onProgress();
    const searched = searchProcess(scanner, procfs, pid);
    for (const gap of searched?.gaps ?? []) gaps.push(toldProblem(name, gap));
    for (const match of [...(searched?.matches ?? [])].sort(byUrgency)) {
      const one = toldOf(match, name);
      // A service of several processes is one place.
      told.set([name, one.rule, one.variable, one.fingerprint].join('\n'), one);
    }
  }
  return { told: [...told.values()], gaps };
};

/**
 * Searches environments for secrets, with the rules that images are searched with. Values are held by this process alone
 * and for as long as it searches them. Throws when the container is gone.
 */
export const surveyEnvironment = (
  job: EnvironmentJob,
  onProgress: () => void,
  procfs: Procfs = openProcfs(),
): EnvironmentSurvey => {
  const scanner = scannerOf(job);
  const { first } = job;
  const { told, gaps } =
    first === undefined
      ? ofServices(scanner, procfs, onProgress)
      : ofContainer({ ...job, first }, scanner, procfs);
  const more = told.length - SECRETS_MAX;
  return {
    kind: 'environment',
    report: {
      type: 'environment-secrets',
      subject: job.subject,
      secrets: told.slice(0, SECRETS_MAX),
      incomplete: [...(more > 0 ? [moreSecrets(more)] : []), ...gaps]
        .slice(0, GAPS_MAX)
        .map((reason) => cutText(reason, 512)),
      searchedAtMs: Date.now(),
    },
  };
};
