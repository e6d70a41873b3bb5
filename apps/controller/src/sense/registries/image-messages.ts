// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Credential, RegistryErrorCode, TransportLimits } from '@bartizan/adapters/registry';
import type {
  Facts,
  FileSignature,
  Finding,
  KnownFiles,
  LocalText,
  Package,
  SecretRule,
  WorkloadRef,
} from '@bartizan/contracts';
import type { ImageError, ScanLimits } from '@bartizan/scan';

/** The way into a registry for one reader: a credential as short-lived as its kind allows, not the secret behind it. */
export interface RegistryDoor {
  readonly host: string;
  readonly plainHttp: boolean;
  readonly certificates?: string;
  readonly credential?: Credential;
}

/** What files of images are searched for beside packages. */
export interface ImageRules {
  /** Names what is in them: with another version an image may be found to hold other things. */
  readonly version: string;
  readonly secrets: readonly SecretRule[];
  readonly signatures: readonly FileSignature[];
  readonly known: KnownFiles['files'];
}

/** How one image is searched, and whom the findings are about. */
export interface SearchRequest {
  readonly rules: ImageRules;
  /** Key of the fingerprints of secrets. */
  readonly hashKey: Uint8Array;
  readonly cluster: string;
  readonly tenant: string;
  readonly subject: WorkloadRef;
}

/** One image of a registry to read. */
export interface ImageRequest {
  readonly registry: RegistryDoor;
  readonly repository: string;
  /** Digest of its manifest. */
  readonly digest: string;
  readonly reference: string;
  readonly limits: ScanLimits;
  readonly transport: TransportLimits;
  readonly layerCache: { readonly folder: string; readonly maxBytes: number };
  /** Absent: only its packages are asked for. */
  readonly search?: SearchRequest;
}

/** One layer as the image itself states it. */
export interface ReadLayer {
  readonly diffId: string;
  readonly digest?: string;
  readonly sizeBytes?: number;
  readonly command?: string;
}

/** An image that was read. It is complete only when `incomplete` is empty. */
export interface ReadImage {
  readonly digest: string;
  readonly platform: string;
  readonly createdAt?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly layers: readonly ReadLayer[];
  /** Layers whose facts were kept from before. */
  readonly cachedLayers: number;
  readonly packages: readonly Package[];
  /** E.g. `debian 12`; empty where there is none. */
  readonly distribution: string;
  readonly incomplete: readonly LocalText[];
  /** What searching its files found, where that was asked for. Secrets come without their values. */
  readonly found?: {
    readonly findings: readonly Finding[];
    readonly facts: Facts;
    readonly unknown: Readonly<Record<string, string>>;
  };
}

/** What became of one image. `lost`: its thread ended before it was done; nothing of it is believed. */
export type ImageAnswer =
  | { readonly kind: 'image'; readonly image: ReadImage }
  | { readonly kind: 'artifact' }
  | {
      readonly kind: 'failed';
      readonly code: RegistryErrorCode | ImageError['code'];
      readonly detail: string;
    }
  | { readonly kind: 'lost'; readonly detail: string }
  | { readonly kind: 'stopped' };
