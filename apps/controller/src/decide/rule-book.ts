// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type Content,
  loadBenchmarks,
  loadContent,
  loadMalware,
  loadSecretRules,
} from '@bartizan/adapters/content';
import {
  type Configure,
  type Failure,
  type FileSignature,
  isOfController,
  ok,
  type Result,
  type SecretRule,
} from '@bartizan/contracts';
import { type CompiledRule, compileRulesLeniently } from '@bartizan/engine';
import type { Log, RuleBook } from '../ports.ts';
import { openFrameworkBook } from './framework-book.ts';

/**
 * Files whose opening agents report: every one that a rule asks for (a test holds the rules to it), as the sensor takes
 * them. A part that is only `*` stands for one part, a first part `**` for any number; what ends in `/` means everything
 * below, of which a folder behind `**` is known four levels up at most.
 */
// biome-ignore format: a list of paths reads better in lines
const WATCHED: readonly string[] = [
  '/etc/shadow', '/etc/gshadow', '/etc/shadow-', '/etc/ld.so.preload', '/etc/crontab', '/etc/cron.d/', '/etc/cron.daily/',
  '/etc/cron.hourly/', '/etc/cron.weekly/', '/etc/cron.monthly/', '/var/spool/cron/', '/etc/sudoers', '/etc/sudoers.d/',
  '/etc/pam.d/', '/etc/profile', '/etc/profile.d/', '/root/.bashrc', '/root/.profile', '/etc/systemd/system/', '/etc/rc.local',
  // Alpine, where /var/spool/cron/crontabs is a link: the kernel tells where it leads.
  '/etc/crontabs/', '/etc/periodic/',
  // Home folders are anywhere. As a rule the folder: its name is rare, that of the file (`config.json`) is not.
  '**/.ssh/', '**/.aws/', '**/.docker/', '**/.azure/', '**/.config/gcloud/', '**/.netrc', '**/.git-credentials',
  // The file: below the folder lies a cache of hundreds.
  '**/.kube/config', '/root/.kube/',
  '/etc/kubernetes/', '/run/secrets/kubernetes.io/serviceaccount/', '/var/run/secrets/kubernetes.io/serviceaccount/',
  // Those of the node, whose root a container has as /host or the like.
  '/*/etc/shadow', '/*/etc/ld.so.preload', '/*/etc/crontab', '/*/etc/cron.d/', '/*/var/spool/cron/', '/*/etc/sudoers',
  '/*/etc/sudoers.d/',
];

/** Knowledge in force and what agents are told of it. */
export interface Knowledge extends RuleBook {
  readonly content: Content;
  readonly configuration: Configure;
  /** What nodes may find in the files of containers. */
  readonly secretRules: readonly SecretRule[];
  readonly signatures: readonly FileSignature[];
}

/** Loads `content/`; rules that do not compile are left out, with a line in the log each. */
export function loadKnowledge(folder: string, log: Log): Result<Knowledge, Failure<'E_CONTENT'>> {
  const content = loadContent(folder);
  if (!content.ok) return content;
  for (const fault of content.value.refused) log.error({ ...fault }, 'a content file was refused');
  const benchmarks = loadBenchmarks(folder);
  if (!benchmarks.ok) return benchmarks;
  for (const fault of benchmarks.value.refused) log.error({ ...fault }, 'a benchmark was refused');
  const secrets = loadSecretRules(folder);
  if (!secrets.ok) return secrets;
  const malware = loadMalware(folder);
  if (!malware.ok) return malware;
  const compiled = compileRulesLeniently(content.value.rules);
  for (const refused of compiled.refused)
    log.error({ rule: refused.id, detail: refused.failure.detail }, 'a rule was refused');
  const rules = compiled.set.rules.map(({ rule, revision }: CompiledRule) => ({ rule, revision }));
  return ok({
    rules,
    frameworks: openFrameworkBook(folder, { ...content.value, rules }, log),
    rulesRevision: compiled.set.revision,
    controls: content.value.controls,
    benchmarks: benchmarks.value.benchmarks,
    content: content.value,
    secretRules: secrets.value.rules,
    signatures: malware.value.signatures,
    configuration: {
      type: 'configure',
      rulesRevision: compiled.set.revision,
      // What only the controller sees is asked here.
      rules: rules.map(({ rule }) => rule).filter(({ triggers }) => !triggers.every(isOfController)),
      watchedPaths: [...WATCHED],
      scanIntervalS: 6 * 3600,
      postureIntervalS: 3600,
      processEvents: true,
    },
  });
}
