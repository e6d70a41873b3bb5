// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding } from '@bartizan/contracts';

/** What a binding makes of its rules. */
export type BoundMode = AdmissionBinding['mode'];

/** A wish: these rules, in these namespaces (none: everywhere), in this mode. */
export interface ModeChange {
  readonly rules: readonly string[];
  readonly namespaces: readonly string[];
  readonly mode: BoundMode;
}

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);
const placesOf = ({
  namespaces = [],
  excludeNamespaces = [],
  namespaceLabels = {},
}: Partial<AdmissionBinding>) => [
  namespaces.toSorted(),
  excludeNamespaces.toSorted(),
  Object.entries(namespaceLabels).toSorted(),
];
const isEverywhere = (binding: AdmissionBinding): boolean => same(placesOf(binding), placesOf({}));

/** Whether a glob of rule ids names a rule, or is the same glob. */
export const namesRule = (glob: string, rule: string): boolean => {
  if (glob === rule) return true;
  const parts = glob.split('*');
  const [head = ''] = parts;
  const tail = parts.at(-1) ?? '';
  if (parts.length === 1 || !rule.startsWith(head)) return false;
  let at = head.length;
  for (const part of parts.slice(1, -1)) {
    const found = rule.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return rule.length - at >= tail.length && rule.endsWith(tail);
};

/** Parameters that hold for a rule in a place today: a new mode must not lose them. */
const parametersOf = (
  bindings: readonly AdmissionBinding[],
  rule: string,
  places: Partial<AdmissionBinding>,
) =>
  bindings.find(
    (binding) =>
      (same(placesOf(binding), placesOf(places)) || isEverywhere(binding)) &&
      binding.rules.some((glob) => namesRule(glob, rule)),
  )?.parameters;

/**
 * The bindings with a change on top: the first that fits decides, so what is new stands in front. What the same place
 * said of the same rules would never be asked again, and goes; parameters stay with their rules.
 */
export const withMode = (
  bindings: readonly AdmissionBinding[],
  { rules, namespaces, mode }: ModeChange,
  nextId: () => string,
): AdmissionBinding[] => {
  const places = namespaces.length === 0 ? {} : { namespaces: [...new Set(namespaces)] };
  const groups = new Map<string, { rules: string[]; parameters: AdmissionBinding['parameters'] }>();
  for (const rule of new Set(rules)) {
    const parameters = parametersOf(bindings, rule, places);
    const key = JSON.stringify(parameters ?? null);
    const group = groups.get(key) ?? { rules: [], parameters };
    groups.set(key, { ...group, rules: [...group.rules, rule] });
  }
  const made = [...groups.values()].map(
    (group): AdmissionBinding => ({
      id: nextId(),
      rules: group.rules,
      ...places,
      mode,
      ...(group.parameters === undefined ? {} : { parameters: group.parameters }),
    }),
  );
  const rest = bindings.flatMap((binding) => {
    if (!same(placesOf(binding), placesOf(places))) return [binding];
    const kept = binding.rules.filter((rule) => !rules.includes(rule));
    if (kept.length === binding.rules.length) return [binding];
    return kept.length === 0 ? [] : [{ ...binding, rules: kept }];
  });
  return [...made, ...rest];
};

/** Moves one binding up (-1) or down (1). */
export const withPlace = (
  bindings: readonly AdmissionBinding[],
  id: string,
  step: -1 | 1,
): AdmissionBinding[] => {
  const at = bindings.findIndex((binding) => binding.id === id);
  const [moved, other] = [bindings[at], bindings[at + step]];
  if (moved === undefined || other === undefined) return [...bindings];
  return bindings.map((binding) => (binding === moved ? other : binding === other ? moved : binding));
};

export interface BindingChange {
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  readonly id: string;
  readonly before?: AdmissionBinding;
  readonly after?: AdmissionBinding;
}

/** What a draft changes, binding by binding. */
export const diffBindings = (
  now: readonly AdmissionBinding[],
  draft: readonly AdmissionBinding[],
): BindingChange[] => {
  const before = new Map(now.map((binding) => [binding.id, binding]));
  const after = new Set(draft.map(({ id }) => id));
  const keptNow = now.filter(({ id }) => after.has(id)).map(({ id }) => id);
  const keptDraft = draft.filter(({ id }) => before.has(id)).map(({ id }) => id);
  const drafted = draft.flatMap((binding): BindingChange[] => {
    const old = before.get(binding.id);
    if (old === undefined) return [{ kind: 'added', id: binding.id, after: binding }];
    if (!same(old, binding)) return [{ kind: 'changed', id: binding.id, before: old, after: binding }];
    return keptNow.indexOf(binding.id) === keptDraft.indexOf(binding.id)
      ? []
      : [{ kind: 'moved', id: binding.id, before: old, after: binding }];
  });
  const gone = now.filter(({ id }) => !after.has(id));
  return [
    ...drafted,
    ...gone.map((binding): BindingChange => ({ kind: 'removed', id: binding.id, before: binding })),
  ];
};

/** Bindings as the controller has them. */
export interface HeldBindings {
  readonly bindings: readonly AdmissionBinding[];
  readonly revision: string;
}
/** What was read, and what somebody makes of it. */
export interface Drafting {
  readonly base: HeldBindings;
  readonly draft: readonly AdmissionBinding[];
}
/** The bindings were read anew: who has changed nothing is shown what holds now, a draft stays on what it was made of. */
export const follow = (now: Drafting, read: HeldBindings): Drafting =>
  diffBindings(now.base.bindings, now.draft).length > 0 ? now : { base: read, draft: read.bindings };

/** Somebody else changed the bindings meanwhile: what I changed, on top of what they are now. */
export const rebase = (
  base: readonly AdmissionBinding[],
  mine: readonly AdmissionBinding[],
  current: readonly AdmissionBinding[],
): AdmissionBinding[] => {
  const changes = diffBindings(base, mine);
  const idsOf = (kind: BindingChange['kind']): Set<string> =>
    new Set(changes.filter((change) => change.kind === kind).map(({ id }) => id));
  const [added, changed, removed] = [idsOf('added'), idsOf('changed'), idsOf('removed')];
  const theirs = new Set(current.map(({ id }) => id));
  const front = mine.filter(({ id }) => added.has(id) || (changed.has(id) && !theirs.has(id)));
  const rest = current
    .filter(({ id }) => !removed.has(id) && !added.has(id))
    .map((binding) =>
      changed.has(binding.id) ? (mine.find(({ id }) => id === binding.id) ?? binding) : binding,
    );
  return [...front, ...rest];
};
