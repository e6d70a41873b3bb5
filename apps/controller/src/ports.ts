// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Readable } from 'node:stream';
import type { KubeObject, ObjectMeta } from '@bartizan/adapters/kube';
import type {
  AdmissionOperation,
  AdmissionViolation,
  ComplianceControl,
  ControllerMessage,
  CoverageEntry,
  Decision,
  DetectionRule,
  ErrorCode,
  Failure,
  Fault,
  Finding,
  FindingException,
  Image,
  JsonPatchOperation,
  Node,
  Package,
  PackageUse,
  Registry,
  RegistrySettings,
  RegistryTrial,
  ResponseOf,
  Result,
  Scope,
  WorkloadRef,
} from '@bartizan/contracts';
import type { Benchmark } from '@bartizan/contracts/compliance';
import type { FrameworkBook } from './framework-ports.ts';

/** State of the advisory pack. */
export type AdvisoryState = ResponseOf<'advisory.status'>;
/** How the cluster is watched. */
export type ClusterStatus = NonNullable<ResponseOf<'system.status'>['kubernetes']>;
/** Something an agent is asked to do once. */
export type AgentCommand = Extract<ControllerMessage, { type: 'command' }>;

/** What the four steps of the controller share: nothing but shapes. `wire.ts` brings the implementations. */

/** Time, injected so that tests can move it. Milliseconds since the Unix epoch. */
export interface Clock {
  nowMs(): number;
}

/** Structured log; fields never hold secrets. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** An expected failure on its way to a caller of the API. */
export interface ApiFailure extends Failure<ErrorCode> {
  readonly faults?: readonly Fault[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfterS?: number;
}

/** What live streams may subscribe to. */
export const TOPICS = ['security', 'workload', 'finding', 'image', 'node', 'status'] as const;
export type Topic = (typeof TOPICS)[number];

/** Something changed that a person may be looking at. */
export interface Change {
  readonly topic: Topic;
  readonly cluster: string;
  readonly tenant: string;
  /** `security`: the SecurityEvent; `node`: the Node; `workload` and `image`: {id}; `finding`: {workload}; `status`: {code}. */
  readonly data: unknown;
}
/** Where the steps tell of changes. Publishing never fails and never waits. */
export type Publish = (change: Change) => void;

/** Whose records something belongs to. */
export interface Owner {
  readonly cluster: string;
  readonly tenant: string;
}

/** What nodes said last, also while nothing can be stored. */
export interface NodeNews {
  /** A node of the store as it is now: what it said since, marked as not stored, where there is that. */
  readonly newest: (node: Node) => Node;
}

/** What entered and what did not, since start. Losses include those that agents reported. */
export interface IngestCounters {
  recordsTotal: number;
  rejectedTotal: number;
  lostTotal: number;
  duplicatesTotal: number;
  batchesTotal: number;
  refusedSessionsTotal: number;
}

/** The agents that are connected now. */
export interface AgentDirectory {
  readonly connected: () => number;
  /** Sends a command; false when the node has no open stream. */
  readonly send: (node: string, command: AgentCommand) => boolean;
  /** Sends the current configuration to every agent. */
  readonly reconfigure: () => void;
  /** Closes the streams of a node whose certificates were revoked. */
  readonly drop: (node: string) => void;
}

/** The knowledge in force: rules, checks and controls of `content/`. */
export interface RuleBook {
  readonly rules: readonly { readonly rule: DetectionRule; readonly revision: string }[];
  readonly rulesRevision: string;
  readonly controls: readonly ComplianceControl[];
  readonly frameworks: FrameworkBook;
  readonly benchmarks: readonly Benchmark[];
}

/** Findings of one package list, before they belong to a workload. */
export interface Matched {
  readonly findings: readonly Finding[];
  readonly coverage: readonly CoverageEntry[];
}

/** Who keeps findings in line with the exceptions. */
export interface ExceptionKeeper {
  /** Accepts what falls under a new exception: how many findings. */
  readonly exceptionAdded: (scope: Scope, exception: FindingException) => Promise<Result<number, ApiFailure>>;
  /** Opens what an exception accepted that is gone: how many findings. */
  readonly exceptionRemoved: (scope: Scope, id: string) => Promise<Result<number, ApiFailure>>;
  /** How an accepted finding stands without its acceptance; the caller stores it. */
  readonly withoutAcceptance: (finding: Finding) => Promise<Result<Finding, ApiFailure>>;
  /** Holds findings against the VEX documents there are now: how many stand otherwise. */
  readonly statementsChanged: (scope: Scope) => Promise<Result<number, ApiFailure>>;
}
/** Who has images read again. */
export interface ImageRescan {
  /** Puts an image in line to be read; undefined = it is in no registry that is known. */
  readonly rescan: (
    owner: Owner,
    image: Image,
  ) => Promise<Result<{ readonly queued: number } | undefined, ApiFailure>>;
}

/** As much of an image as tells what it is built on. */
export interface BuiltImage extends Owner {
  readonly digest: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly layers?: readonly { readonly diffId: string }[];
}

/** Which known image another one is built on, and where the name of that base leads now. */
export interface BaseDesk {
  readonly baseOf: (image: BuiltImage) =>
    | {
        readonly how: 'label' | 'layers';
        readonly reference?: string;
        readonly digest?: string;
        /** Undefined: the label names an image that is not known here. */
        readonly layers?: number;
      }
    | undefined;
  readonly newerOf: (
    image: BuiltImage,
    base: ReturnType<BaseDesk['baseOf']>,
  ) =>
    | {
        readonly state: 'newer';
        readonly digest: string;
        readonly reference: string;
        /** 0 = the image does not say. */
        readonly createdAtMs: number;
      }
    | { readonly state: 'current' }
    | { readonly state: 'unknown'; readonly reason: 'no-base' | 'base-not-known' | 'no-name' };
}

/** The advisory pack in use and what can be done with it. */
export interface AdvisoryDesk {
  readonly status: () => AdvisoryState;
  /** What background work does now, e.g. building a pack; absent = nothing. */
  readonly activity: () => string | undefined;
  /** The file of the pack in use; undefined when there is none. */
  readonly file: () => string | undefined;
  readonly importPack: (upload: Readable, choice: ImportChoice) => Promise<Result<AdvisoryState, ApiFailure>>;
  readonly match: (request: MatchRequest) => Promise<Result<Matched, ApiFailure>>;
}
/** What the caller of an import allows. */
export interface ImportChoice {
  readonly force: boolean;
  readonly mayBeUnsigned: boolean;
  readonly trustKeyId?: string;
}
/** A registry that is changed, as somebody read it. */
export interface ChangedRegistry {
  readonly id: string;
  /** Whether the change was made from the settings of this time; absent: whatever they are. */
  readonly isBasedOn?: (updatedAtMs: number) => boolean;
}
/** The registries of tenants: their settings, their secrets, and the runs over them. */
export interface RegistryDesk {
  readonly create: (owner: Owner, settings: RegistrySettings) => Promise<Result<Registry, ApiFailure>>;
  /** Without a secret the kept one stays, but only as long as it goes where it went before. */
  readonly update: (
    owner: Owner,
    changed: ChangedRegistry,
    settings: RegistrySettings,
  ) => Promise<Result<Registry, ApiFailure>>;
  readonly remove: (owner: Owner, id: string) => Promise<Result<void, ApiFailure>>;
  /** Tries settings; with `id` and without a secret, the kept one under the same condition. */
  readonly tryOut: (
    owner: Owner,
    settings: RegistrySettings,
    id?: string,
  ) => Promise<Result<RegistryTrial, ApiFailure>>;
  /** Starts a run, unless one is under way. */
  readonly start: (owner: Owner, id: string) => Promise<Result<Registry, ApiFailure>>;
  readonly cancel: (owner: Owner, id: string) => Promise<Result<Registry, ApiFailure>>;
}
/** A note of a registry about pushes, as it came. */
export interface PushNote {
  readonly body: Buffer;
  readonly authorization?: string;
  /** `X-Hub-Signature-256`. */
  readonly signature?: string;
  /** `X-Nexus-Webhook-Signature`. */
  readonly nexusSignature?: string;
}
/** What became of a note: images that will be looked at, and those that no filter of the registry chooses. */
export interface PushReceipt {
  readonly queued: number;
  readonly refused: number;
}
/** Takes what registries tell about pushes. */
export interface PushDesk {
  readonly receive: (registry: string, note: PushNote) => Promise<Result<PushReceipt, ApiFailure>>;
}
/** A package list to judge. */
export interface MatchRequest {
  readonly owner: Owner;
  readonly subject: WorkloadRef;
  readonly distribution: string;
  readonly packages: readonly Package[];
}

/** Which packages of a workload are in use, by package URL; without an entry nothing is known. */
export type UsesOf = (
  scope: Scope,
  workload: string,
) => Promise<Result<ReadonlyMap<string, PackageUse>, ApiFailure>>;

/** What an API server asks. */
export interface AdmissionAsk {
  readonly uid: string;
  readonly operation: AdmissionOperation;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Empty when there is none. */
  readonly subResource: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly user: { readonly name: string; readonly groups: readonly string[] };
  readonly dryRun: boolean;
  /** Foreign JSON; for CONNECT its options. Never logged. */
  readonly object?: unknown;
  readonly oldObject?: unknown;
}
/** What is answered, and why. */
export interface AdmissionAnswer {
  readonly allowed: boolean;
  readonly message?: string;
  readonly warnings: readonly string[];
  readonly patch?: readonly JsonPatchOperation[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
  readonly decision: Decision;
  readonly violations: readonly AdmissionViolation[];
  readonly policyRevision: string;
}
/** Which way a request came: to be judged, to be completed, or to enter something that runs. */
export type AdmissionDirection = 'validate' | 'mutate' | 'connect';
/**
 * Who judges. It fetches nothing: what it needs is at hand. `undecided` is left to the failure policy of the webhook
 * that asked.
 */
export interface AdmissionJudge {
  readonly judge: (ask: AdmissionAsk, direction: AdmissionDirection) => AdmissionAnswer;
}

/** Changes of the objects of a cluster. */
export interface ClusterFeed {
  /** Tells of every change from now on. Returns what ends it. */
  readonly listen: (listener: {
    readonly onChange: (change: {
      readonly kind: string;
      readonly meta: ObjectMeta;
      /** Absent = gone. */
      readonly object?: KubeObject;
    }) => void;
  }) => () => void;
}
