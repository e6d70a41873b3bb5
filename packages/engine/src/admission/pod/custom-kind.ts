// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isObject, type Json, listOf, memberOf, textOf } from '../../foreign-json.ts';
import { EACH, type PodPath } from './pod-paths.ts';

/** Whoever labels a role so gives the controller what it permits: the objects of custom kinds that are to be judged. */
export const READ_CUSTOM_KINDS_LABEL = 'policy.bartizan.dev/read-custom-kinds';

/** How a pod template of a custom kind was found: by the shape of its schema, or by its name where there is none. */
export type FoundBy = 'schema' | 'name';
/** A pod template of one version. */
interface Template {
  readonly template: readonly string[];
  readonly spec: string;
  readonly by: FoundBy;
}
/** Why a version was not looked through to its end. */
export type Unread = 'no-schema' | 'too-large' | 'too-deep' | 'too-many';

/** One served version of a custom kind. */
export interface CustomVersion {
  readonly version: string;
  readonly templates: readonly Template[];
  /** Places of which the schema says nothing: anything may be there. */
  readonly open: readonly string[];
  readonly unread?: Unread;
}
/** A kind that came with a CustomResourceDefinition. */
export interface CustomKind {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  /** The version in which its objects are read: the one that is stored, where it is served. */
  readonly version: string;
  readonly versions: readonly CustomVersion[];
}

/** What is looked at of one version: far more than kinds in use have. */
const NODES_MAX = 20_000;
const DEPTH_MAX = 32;
const TEMPLATES_MAX = 32;
const OPEN_MAX = 16;
const VERSIONS_MAX = 16;
/** Members of a template that stand for one by their name, and those that are templates of something else. */
const TEMPLATE_NAME = /template(?:spec)?$/i;
const OTHER_TEMPLATE = /claim|volume|service|secret|config|ingress/i;
const JOB_NAME = /jobtemplate$/i;
const SPEC_NAME = /podspec$/i;
/** What every object has beside its own. */
const COMMON = new Set(['apiVersion', 'kind', 'metadata', 'status']);

const propertiesOf = (schema: unknown): Json => {
  const found = memberOf(schema, 'properties');
  return isObject(found) ? found : {};
};
/** Anything may be there: the schema keeps what it does not name, and names nothing. */
const isOpen = (schema: unknown): boolean =>
  memberOf(schema, 'x-kubernetes-preserve-unknown-fields') === true &&
  Object.keys(propertiesOf(schema)).length === 0 &&
  !isObject(memberOf(schema, 'items'));

/** How a schema is one of a pod's spec: a list of containers that have an image. */
function podSpecBy(schema: unknown): FoundBy | undefined {
  const containers = memberOf(propertiesOf(schema), 'containers');
  if (containers === undefined) return undefined;
  const items = memberOf(containers, 'items');
  if (isOpen(containers) || isOpen(items)) return 'name';
  return memberOf(propertiesOf(items), 'image', 'type') === 'string' ? 'schema' : undefined;
}
/** Containers must be there: those of an operator's own settings, which are merged into its pods, need not. */
const needsContainers = (schema: unknown): boolean =>
  listOf(memberOf(schema, 'required')).includes('containers');

/** Looks through the schema of one version. */
class Search {
  readonly templates: Template[] = [];
  readonly open: string[] = [];
  unread: Unread | undefined;
  #left = NODES_MAX;

  root(schema: unknown): void {
    const properties = propertiesOf(schema);
    const own = Object.entries(properties).filter(([name]) => !COMMON.has(name));
    if (isOpen(schema)) this.#note(['*']);
    const { spec } = properties;
    // The object itself holds the pod, as a Pod does.
    const by = podSpecBy(spec);
    if (by !== undefined && needsContainers(spec)) {
      this.#found([], 'spec', by);
      return;
    }
    for (const [name, child] of own) this.#member(name, child, []);
  }

  #found(template: readonly string[], spec: string, by: FoundBy): void {
    if (this.templates.length >= TEMPLATES_MAX) this.unread ??= 'too-many';
    else this.templates.push({ template, spec, by });
  }

  #note(steps: readonly string[]): void {
    if (this.open.length < OPEN_MAX) this.open.push(steps.join('.').slice(0, 253));
    else this.unread ??= 'too-many';
  }

  /** Whether there is room for one more; says so when there is none. */
  #step(depth: number): boolean {
    this.#left -= 1;
    if (this.#left < 0) this.unread ??= 'too-large';
    else if (depth > DEPTH_MAX) this.unread ??= 'too-deep';
    return this.#left >= 0 && depth <= DEPTH_MAX;
  }

  #member(name: string, schema: unknown, holder: readonly string[]): void {
    const steps = [...holder, name];
    const by = podSpecBy(schema);
    if (by !== undefined && needsContainers(schema)) this.#found(holder, name, by);
    else if (isOpen(schema)) this.#openMember(name, holder);
    else this.#look(schema, steps);
  }

  #openMember(name: string, holder: readonly string[]): void {
    const steps = [...holder, name];
    if (SPEC_NAME.test(name)) this.#found(holder, name, 'name');
    else if (JOB_NAME.test(name)) this.#found([...steps, 'spec', 'template'], 'spec', 'name');
    else if (TEMPLATE_NAME.test(name) && !OTHER_TEMPLATE.test(name)) this.#found(steps, 'spec', 'name');
    else this.#note(steps);
  }

  #look(schema: unknown, steps: readonly string[]): void {
    if (!isObject(schema) || !this.#step(steps.length)) return;
    const properties = propertiesOf(schema);
    const by = podSpecBy(memberOf(properties, 'spec'));
    if (by !== undefined) {
      this.#found(steps, 'spec', by);
      return;
    }
    for (const [name, child] of Object.entries(properties)) this.#member(name, child, steps);
    for (const inner of [memberOf(schema, 'items'), memberOf(schema, 'additionalProperties')]) {
      if (!isObject(inner)) continue;
      const each = [...steps, EACH];
      if (isOpen(inner)) this.#note(each);
      else this.#look(inner, each);
    }
  }
}

function versionOf(raw: unknown): CustomVersion {
  const version = textOf(memberOf(raw, 'name')).slice(0, 63);
  const schema = memberOf(raw, 'schema', 'openAPIV3Schema');
  if (!isObject(schema)) return { version, templates: [], open: [], unread: 'no-schema' };
  const search = new Search();
  search.root(schema);
  const { templates, open, unread } = search;
  return { version, templates, open, ...(unread === undefined ? {} : { unread }) };
}

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** What a CustomResourceDefinition says of its kind; undefined where it is none, or serves nothing. */
export function customKindOf(definition: unknown): CustomKind | undefined {
  const spec = memberOf(definition, 'spec');
  const group = textOf(memberOf(spec, 'group'));
  const resource = textOf(memberOf(spec, 'names', 'plural'));
  const kind = textOf(memberOf(spec, 'names', 'kind')).slice(0, 63);
  const served = listOf(memberOf(spec, 'versions')).filter((one) => memberOf(one, 'served') === true);
  const read = served.find((one) => memberOf(one, 'storage') === true) ?? served[0];
  if (read === undefined || kind === '' || !NAME.test(group) || !NAME.test(resource)) return undefined;
  const versions = served.slice(0, VERSIONS_MAX).map(versionOf);
  return {
    ...{ group, resource, kind },
    isNamespaced: memberOf(spec, 'scope') === 'Namespaced',
    version: textOf(memberOf(read, 'name')).slice(0, 63),
    versions:
      served.length > VERSIONS_MAX ? versions.map((one) => ({ unread: 'too-many', ...one })) : versions,
  };
}

/** The places of pods of a kind, as rows of the table: a place that all versions have in common is one row. */
export function podPathsOf({ group, resource, kind, versions }: CustomKind): PodPath[] {
  const places = new Map<string, { readonly one: Template; readonly versions: string[] }>();
  for (const { version, templates } of versions)
    for (const one of templates) {
      const key = JSON.stringify([one.template, one.spec, one.by]);
      const known = places.get(key);
      if (known === undefined) places.set(key, { one, versions: [version] });
      else known.versions.push(version);
    }
  return [...places.values()].map(({ one, versions: own }) => ({
    ...{ group, resource, kind, template: one.template },
    ...(one.spec === 'spec' ? {} : { spec: one.spec }),
    ...(own.length === versions.length ? {} : { versions: own }),
    ...(one.by === 'name' ? { isGuess: true as const } : {}),
  }));
}

/** A place as a field path: `spec.workers[*].template`. */
export const podPlaceText = ({ template, spec = 'spec' }: Pick<PodPath, 'template' | 'spec'>): string =>
  [...template, ...(spec === 'spec' && template.length > 0 ? [] : [spec])]
    .join('.')
    .replaceAll(`.${EACH}`, `[${EACH}]`)
    .slice(0, 512);
