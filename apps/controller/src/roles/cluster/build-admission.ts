// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from '@bartizan/adapters/kube';
import { createSealer, type Store } from '@bartizan/adapters/store';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import type { AdmissionContext, AdmissionRuleSet } from '@bartizan/engine/admission';
import type { RecordedRequests } from '../../decide/admission/recorded-requests.ts';
import { AdmissionBench } from '../../decide/admission-bench.ts';
import type { OnRestored } from '../../native-ports.ts';
import type { AdmissionAsk, ApiFailure, Clock, Log, Owner } from '../../ports.ts';
import { askedMore } from '../../respond/admission/asked-resources.ts';
import { DecisionLedger, type LedgerState } from '../../respond/admission/decision-ledger.ts';
import type { WebhookAddress } from '../../respond/admission/registration.ts';
import { Watchdog } from '../../respond/admission/watchdog.ts';
import {
  type WebhookCertificate,
  WebhookCertificates,
} from '../../respond/admission/webhook-certificates.ts';
import { WebhookKeeper, type WebhookState } from '../../respond/admission/webhook-keeper.ts';
import { type WebhookCounters, WebhookServer } from '../../respond/admission/webhook-server.ts';
import type { ClusterState } from '../../sense/kubernetes/cluster-state.ts';
import type { StartOptions } from '../../settings.ts';

/** What admission control is built from. */
export interface AdmissionParts {
  readonly options: StartOptions;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly rules: () => AdmissionRuleSet;
  /** Tells of each policy that comes into force. */
  readonly onPolicy: (listener: () => void) => void;
  /** Whether a rule comes with the product. */
  readonly isBuiltIn: (id: string) => boolean;
  readonly context: AdmissionContext;
  /** Name of the topmost object that made what is asked about, where it is known. */
  readonly ownerOf: (ask: AdmissionAsk) => string | undefined;
  readonly onRestored: OnRestored;
  /** Keeps requests for simulations; absent: switched off. */
  readonly recorded?: RecordedRequests;
  readonly known: { readonly client: KubeClient; readonly state: ClusterState };
  /** When rules know where custom kinds keep pods. */
  readonly kindsKnown: Promise<void>;
}
type Settings = NonNullable<StartOptions['admission']>;

/** Admission control of the cluster. */
export interface AdmissionRole {
  readonly port: number;
  readonly bench: AdmissionBench;
  readonly webhooks: () => readonly WebhookState[];
  readonly counters: () => WebhookCounters;
  /** Decisions since start, by verdict. */
  readonly verdicts: () => ReadonlyMap<string, number>;
  /** Resources that rules name and API servers are not told to ask about. */
  readonly notAsked: () => readonly string[];
  /** What of them is in the store. */
  readonly record: () => LedgerState;
  readonly close: () => Promise<void>;
}
type Built = Promise<Result<AdmissionRole, ApiFailure>>;

/** Certificates are looked at that often; they are renewed when a third of their life is over. */
const RENEW_MS = 3_600_000;
/** How long registration waits for the definitions of custom kinds. */
const KINDS_MS = 3_000;

const addressOf = (settings: Settings, port: number): WebhookAddress =>
  settings.service === undefined
    ? { url: `https://${settings.name}:${settings.port === 0 ? port : settings.port}` }
    : { service: { ...settings.service, port: settings.service.port } };

const namesOf = ({ name, service }: Settings): string[] => [
  name,
  ...(service === undefined ? [] : [`${service.name}.${service.namespace}.svc`]),
];

/** Where our own pods are: the controller's, and the agents', which no Pod Security Standard allows. */
export const ownNamespaces = ({ admission, clusterAgents }: StartOptions): string[] =>
  [admission?.service?.namespace, clusterAgents?.namespace].filter((name) => name !== undefined);

/** Starts the webhook port and registers it. */
export async function buildAdmission(parts: AdmissionParts, settings: Settings): Built {
  const { store, clock, log, options, known } = parts;
  const sealer = createSealer(Buffer.from(options.dataKey, 'base64'));
  const certificates = await WebhookCertificates.open({ store, sealer, clock, names: namesOf(settings) });
  if (!certificates.ok) return certificates;
  const tls = await certificates.value.current();
  if (!tls.ok) return tls;
  const bench = new AdmissionBench(parts);
  const ledger = new DecisionLedger(parts);
  const server = new WebhookServer({
    judge: bench,
    onDecision: (ask, answer) => {
      ledger.note(ask, answer);
      parts.recorded?.note(ask);
    },
    log,
    tls: tls.value,
  });
  const port = await listen(server, settings);
  if (!port.ok) return port;
  const keeper = new WebhookKeeper({ ...parts, client: known.client, feed: known.state });
  const address = addressOf(settings, port.value);
  const registrar = new Registrar(parts, {
    server,
    keeper,
    certificates: certificates.value,
    address,
    tls: tls.value,
  });
  // What API servers ask about already stays asked: it is not taken back only because custom kinds are not read yet.
  await Promise.race([parts.kindsKnown, sleep(KINDS_MS, undefined, { ref: false })]);
  registrar.policyChanged();
  parts.onPolicy(() => registrar.policyChanged());
  await registrar.register();
  const watchdog = new Watchdog({
    host: settings.host,
    port: port.value,
    caPem: () => registrar.caPem,
    serverName: settings.name,
    log,
    onChange: (isAnswering) => registrar.failClosed(isAnswering),
    // A certificate that has ended, for instance because the clock was put right, is not noticed by the hour.
    onFailure: () => void registrar.renew(),
  });
  watchdog.start();
  return ok({
    port: port.value,
    bench,
    webhooks: () => keeper.states(),
    counters: () => server.counters,
    verdicts: () => ledger.verdicts,
    notAsked: () => registrar.notAsked,
    record: () => ledger.state(),
    close: async () => {
      watchdog.close();
      registrar.close();
      await keeper.close();
      await server.close();
      await ledger.close();
    },
  });
}

async function listen(server: WebhookServer, { host, port }: Settings): Promise<Result<number, ApiFailure>> {
  try {
    return ok(await server.listen(host, port));
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const code = isTaken ? 'E_PORT_TAKEN' : 'E_CONTROLLER_START';
    return err(failure(code, `admission webhook on ${host}:${port}`, cause));
  }
}

interface Registered {
  readonly server: WebhookServer;
  readonly keeper: WebhookKeeper;
  readonly certificates: WebhookCertificates;
  readonly address: WebhookAddress;
  readonly tls: WebhookCertificate;
}

/** Keeps port, certificate and registration together. */
class Registrar {
  readonly #parts: AdmissionParts;
  readonly #registered: Registered;
  readonly #timer: NodeJS.Timeout;
  #tls: WebhookCertificate;
  #mayFailClosed = true;
  #more: ReturnType<typeof askedMore>;
  #isRegistered = false;
  #isClosed = false;

  constructor(parts: AdmissionParts, registered: Registered) {
    this.#parts = parts;
    this.#registered = registered;
    this.#tls = registered.tls;
    this.#more = askedMore(parts.rules(), parts.isBuiltIn);
    this.#tellLeftOut();
    this.#timer = setInterval(() => void this.renew(), RENEW_MS).unref();
  }

  get caPem(): string {
    return this.#tls.caPem;
  }

  register(): Promise<void> {
    const { options } = this.#parts;
    this.#isRegistered = true;
    return this.#registered.keeper.keep({
      instance: options.instance,
      address: this.#registered.address,
      caPem: this.#tls.caPem,
      ownNamespaces: ownNamespaces(options),
      mayFailClosed: this.#mayFailClosed,
      more: this.#more,
    });
  }

  /** Rules may name other resources now: the API servers are told to ask about them, and about no others. */
  policyChanged(): void {
    if (this.#isClosed) return;
    const { rules, isBuiltIn } = this.#parts;
    const more = askedMore(rules(), isBuiltIn);
    if (isDeepStrictEqual(more, this.#more)) return;
    this.#more = more;
    this.#tellLeftOut();
    if (this.#isRegistered) void this.register();
  }

  /** Resources that rules name and API servers are not told to ask about. */
  get notAsked(): readonly string[] {
    return this.#more.leftOut;
  }

  #tellLeftOut(): void {
    const { leftOut } = this.#more;
    if (leftOut.length > 0)
      this.#parts.log.error(
        { leftOut: leftOut.length, first: leftOut.slice(0, 5) },
        'rules name more resources than API servers are told to ask about',
      );
  }

  failClosed(may: boolean): void {
    this.#mayFailClosed = may;
    void this.register();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  /** API servers trust a new authority before a certificate of it is shown. */
  async renew(): Promise<void> {
    if (this.#isClosed) return;
    const current = await this.#registered.certificates.current();
    if (!current.ok) {
      this.#parts.log.error(
        { code: current.error.code },
        'the certificate of the webhook cannot be renewed now',
      );
      return;
    }
    const isNews =
      current.value.certificatePem !== this.#tls.certificatePem || current.value.caPem !== this.#tls.caPem;
    if (!isNews) return;
    this.#tls = current.value;
    await this.register();
    this.#registered.server.useTls(current.value);
    this.#parts.log.info({}, 'a new certificate of the webhook is in use');
  }
}
