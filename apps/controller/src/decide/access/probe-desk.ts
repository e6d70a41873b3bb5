// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { askAsStranger, type StrangerAnswer } from '@bartizan/adapters/probe';
import type { ClusterProbe, ProbeRun } from '@bartizan/contracts';
import {
  mayBeKeptIn,
  outcomeOf,
  type Probe,
  type ProbeResult,
  probeUrl,
} from '@bartizan/engine/cluster-posture';
import type { Clock } from '../../ports.ts';

interface Parts {
  readonly clock: Clock;
  /** The probes there are now. */
  readonly probes: () => readonly Probe[];
  /** Ports that our own network policy lets out; absent: none is around this process. */
  readonly letOut?: readonly number[];
  /** Something new is known. */
  readonly onChange: () => void;
  /** For tests. */
  readonly ask?: typeof askAsStranger;
}

/** What a filter on the way looks like. */
const FILTERED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ETIMEDOUT']);
/** Requests in flight at once. */
const PARALLEL = 16;

/**
 * Proves exposure by harmless requests, and only when somebody asks for it. Results are kept until the next run or the
 * next start; a probe whose target is gone is told no more.
 */
export class ProbeDesk {
  readonly #parts: Parts;
  readonly #results = new Map<string, ProbeResult & { readonly atMs: number }>();
  #running: Promise<ProbeRun> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What was proved of targets that are still there. */
  results(): ProbeResult[] {
    return this.#parts.probes().flatMap((probe) => this.#resultOf(probe) ?? []);
  }

  /** What was proved of a target; nothing when it is at another place now. */
  #resultOf(probe: Probe): (ProbeResult & { readonly atMs: number }) | undefined {
    const known = this.#results.get(probe.id);
    return known === undefined || probeUrl(known.probe) !== probeUrl(probe) ? undefined : known;
  }

  list(): ClusterProbe[] {
    return this.#parts.probes().map((probe) => {
      const { id, about, what, fix } = probe;
      const known = this.#resultOf(probe);
      return {
        ...{ id, about, what, fix },
        url: probeUrl(probe).slice(0, 1024),
        outcome: known?.outcome ?? 'not-run',
        ...(known === undefined ? {} : { said: known.said, askedAtMs: known.atMs }),
      };
    });
  }

  /** Sends every probe once. Who asks while a run is under way waits for that one. */
  run(): Promise<ProbeRun> {
    this.#running ??= this.#send().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #send(): Promise<ProbeRun> {
    const { ask = askAsStranger, clock, probes, letOut, onChange } = this.#parts;
    const queue = [...probes()];
    const counts = { open: 0, refused: 0, closed: 0, silent: 0 };
    const asked = queue.length;
    const work = async (): Promise<void> => {
      for (let probe = queue.shift(); probe !== undefined; probe = queue.shift()) {
        const answer = await ask(probe);
        const isPerhapsKeptIn = letOut !== undefined && mayBeKeptIn(probe, letOut);
        const outcome = outcomeOf(answer, isPerhapsKeptIn);
        counts[outcome] += 1;
        const said = saidBy(answer, isPerhapsKeptIn);
        this.#results.set(probe.id, { probe, outcome, said, atMs: clock.nowMs() });
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    onChange();
    return { asked, ...counts };
  }
}

function saidBy(answer: StrangerAnswer, isPerhapsKeptIn: boolean): string {
  if (answer.kind === 'status') return String(answer.status);
  return isPerhapsKeptIn && FILTERED.has(answer.code) ? `${answer.code} (NetworkPolicy?)` : answer.code;
}
