// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SqliteStore } from '@bartizan/adapters/store';
import { type Scope, systemScope } from '@bartizan/contracts';
import { ContainerRetention } from '../decide/container-retention.ts';
import type { FindingLedger } from '../decide/finding-ledger.ts';
import type { ImageRetention } from '../decide/image-retention.ts';
import type { Presence } from '../decide/presence.ts';
import type { ScoreHistory } from '../decide/score-history.ts';
import type { Clock, Log } from '../ports.ts';
import type { RefusedAttempts } from '../refused-attempts.ts';
import type { Report } from '../report/build-report.ts';
import type { RegistryRuns } from './scanner/registry-runs.ts';

interface Parts {
  readonly store: SqliteStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly presence: Pick<Presence, 'sweep'>;
  readonly findings: Pick<FindingLedger, 'endAcceptances'>;
  readonly imageRetention: Pick<ImageRetention, 'sweep'>;
  readonly history: Pick<ScoreHistory, 'keep'>;
  readonly runs: Pick<RegistryRuns, 'startDue'>;
  readonly home: Scope;
  readonly report: Pick<Report, 'scorecard'>;
  readonly refusals: Pick<RefusedAttempts, 'flush'>;
  readonly renewCertificate: () => Promise<void>;
}
/** Work that comes round by itself. */
export interface Chores {
  readonly stop: () => void;
}

const PRESENCE_MS = 5000;
const RETENTION_MS = 60_000;
/** What was counted of refused attempts is told at most so much later than it is due. */
const REFUSALS_MS = 10_000;
const SESSIONS_MS = 10 * 60_000;
const IMAGES_MS = 10 * 60_000;
const SCORES_MS = 10 * 60_000;
/** A registry is listed at most so much later than its schedule says. */
const REGISTRIES_MS = 10_000;
/** Often, because a jump of the clock can end the certificate at once, and no agent comes in until there is another. */
const CERTIFICATE_MS = 5000;

const SESSIONS = systemScope('sessions that have ended');
/** A round ends after that many batches: what is left is for the next. */
const BATCHES_MAX = 200;

/** Batch by batch, so that nobody who writes waits for more than one of them. */
async function trimDecisions(store: SqliteStore, clock: Clock): Promise<void> {
  for (let batches = 0; batches < BATCHES_MAX; batches += 1) {
    const trimmed = await store.trimDecisions(clock.nowMs());
    if (!trimmed.ok || !trimmed.value.hasMore) return;
  }
}

/** Starts presence, retention of events, decisions, images, containers and sessions, the end of acceptances, records of refused attempts, the renewal of the certificate, registries whose time has come and the daily scores. A chore that fails is logged and comes round again. */
export function startChores(parts: Parts): Chores {
  const { store, clock, log, presence, findings, history, home, report } = parts;
  const every = (intervalMs: number, name: string, work: () => Promise<unknown>): NodeJS.Timeout => {
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      work()
        .catch((cause: unknown) => log.error({ err: cause, chore: name }, 'a chore failed'))
        .finally(() => {
          busy = false;
        });
    }, intervalMs);
    timer.unref();
    return timer;
  };
  const containers = new ContainerRetention({ store, clock });
  const timers = [
    every(PRESENCE_MS, 'presence', () => presence.sweep()),
    every(RETENTION_MS, 'retention', () => store.applyRetention(clock.nowMs())),
    every(RETENTION_MS, 'admission decisions', () => trimDecisions(store, clock)),
    every(REFUSALS_MS, 'refused attempts', () => parts.refusals.flush()),
    every(SESSIONS_MS, 'sessions', () => store.sessions.removeExpired(SESSIONS, clock.nowMs())),
    every(RETENTION_MS, 'acceptances', () => findings.endAcceptances()),
    every(IMAGES_MS, 'images', () => parts.imageRetention.sweep()),
    every(IMAGES_MS, 'containers', () => containers.sweep()),
    every(CERTIFICATE_MS, 'certificate', () => parts.renewCertificate()),
    every(REGISTRIES_MS, 'registries', () => parts.runs.startDue()),
    every(SCORES_MS, 'scores', async () => {
      const card = await report.scorecard(home);
      if (card.ok) await history.keep(home, clock.nowMs(), card.value.rows);
    }),
  ];
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
