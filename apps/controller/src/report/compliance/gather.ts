// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type CheckResult, exactly, ok, type Result, type Scope } from '@bartizan/contracts';
import type { ComplianceAnswer, ComplianceRun } from '@bartizan/contracts/compliance';
import { RISK_PATTERNS } from '@bartizan/engine/access';
import {
  answersOfAccess,
  answersOfAdmission,
  answersOfChecks,
  answersOfDetections,
  answersOfNoExposure,
  answersOfRun,
  answersOfSecrets,
  answersOfVulnerabilities,
  FAILURE_KINDS,
  STANDING_STATES,
  withoutPasses,
} from '@bartizan/engine/frameworks';
import type { AccessDesks } from '../../access-ports.ts';
import type { AdmissionDesk } from '../../admission-ports.ts';
import { ComplianceDesk } from '../../decide/compliance/compliance-desk.ts';
import type { ApiFailure, Clock, Owner, RuleBook } from '../../ports.ts';
import { type Collected, collectPages } from '../api/list-query.ts';
import { DAY_MS } from '../api/terms.ts';
import { vulnerableFindings } from '../api/vulnerable-findings.ts';
import { knownWorkloads, scannedWorkloads, searchedImages } from './artefact-evidence.ts';

/** What answers come from. */
export interface GatherParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly book: RuleBook;
  readonly access: AccessDesks;
  readonly admission: Pick<AdmissionDesk, 'policy' | 'counts' | 'reach'>;
  /** Records of one kind that are held at once; default 100,000. */
  readonly recordsMax?: number;
}

type Reading = Pick<GatherParts, 'store' | 'recordsMax'>;

const RECORDS_MAX = 100_000;
const EVENT_DAYS = 7;

/** Everything there is to say beside runs of benchmarks, read once. */
export async function gatherAnswers(
  parts: GatherParts,
  scope: Scope,
  owner: Owner,
): Promise<Result<ComplianceAnswer[], ApiFailure>> {
  const checks = await readChecks(parts, scope);
  if (!checks.ok) return checks;
  const fromChecks = await checkAnswers(parts, scope, checks.value);
  if (!fromChecks.ok) return fromChecks;
  const artefacts = await artefactAnswers(parts, scope);
  if (!artefacts.ok) return artefacts;
  const cluster = await clusterAnswers(parts, scope, owner, checks.value);
  if (!cluster.ok) return cluster;
  return ok([...fromChecks.value, ...artefacts.value, ...cluster.value]);
}

/** Results of checks. What did not pass comes first: passes that are cut off make nothing look better than it is. */
export async function readChecks(
  { store, recordsMax = RECORDS_MAX }: Reading,
  scope: Scope,
): Promise<Result<Collected<CheckResult>, ApiFailure>> {
  const read = (...outcomes: CheckResult['outcome'][]) =>
    collectPages(
      (query) => store.checks.list(scope, query),
      { filter: [exactly('outcome', ...outcomes)], limit: 1000 },
      recordsMax,
    );
  const rest = await read('fail', 'unknown', 'not-applicable');
  if (!rest.ok) return rest;
  const passed = await read('pass');
  if (!passed.ok) return passed;
  return ok({ items: [...rest.value.items, ...passed.value.items], complete: rest.value.complete });
}

/** What checks say, and which of their failures are accepted. */
export async function checkAnswers(
  { store, recordsMax = RECORDS_MAX }: Reading,
  scope: Scope,
  checks: Collected<CheckResult>,
): Promise<Result<ComplianceAnswer[], ApiFailure>> {
  const accepted = await collectPages(
    (query) => store.findings.list(scope, query),
    { filter: [exactly('state', 'accepted'), exactly('kind', ...FAILURE_KINDS)], limit: 1000 },
    recordsMax,
  );
  if (!accepted.ok) return accepted;
  const answers = answersOfChecks(checks.items, accepted.value.items);
  return ok(checks.complete ? answers : withoutPasses(answers));
}

/** What packages and files of workloads and images say. */
export async function artefactAnswers(
  { store, recordsMax = RECORDS_MAX }: Reading,
  scope: Scope,
): Promise<Result<ComplianceAnswer[], ApiFailure>> {
  const vulnerable = await vulnerableFindings(store, scope, {
    max: recordsMax,
    states: STANDING_STATES,
  });
  if (!vulnerable.ok) return vulnerable;
  const secrets = await collectPages(
    (query) => store.findings.list(scope, query),
    { filter: [exactly('kind', 'secret'), exactly('state', ...STANDING_STATES)], limit: 1000 },
    recordsMax,
  );
  if (!secrets.ok) return secrets;
  const workloads = await knownWorkloads(store, scope);
  if (!workloads.ok) return workloads;
  const scanned = await scannedWorkloads(store, scope, workloads.value);
  if (!scanned.ok) return scanned;
  const images = await searchedImages(store, scope, workloads.value);
  if (!images.ok) return images;
  const ofPackages = answersOfVulnerabilities({
    findings: vulnerable.value.items,
    isWhole: vulnerable.value.complete,
    scanned: scanned.value,
  });
  const ofSecrets = answersOfSecrets(secrets.value.items, images.value.items);
  return ok([
    ...(vulnerable.value.complete && workloads.value.complete ? ofPackages : withoutPasses(ofPackages)),
    ...(secrets.value.complete && images.value.complete ? ofSecrets : withoutPasses(ofSecrets)),
  ]);
}

/** What the cluster says: permissions, objects against rules, and the audit log. Nothing where no cluster is watched. */
async function clusterAnswers(
  { store, clock, book, access, admission }: GatherParts,
  scope: Scope,
  owner: Owner,
  checks: Collected<CheckResult>,
): Promise<Result<ComplianceAnswer[], ApiFailure>> {
  const at = clock.nowMs();
  const desk = access(owner);
  const risks = desk.risks();
  const asked = desk.whoCan({ verb: 'get', group: '', resource: 'pods' });
  const fromAccess = risks.ok
    ? answersOfAccess({
        patterns: RISK_PATTERNS,
        risks: risks.value,
        isWhole: asked.ok && asked.value.unreadable.length === 0,
        at,
      })
    : [];
  const isWhole = desk.isExposureWhole();
  const fromAdmission = await admissionAnswers(admission, owner, at);
  if (!fromAdmission.ok) return fromAdmission;
  const events = await store.events.countBy(scope, 'security', 'rule', {
    filter: [],
    limit: 1,
    fromMs: at - EVENT_DAYS * DAY_MS,
  });
  if (!events.ok) return events;
  const detections = book.rules.map(({ rule }) => rule).filter(({ triggers }) => triggers.includes('audit'));
  const isReceived = [...events.value.keys()].some((rule) => rule.startsWith('audit.'));
  return ok([
    ...fromAccess,
    ...(isWhole.ok
      ? answersOfNoExposure(checks.items, { isWhole: isWhole.value && checks.complete, at })
      : []),
    ...fromAdmission.value,
    ...answersOfDetections(detections, events.value, { at, isReceived, days: EVENT_DAYS }),
  ]);
}

/** What admission rules say of what exists; a rule that nobody asked of all it is about does not pass. */
export async function admissionAnswers(
  { counts, policy, reach }: GatherParts['admission'],
  owner: Owner,
  at: number,
): Promise<Result<ComplianceAnswer[], ApiFailure>> {
  const counted = counts(owner);
  if (counted === undefined) return ok([]);
  const known = await policy(owner);
  if (!known.ok) return known;
  const asked = known.value.rules.filter(({ enabled, refused }) => enabled && refused === undefined);
  return ok(
    answersOfAdmission(
      asked.map(({ rule }) => ({
        ...{ id: rule.id, severity: rule.severity, reach: reach(owner, rule) },
        ...(counted.get(rule.id) ?? { violations: 0, unknown: 0 }),
      })),
      at,
    ),
  );
}

/** What one run of benchmarks says. A run is of one node. */
export interface RunAnswers {
  readonly id: string;
  readonly at: number;
  readonly node: string | undefined;
  readonly answers: readonly ComplianceAnswer[];
}

/** Answers of runs of benchmarks: of the one that is named, where there is one, or of the newest of every node. */
export async function runAnswers(
  { store, clock, book }: Pick<GatherParts, 'store' | 'clock' | 'book'>,
  scope: Scope,
  id: string | undefined,
): Promise<Result<readonly RunAnswers[], ApiFailure>> {
  const { severityOf } = book.frameworks;
  const told = (run: ComplianceRun): RunAnswers => ({
    ...{ id: run.id, at: run.at, node: run.nodes[0]?.node, answers: answersOfRun(run, severityOf) },
  });
  if (id === undefined) {
    const newest = await new ComplianceDesk({ store, clock, benchmarks: book.benchmarks }).newest(scope);
    return newest.ok ? ok(newest.value.map(told)) : newest;
  }
  const run = await store.complianceRuns.get(scope, id);
  if (!run.ok) return run;
  return ok(run.value === undefined ? [] : [told(run.value)]);
}
