// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// The audit of all objects of a cluster, objects already read and held in memory: node bench/audit.ts. Each round is a
// process of its own.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AdmissionAudit, type AdmissionRequest, EMPTY_CONTEXT } from '@bartizan/engine/admission';
import { podOf, policyOf, requestFor } from './admission-policy.ts';
import { percentile, record, spreadOf } from './results.ts';

const OBJECTS = 100_000;
const RULES = 300;
/** Objects come by pages, as an API server lists them; reading them is not counted. */
const PAGE = 500;
const ROUNDS = 3;
const GOAL_S = 3;
const GOAL_MB = 400;
const NOW = 1_780_000_000_000;

interface Round {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly violating: number;
  readonly oneUs: number;
}

/** As the watch of a cluster holds it: read from JSON, asked for by nobody. */
const heldAs = (at: number): AdmissionRequest => {
  const json = JSON.stringify(podOf(at, at % 10 !== 0, 1, 4));
  const { user: _user, ...request } = requestFor(JSON.parse(json) as object, at);
  return request;
};

const measured = (): Round => {
  const set = policyOf(RULES);
  const audit = new AdmissionAudit(set, EMPTY_CONTEXT);
  const spent = { ns: 0n, cpuUs: 0 };
  const timed = <T>(body: () => T): T => {
    const cpu = process.cpuUsage();
    const started = process.hrtime.bigint();
    const value = body();
    spent.ns += process.hrtime.bigint() - started;
    const { user, system } = process.cpuUsage(cpu);
    spent.cpuUs += user + system;
    return value;
  };
  for (let first = 0; first < OBJECTS; first += PAGE) {
    const page = Array.from({ length: PAGE }, (_, at) => heldAs(first + at));
    timed(() => {
      for (const [at, request] of page.entries()) audit.put(`${first + at}`, request, NOW);
    });
  }
  const { violating } = timed(() => audit.summary());
  const again = process.hrtime.bigint();
  audit.put('7', requestFor(podOf(7, false, 1, 4), 7), NOW);
  const oneUs = Number(process.hrtime.bigint() - again) / 1000;
  return {
    seconds: Number(spent.ns) / 1e9,
    cpuSeconds: spent.cpuUs / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
    violating,
    oneUs,
  };
};

if (process.argv[2] === 'round') process.stdout.write(JSON.stringify(measured()));
else {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const args = ['--max-semi-space-size=16', fileURLToPath(import.meta.url), 'round'];
    return JSON.parse(execFileSync(process.execPath, args, { timeout: 300_000 }).toString()) as Round;
  });
  const middle = (pick: (round: Round) => number): number => percentile(rounds.map(pick), 50);
  const seconds = rounds.map((round) => round.seconds);
  record({
    id: 'audit-time',
    title: {
      en: `audit of ${OBJECTS} objects by ${RULES} rules`,
      ja: `${OBJECTS} 個のオブジェクトを ${RULES} 件のルールで監査`,
    },
    unit: 's',
    goal: `<= ${GOAL_S}`,
    value: middle((round) => round.seconds),
    n: ROUNDS,
    spread: spreadOf(seconds),
    met: middle((round) => round.seconds) <= GOAL_S,
    notes: [
      `${middle((round) => round.cpuSeconds).toFixed(2)} s of CPU; ${middle((round) => round.violating)} objects violate`,
      `one changed object is judged alone: ${middle((round) => round.oneUs).toFixed(0)} us`,
      `pods with one container and four variables, ${(JSON.stringify(podOf(1, true, 1, 4)).length / 1000).toFixed(1)} kB of JSON each, already read`,
    ],
  });
  const memory = rounds.map((round) => round.peakMb);
  record({
    id: 'audit-memory',
    title: {
      en: `memory of an audit of ${OBJECTS} objects, objects included, peak`,
      ja: `${OBJECTS} 個のオブジェクトの監査に使うメモリー（オブジェクトを含む、最大値）`,
    },
    unit: 'MB',
    goal: `<= ${GOAL_MB}`,
    value: middle((round) => round.peakMb),
    n: ROUNDS,
    spread: spreadOf(memory),
    met: middle((round) => round.peakMb) <= GOAL_MB,
  });
}
