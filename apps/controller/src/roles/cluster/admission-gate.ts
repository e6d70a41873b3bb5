// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, type Result } from '@bartizan/contracts';
import type { ApiFailure, ClusterStatus } from '../../ports.ts';
import { type AdmissionParts, type AdmissionRole, buildAdmission } from './build-admission.ts';

type AdmissionState = NonNullable<ClusterStatus['admission']>;
const NOT_ASKED_SHOWN = 20;
type Started = Promise<Result<AdmissionRole, ApiFailure>>;

/** Admission control, if it is asked for: what it is doing, also when it could not begin. */
export class AdmissionGate {
  readonly #parts: AdmissionParts;
  #starting: Started | undefined;
  #role: AdmissionRole | undefined;
  #problem: ApiFailure | undefined;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  start(): void {
    const { options, log } = this.#parts;
    if (options.admission === undefined) return;
    this.#starting = buildAdmission(this.#parts, options.admission).catch((cause: unknown) =>
      err(failure('E_CONTROLLER_START', 'admission', cause)),
    );
    void this.#starting.then((built) => {
      if (built.ok) {
        this.#role = built.value;
        log.info({ port: built.value.port }, 'the admission webhook listens');
        return;
      }
      this.#problem = built.error;
      log.error({ code: built.error.code, detail: built.error.detail }, 'admission is not controlled');
    });
  }

  /** Decisions since start, by verdict. */
  verdicts(): ReadonlyMap<string, number> {
    return this.#role?.verdicts() ?? new Map();
  }

  /** Resources that rules name and API servers are not told to ask about. */
  notAsked(): readonly string[] {
    return this.#role?.notAsked() ?? [];
  }

  status(): AdmissionState {
    if (this.#problem !== undefined) {
      const { code, detail } = this.#problem;
      return { state: 'failed', code, detail: detail.slice(0, 512), webhooks: [] };
    }
    if (this.#role === undefined)
      return { state: this.#starting === undefined ? 'off' : 'starting', webhooks: [] };
    const { requestsTotal, deniedTotal, failedTotal } = this.#role.counters();
    const notAsked = this.#role.notAsked();
    return {
      state: 'on',
      port: this.#role.port,
      requestsTotal,
      deniedTotal,
      failedTotal,
      policyRevision: this.#role.bench.revision,
      record: this.#role.record(),
      webhooks: this.#role.webhooks().map(({ name, state, failsClosed, restoredTotal, code }) => ({
        name,
        state,
        failsClosed,
        restoredTotal,
        ...(code === undefined ? {} : { code }),
      })),
      ...(notAsked.length === 0
        ? {}
        : { notAsked: { total: notAsked.length, resources: notAsked.slice(0, NOT_ASKED_SHOWN) } }),
    };
  }

  async close(): Promise<void> {
    const built = await this.#starting;
    if (built?.ok === true) await built.value.close();
  }
}
