// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import { compileWildcard, isWildcard } from '@bartizan/engine';
import type { ImageFacts, PodPath, Unknown } from '@bartizan/engine/admission';
import {
  emitNativePolicies,
  IMAGE_VERDICTS,
  NATIVE_MINOR,
  type NativeEmission,
  type NativePair,
  type NativeRule,
} from '@bartizan/engine/admission-native';
import { compileNativePolicy } from '@bartizan/engine/native-policy';
import type { KnownPolicy } from '../../admission-ports.ts';
import type { OwnedObject } from '../../native-ports.ts';
import { type ImageVerdicts, imageVerdicts } from './image-verdicts.ts';

/** A rule that was chosen for the API server. */
export interface PlannedNative {
  readonly rule: string;
  /** Policies with their bindings, by name; none: nothing to hold, or nothing that can be held. */
  readonly names: readonly string[];
  readonly reason?: LocalText;
  /** Digests it refuses; absent: it does not ask images. */
  readonly digests?: number;
  /** Policies that fill in what it misses, by name, or why there can be none; absent: it fills in nothing. */
  readonly defaults?: { readonly names: readonly string[]; readonly reason?: LocalText };
}
/** What shall be in the cluster, in the order in which it is written; removed is the other way round. */
export interface NativePlan {
  readonly rules: readonly PlannedNative[];
  readonly objects: readonly OwnedObject[];
  readonly verdicts?: ReturnType<typeof summaryOf>;
  /** When an exception ends, and with it the reason of some rules. */
  readonly untilMs: number;
}

export interface NativeWish {
  readonly instance: string;
  readonly policy: KnownPolicy;
  /** Globs of rule ids. */
  readonly chosen: readonly string[];
  /** Namespaces of ours and of the system, which no guard may stop. */
  readonly exempt: readonly string[];
  /** Where custom kinds keep pods. */
  readonly podPaths: readonly PodPath[];
  /** Everything that is known of images by digest; undefined: it is still being read. */
  readonly images: (() => Iterable<readonly [string, ImageFacts | Unknown]>) | undefined;
  readonly nowMs: number;
}

const GROUP = 'admissionregistration.k8s.io';
const registration = (kind: string, plural: string) => ({
  group: GROUP,
  version: 'v1',
  kind,
  plural,
  isNamespaced: false,
});
const POLICY = registration('ValidatingAdmissionPolicy', 'validatingadmissionpolicies');
const BINDING = registration('ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings');
const MUTATION = registration('MutatingAdmissionPolicy', 'mutatingadmissionpolicies');
const MUTATION_BINDING = registration('MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings');
const VERDICTS = { ...IMAGE_VERDICTS, isNamespaced: false };
/** Every kind of which the controller makes some; bindings are removed before what they bind. */
export const NATIVE_RESOURCES = [VERDICTS, POLICY, BINDING, MUTATION, MUTATION_BINDING] as const;

const prefixOf = (instance: string): string => `bartizan-${instance}.`;
export const nativeLabels = (instance: string): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/managed-by': 'bartizan',
  'app.kubernetes.io/instance': instance,
});

interface Written {
  readonly chosen: string;
  readonly emission: NativeEmission;
  readonly untilMs: number;
}
/** Policies are immutable values: what was written from one holds until an exception of it ends. */
const known = new WeakMap<KnownPolicy, Written>();

function writtenOf(wish: NativeWish, isChosen: (id: string) => boolean): Written {
  const { policy, nowMs } = wish;
  const chosen = wish.chosen.join('\n');
  const kept = known.get(policy);
  if (kept?.chosen === chosen && nowMs < kept.untilMs) return kept;
  let untilMs = Number.MAX_SAFE_INTEGER;
  for (const { exception } of policy.exceptions)
    if (exception.expiresAtMs > nowMs) untilMs = Math.min(untilMs, exception.expiresAtMs);
  const written = { chosen, emission: emissionOf(wish, isChosen), untilMs };
  known.set(policy, written);
  return written;
}

function emissionOf(
  { policy, instance, exempt, podPaths, nowMs }: NativeWish,
  isChosen: (id: string) => boolean,
): NativeEmission {
  const asked = policy.rules.filter(({ enabled, refused }) => enabled && refused === undefined);
  return emitNativePolicies(
    {
      // One that allows decides what may be said of the others.
      rules: asked.map(({ rule }) => rule).filter(({ id, effect }) => effect === 'allow' || isChosen(id)),
      bindings: policy.bindings.map(({ binding }) => binding),
      exceptions: policy.exceptions.map(({ exception }) => exception),
      podPaths,
    },
    {
      nowMs,
      prefix: prefixOf(instance),
      labels: nativeLabels(instance),
      exemptNamespaces: exempt,
      imageVerdicts: nativeLabels(instance),
      fault: (made, binding) => {
        const judged = compileNativePolicy(made, { binding, minor: NATIVE_MINOR });
        return judged.ok ? undefined : judged.error.detail;
      },
    },
  );
}

/** Only what refuses has to hold without us: warnings and records come from the webhook, once. */
const enforced = (pairs: readonly NativePair[]): NativePair[] =>
  pairs.filter(({ mode }) => mode === 'enforce');

const ownedPair = ({ policy, binding }: NativePair): OwnedObject[] => [
  { resource: POLICY, name: policy.metadata.name, object: policy },
  { resource: BINDING, name: binding.metadata.name, object: binding },
];

/** What fills in safe defaults, also where a rule only warns: whoever asked for them wants no warning. */
const ownedDefaults = ({ mutations }: NativeRule): OwnedObject[] =>
  mutations.flatMap(({ policy, binding }) => [
    { resource: MUTATION, name: policy.metadata.name, object: policy },
    { resource: MUTATION_BINDING, name: binding.metadata.name, object: binding },
  ]);

const defaultsOf = ({ mutations, notMutable }: NativeRule): Pick<PlannedNative, 'defaults'> => {
  if (notMutable !== undefined) return { defaults: { names: [], reason: notMutable } };
  return mutations.length === 0
    ? {}
    : { defaults: { names: mutations.map(({ policy }) => policy.metadata.name) } };
};

function verdictObjects(instance: string, { shards }: ImageVerdicts): OwnedObject[] {
  const objects = shards.map((verdicts, at) => {
    const name = `bartizan-${instance}-${at + 1}`;
    const { group, version, kind } = IMAGE_VERDICTS;
    const metadata = { name, labels: nativeLabels(instance), annotations: {} };
    return {
      resource: VERDICTS,
      name,
      object: { apiVersion: `${group}/${version}`, kind, metadata, spec: { verdicts } },
    };
  });
  // New ones first: while digests move from one to another, each of them is in one at least.
  return objects.reverse();
}

const questionsOf = (pairs: readonly NativePair[]) =>
  pairs.flatMap(({ policy, images: judge }) =>
    judge === undefined ? [] : [{ policy: policy.metadata.name, judge }],
  );

/** What shall be in the cluster for the rules that were chosen. */
export async function planNative(wish: NativeWish): Promise<NativePlan> {
  const { chosen, instance, images, nowMs } = wish;
  const tests = chosen.filter(isWildcard).map(compileWildcard);
  const isChosen = (id: string): boolean => tests.some((test) => test(id));
  if (tests.length === 0) return { rules: [], objects: [], untilMs: Number.MAX_SAFE_INTEGER };
  const { emission, untilMs } = writtenOf(wish, isChosen);
  const written = emission.compiled.filter(({ rule }) => isChosen(rule));
  const held = written.map((one) => ({ rule: one.rule, pairs: enforced(one.pairs), ...defaultsOf(one) }));
  const pairs = held.flatMap((one) => one.pairs);
  const questions = questionsOf(pairs);
  const verdicts =
    questions.length === 0 || images === undefined
      ? undefined
      : await imageVerdicts(images(), questions, nowMs);
  const digestsOf = (own: readonly NativePair[]): number =>
    own.reduce((sum, { policy }) => sum + (verdicts?.counts.get(policy.metadata.name) ?? 0), 0);
  const rules: PlannedNative[] = held.map(({ rule, pairs: own, defaults }) => ({
    rule,
    ...(defaults === undefined ? {} : { defaults }),
    names: own.map(({ policy }) => policy.metadata.name),
    ...(own.some((pair) => pair.images !== undefined) ? { digests: digestsOf(own) } : {}),
  }));
  for (const { rule, reason } of emission.notExpressible)
    if (isChosen(rule)) rules.push({ rule, names: [], reason });
  return {
    rules: rules.sort((one, two) => (one.rule < two.rule ? -1 : 1)),
    objects: [
      ...(verdicts === undefined ? [] : verdictObjects(instance, verdicts)),
      // Policies that ask images come with their verdicts, or not at all.
      ...pairs.filter((pair) => pair.images === undefined || verdicts !== undefined).flatMap(ownedPair),
      ...written.flatMap(ownedDefaults),
    ],
    ...(verdicts === undefined ? {} : { verdicts: summaryOf(verdicts) }),
    untilMs,
  };
}

const summaryOf = ({ refused, overflow, shards }: ImageVerdicts) => ({
  refused,
  overflow,
  objects: shards.length,
});
