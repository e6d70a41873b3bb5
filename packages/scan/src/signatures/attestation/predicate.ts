// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, compact, type JsonObject } from '../../json/fields.ts';
import type { Statement } from './statement.ts';

/** A material or dependency of a build. */
export interface BuildInput {
  readonly uri: string;
  readonly digests: Readonly<Record<string, string>>;
}

/** What a statement says, as far as its kind is known here. Claims of whoever signed it: only its signature makes them worth anything. */
export type Predicate =
  | {
      readonly kind: 'provenance';
      readonly version: 'v0.2' | 'v1';
      readonly buildType: string;
      readonly builder: string;
      readonly invocation?: string;
      readonly inputs: readonly BuildInput[];
      readonly startedAt?: string;
      readonly finishedAt?: string;
    }
  | {
      readonly kind: 'sbom';
      readonly format: 'cyclonedx' | 'spdx';
      readonly specVersion?: string;
      readonly document: JsonObject;
    }
  | { readonly kind: 'vex'; readonly document: JsonObject }
  | { readonly kind: 'vulnerabilities'; readonly scanner?: string; readonly document: JsonObject }
  | { readonly kind: 'malformed'; readonly predicateType: string; readonly reason: string }
  | { readonly kind: 'other'; readonly predicateType: string };

const INPUTS_MAX = 10_000;

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => asObject(inner)?.[key], value);

function inputsOf(value: unknown): readonly BuildInput[] {
  return asList(value)
    .slice(0, INPUTS_MAX)
    .map((input) => ({
      uri: asText(at(input, 'uri'), 2000) ?? asText(at(input, 'name'), 2000) ?? '',
      digests: Object.fromEntries(
        Object.entries(asObject(at(input, 'digest')) ?? {}).flatMap(([algorithm, digest]) =>
          typeof digest === 'string' ? [[algorithm, digest.slice(0, 256)]] : [],
        ),
      ),
    }));
}

const malformed = (predicateType: string, reason: string): Predicate => ({
  kind: 'malformed',
  predicateType,
  reason,
});

/** SLSA provenance v0.2 (slsa.dev/provenance/v0.2). */
function oldProvenance(predicate: JsonObject, predicateType: string): Predicate {
  const builder = asText(at(predicate, 'builder', 'id'), 2000);
  const buildType = asText(predicate['buildType'], 2000);
  if (builder === undefined || buildType === undefined)
    return malformed(predicateType, 'no builder or no build type');
  return compact<Predicate & { kind: 'provenance' }>({
    kind: 'provenance',
    version: 'v0.2',
    buildType,
    builder,
    invocation: asText(at(predicate, 'metadata', 'buildInvocationId'), 2000),
    inputs: inputsOf(predicate['materials']),
    startedAt: asText(at(predicate, 'metadata', 'buildStartedOn'), 40),
    finishedAt: asText(at(predicate, 'metadata', 'buildFinishedOn'), 40),
  });
}

/** SLSA provenance v1 (slsa.dev/provenance/v1). */
function provenance(predicate: JsonObject, predicateType: string): Predicate {
  const builder = asText(at(predicate, 'runDetails', 'builder', 'id'), 2000);
  const buildType = asText(at(predicate, 'buildDefinition', 'buildType'), 2000);
  if (builder === undefined || buildType === undefined)
    return malformed(predicateType, 'no builder or no build type');
  return compact<Predicate & { kind: 'provenance' }>({
    kind: 'provenance',
    version: 'v1',
    buildType,
    builder,
    invocation: asText(at(predicate, 'runDetails', 'metadata', 'invocationId'), 2000),
    inputs: inputsOf(at(predicate, 'buildDefinition', 'resolvedDependencies')),
    startedAt: asText(at(predicate, 'runDetails', 'metadata', 'startedOn'), 40),
    finishedAt: asText(at(predicate, 'runDetails', 'metadata', 'finishedOn'), 40),
  });
}

/** An SBOM, bare or inside the `Data` field that older tools wrap it in. */
function sbom(predicate: JsonObject, format: 'cyclonedx' | 'spdx', predicateType: string): Predicate {
  const document = asObject(predicate['Data']) ?? predicate;
  const isWhole =
    format === 'cyclonedx'
      ? document['bomFormat'] === 'CycloneDX'
      : typeof document['spdxVersion'] === 'string';
  if (!isWhole) return malformed(predicateType, 'the document is of another format');
  const version = format === 'cyclonedx' ? document['specVersion'] : document['spdxVersion'];
  return compact<Predicate & { kind: 'sbom' }>({
    kind: 'sbom',
    format,
    specVersion: asText(version, 40),
    document,
  });
}

/** Reads the predicate of a statement by its type; an unknown type is `other`, a known one in another shape `malformed`. */
export function readPredicate({ predicateType, predicate }: Statement): Predicate {
  if (predicate === undefined) return malformed(predicateType, 'no predicate');
  switch (predicateType) {
    case 'https://slsa.dev/provenance/v0.2':
      return oldProvenance(predicate, predicateType);
    case 'https://slsa.dev/provenance/v1':
      return provenance(predicate, predicateType);
    case 'https://cyclonedx.org/bom':
      return sbom(predicate, 'cyclonedx', predicateType);
    case 'https://spdx.dev/Document':
    case 'https://spdx.dev/Document/v2.3':
      return sbom(predicate, 'spdx', predicateType);
    case 'https://openvex.dev/ns':
    case 'https://openvex.dev/ns/v0.2.0':
      return { kind: 'vex', document: predicate };
    case 'https://cosign.sigstore.dev/attestation/vuln/v1':
      return compact<Predicate & { kind: 'vulnerabilities' }>({
        kind: 'vulnerabilities',
        scanner: asText(at(predicate, 'scanner', 'uri'), 2000),
        document: predicate,
      });
    default:
      return { kind: 'other', predicateType };
  }
}
