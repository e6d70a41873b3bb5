// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionOperation, FactValue, Severity } from '@bartizan/contracts';

/** A fact that nobody knows at the moment, with the reason. It is neither true nor false nor absent. */
export interface Unknown {
  readonly unknown: string;
}
/** What reading a field gives: a value, undefined when the object leaves it out, or that it is not known. */
export type Reading = FactValue | undefined | Unknown;

/** Makes an unknown fact. */
export const unknown = (reason: string): Unknown => ({ unknown: reason });

/** The object has another type at this place than Kubernetes allows: nothing can be said about the value. */
export const MALFORMED: Unknown = unknown('the value has another type than Kubernetes allows');

/** Whether a reading, or the answer of a lookup, says that nobody knows. */
export const isUnknown = (value: unknown): value is Unknown =>
  typeof value === 'object' && value !== null && 'unknown' in value && !Array.isArray(value);

/** Who asks. */
export interface AdmissionUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What the API server asks about, or what the audit and the command line make of an object. */
export interface AdmissionRequest {
  readonly operation: AdmissionOperation;
  /** API group of the resource, empty for the core group. */
  readonly group: string;
  /** Plural name of the resource, e.g. pods. */
  readonly resource: string;
  /** Sub-resource, e.g. exec; empty when there is none. */
  readonly subResource: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The object as JSON; for CONNECT the options (PodExecOptions and so on); nothing for DELETE. */
  readonly object?: unknown;
  /** The object before, for UPDATE and DELETE. */
  readonly oldObject?: unknown;
  /** Nobody, when the object does not come from a request. */
  readonly user?: AdmissionUser;
  readonly dryRun?: boolean;
  readonly userAgent?: string;
  /** Name of the topmost owner, when known; exceptions may name it. */
  readonly owner?: string;
}

/** A flaw that a scan found in an image. */
export interface ImageVulnerability {
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly severity: Severity;
  /** CVSS base score, 0 to 10. */
  readonly score?: number;
  readonly fixable: boolean;
  readonly publishedAtMs?: number;
  /** Known to be exploited. */
  readonly exploited?: boolean;
  /** Probability of exploitation within 30 days, 0 to 1. */
  readonly epss?: number;
  readonly package?: string;
}

/** What is known about the image that another one is built on. A member that is left out is not known. */
export interface ImageBaseFacts {
  readonly name?: string;
  readonly digest?: string;
  /** Its name leads to an image that was made later. */
  readonly isOutdated?: boolean;
}

/** What is known about one image. A member that is left out is not known. */
export interface ImageFacts {
  readonly scanned: boolean;
  readonly scannedAtMs?: number;
  /** Date of the vulnerability database that the scan used. */
  readonly databaseAtMs?: number;
  readonly createdAtMs?: number;
  readonly signed?: boolean;
  /** Names of the verifiers that accepted a signature, `root/verifier`. */
  readonly verifiers?: readonly string[];
  readonly attestations?: readonly string[];
  readonly vulnerabilities?: readonly ImageVulnerability[];
  readonly packages?: readonly {
    readonly name: string;
    readonly version: string;
    readonly licence?: string;
  }[];
  /** Licences of its packages, each once. Set where packages are too many to be told one by one. */
  readonly licences?: readonly string[];
  /** Packages that declare no licence: the list of licences says nothing of them. */
  readonly undeclaredLicences?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly environment?: readonly string[];
  /** User that the image starts as; empty means root. */
  readonly user?: string;
  readonly baseImages?: readonly string[];
  /** The image it is built on. */
  readonly base?: ImageBaseFacts;
  /** When nobody maintains its distribution any more. */
  readonly supportEndsAtMs?: number;
  /** Secrets found in its files. */
  readonly secrets?: number;
  /** Files with the setuid or setgid bit. */
  readonly setuid?: number;
  /** Distribution, e.g. debian:12; empty when it has none. */
  readonly os?: string;
}

/** What is known about a service account. */
export interface ServiceAccountFacts {
  /** Tags of what it may do that is risky, e.g. view-secrets, any-workload, any-rbac, create-pods, exec. */
  readonly riskTags: readonly string[];
  /** Whether its token is mounted into a pod that does not say so itself. */
  readonly automountToken?: boolean;
}

/** Labels and annotations of a namespace. */
export interface NamespaceFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Facts from outside of the object. Synchronous on purpose: nothing is fetched inside a decision; what is not at hand
 * is unknown.
 */
export interface AdmissionContext {
  /** By the normalised reference, with the digest when the pod names one. */
  readonly image?: (reference: string, namespace: string) => ImageFacts | Unknown;
  readonly serviceAccount?: (namespace: string, name: string) => ServiceAccountFacts | Unknown;
  readonly namespace?: (name: string) => NamespaceFacts | Unknown;
  /** Name of the storage class that is used when a claim names none. */
  readonly defaultStorageClass?: () => string | Unknown;
  /** What looks like a credential in a value, e.g. github-token; empty for nothing. */
  readonly credentialsIn?: (name: string, value: string) => readonly string[];
}

/** A context that knows nothing. */
export const EMPTY_CONTEXT: AdmissionContext = {};
