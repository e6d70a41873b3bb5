// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Registry, RegistrySettings } from '@bartizan/contracts';

export type RegistryKind = Registry['kind'];
type Optional = 'username' | 'secret' | 'region' | 'authUrl' | 'plainHttp' | 'certificates';

interface KindForm {
  /** Name people know; a product name is the same in every language. */
  readonly name: string;
  /** An address as it looks. */
  readonly host: string;
  /** What it is called where the credentials are made. */
  readonly user?: 'user' | 'client-id' | 'access-key' | 'account' | 'robot' | 'account-id';
  readonly secret: 'password' | 'token' | 'client-secret' | 'secret-key' | 'json-key' | 'api-key';
  readonly region?: 'region' | 'project' | 'tenant' | 'repository' | 'group' | 'organisation' | 'name-space';
  /** The service beside the registry that tells what is in it, where one has to name it. */
  readonly authUrl?: 'artifactory' | 'api-server' | 'nexus' | 'gitlab' | 'service';
  /** The product can be run by oneself: without encryption, with an authority of one's own. */
  readonly own?: boolean;
  /** Credentials it cannot do without. */
  readonly needs: readonly ('username' | 'secret')[];
}
const BOTH = ['username', 'secret'] as const;

/** What each kind of registry asks for; nothing else is on its form or sent. */
export const KIND_FORMS = {
  docker: {
    name: 'Docker Registry, Docker Hub',
    host: 'registry.example.com:5000',
    user: 'user',
    secret: 'password',
    region: 'name-space',
    own: true,
    needs: [],
  },
  ecr: {
    name: 'Amazon ECR',
    host: '123456789012.dkr.ecr.ap-northeast-1.amazonaws.com',
    user: 'access-key',
    secret: 'secret-key',
    region: 'region',
    authUrl: 'service',
    // Neither: the role of the controller.
    needs: [],
  },
  acr: {
    name: 'Azure Container Registry',
    host: 'example.azurecr.io',
    user: 'client-id',
    secret: 'client-secret',
    region: 'tenant',
    authUrl: 'service',
    needs: BOTH,
  },
  google: {
    name: 'Google Artifact Registry',
    host: 'asia-northeast1-docker.pkg.dev',
    secret: 'json-key',
    region: 'project',
    authUrl: 'service',
    needs: ['secret'],
  },
  artifactory: {
    name: 'JFrog Artifactory',
    host: 'example.jfrog.io',
    user: 'user',
    secret: 'token',
    authUrl: 'artifactory',
    own: true,
    needs: [],
  },
  openshift: {
    name: 'OpenShift',
    host: 'default-route-openshift-image-registry.apps.example.com',
    user: 'user',
    secret: 'token',
    authUrl: 'api-server',
    own: true,
    needs: ['secret'],
  },
  'red-hat': {
    name: 'Red Hat',
    host: 'registry.redhat.io',
    user: 'account',
    secret: 'token',
    needs: [],
  },
  nexus: {
    name: 'Sonatype Nexus',
    host: 'nexus.example.com:8082',
    user: 'user',
    secret: 'password',
    region: 'repository',
    authUrl: 'nexus',
    own: true,
    needs: [],
  },
  gitlab: {
    name: 'GitLab',
    host: 'registry.gitlab.com',
    user: 'user',
    secret: 'token',
    region: 'group',
    authUrl: 'gitlab',
    own: true,
    needs: BOTH,
  },
  'ibm-cloud': {
    name: 'IBM Cloud',
    host: 'jp.icr.io',
    user: 'account-id',
    secret: 'api-key',
    authUrl: 'service',
    needs: BOTH,
  },
  harbor: {
    name: 'Harbor',
    host: 'harbor.example.com',
    user: 'robot',
    secret: 'password',
    region: 'project',
    own: true,
    needs: [],
  },
  github: {
    name: 'GitHub',
    host: 'ghcr.io',
    user: 'user',
    secret: 'token',
    region: 'organisation',
    authUrl: 'service',
    needs: BOTH,
  },
} as const satisfies Record<RegistryKind, KindForm>;
export const KINDS = Object.keys(KIND_FORMS).filter((kind): kind is RegistryKind => kind in KIND_FORMS);

/** How the form of a kind looks. */
export const formOf = (kind: RegistryKind): KindForm => KIND_FORMS[kind];

/** Optional parts of the settings that a kind has. */
export const partsOf = (kind: RegistryKind): ReadonlySet<Optional> => {
  const form = formOf(kind);
  const parts: Optional[] = ['secret'];
  if (form.user !== undefined) parts.push('username');
  if (form.region !== undefined) parts.push('region');
  if (form.authUrl !== undefined) parts.push('authUrl');
  if (form.own === true) parts.push('plainHttp', 'certificates');
  return new Set(parts);
};

export const EVERY_CHOICES = [900_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000] as const;

/** A registry that is being written down; texts as they are typed. */
export interface RegistryDraft {
  readonly kind: RegistryKind;
  readonly name: string;
  readonly host: string;
  readonly plainHttp: boolean;
  readonly certificates: string;
  readonly username: string;
  readonly secret: string;
  readonly pushSecret: string;
  readonly region: string;
  readonly authUrl: string;
  readonly includes: string;
  readonly excludes: string;
  readonly newestTags: string;
  readonly platforms: string;
  readonly everyMs: number | undefined;
  readonly concurrency: number;
  readonly signingKeys: string;
  /** Set from the command line; it stays until keys are given in its place. */
  readonly signaturePolicy?: RegistrySettings['signaturePolicy'] | undefined;
}

/** What a part of the form gets. */
export interface DraftProps {
  readonly draft: RegistryDraft;
  readonly change: (change: Partial<RegistryDraft>) => void;
}

export const EMPTY_DRAFT: RegistryDraft = {
  kind: 'docker',
  name: '',
  host: '',
  plainHttp: false,
  certificates: '',
  username: '',
  secret: '',
  pushSecret: '',
  region: '',
  authUrl: '',
  includes: '',
  excludes: '',
  newestTags: '10',
  platforms: '',
  everyMs: 86_400_000,
  concurrency: 2,
  signingKeys: '',
};

type Filters = RegistrySettings['includes'];
const FILTERS_MAX = 64;
const PLATFORMS_MAX = 16;

/** Filters as people write them: `repository:tag`, one a line; without a tag all tags are meant. */
export const printFilters = (filters: Filters): string =>
  filters.map(({ repository, tag }) => `${repository}:${tag}`).join('\n');
export const readFilters = (text: string): Filters =>
  text
    .normalize('NFKC')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, FILTERS_MAX)
    .map((line) => {
      const colon = line.lastIndexOf(':');
      const tag = colon > 0 ? line.slice(colon + 1) : '';
      return { repository: colon > 0 ? line.slice(0, colon) : line, tag: tag === '' ? '*' : tag };
    });

/** A known registry as a draft; its secret is not in it, because nobody gives it back. */
export const draftOf = (registry: Registry): RegistryDraft => ({
  kind: registry.kind,
  name: registry.name,
  host: registry.host,
  plainHttp: registry.plainHttp,
  certificates: registry.certificates ?? '',
  username: registry.username ?? '',
  secret: '',
  pushSecret: '',
  region: registry.region ?? '',
  authUrl: registry.authUrl ?? '',
  includes: printFilters(registry.includes),
  excludes: printFilters(registry.excludes),
  newestTags: registry.newestTags === undefined ? '' : String(registry.newestTags),
  platforms: registry.platforms.join(', '),
  everyMs: registry.schedule.kind === 'manual' ? undefined : registry.schedule.everyMs,
  concurrency: registry.concurrency,
  signingKeys: (registry.signingKeys ?? []).join('\n'),
  signaturePolicy: registry.signaturePolicy,
});

/** The draft as another kind: what that kind does not have goes. */
export const withKind = (draft: RegistryDraft, kind: RegistryKind): RegistryDraft => {
  const parts = partsOf(kind);
  const keep = (part: 'username' | 'region' | 'authUrl' | 'certificates'): string =>
    parts.has(part) ? draft[part] : '';
  return {
    ...draft,
    kind,
    username: keep('username'),
    region: keep('region'),
    authUrl: keep('authUrl'),
    certificates: keep('certificates'),
    plainHttp: parts.has('plainHttp') && draft.plainHttp,
  };
};

/** Whether a sealed secret still goes where it went before; else the controller asks for it again. */
export const keepsSecret = (draft: RegistryDraft, registry: Registry | undefined): boolean => {
  if (registry?.hasSecret !== true) return false;
  const before = draftOf(registry);
  return (['kind', 'host', 'plainHttp', 'certificates', 'authUrl'] as const).every(
    (part) => before[part] === draft[part],
  );
};

const KEY = /-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g;
const KEYS_MAX = 16;
/** Public keys out of one text, as many as stand in it. */
export const readKeys = (text: string): string[] =>
  (text.match(KEY) ?? []).slice(0, KEYS_MAX).map((key) => `${key}\n`);

/** What is sent: what is filled in, and a secret only when one was typed. What was set elsewhere and has no field here stays. */
export const settingsOf = (draft: RegistryDraft): RegistrySettings => {
  const given = (part: 'username' | 'region' | 'authUrl' | 'certificates'): Record<string, string> => {
    const value = draft[part].trim();
    return value === '' ? {} : { [part]: value };
  };
  const keys = readKeys(draft.signingKeys);
  const newest = Number.parseInt(draft.newestTags, 10);
  return {
    kind: draft.kind,
    name: draft.name.trim(),
    host: draft.host
      .trim()
      .replace(/^https?:\/\//, '')
      .replace(/\/+$/, ''),
    plainHttp: draft.plainHttp,
    ...given('username'),
    ...given('region'),
    ...given('authUrl'),
    ...given('certificates'),
    includes: readFilters(draft.includes),
    excludes: readFilters(draft.excludes),
    ...(Number.isInteger(newest) && newest > 0 ? { newestTags: newest } : {}),
    platforms: draft.platforms
      .split(/[\s,、]+/)
      .filter((platform) => platform !== '')
      .slice(0, PLATFORMS_MAX),
    schedule: draft.everyMs === undefined ? { kind: 'manual' } : { kind: 'interval', everyMs: draft.everyMs },
    concurrency: draft.concurrency,
    ...(keys.length > 0 ? { signingKeys: keys } : {}),
    ...(keys.length > 0 || draft.signaturePolicy === undefined
      ? {}
      : { signaturePolicy: draft.signaturePolicy }),
    ...(draft.secret === '' ? {} : { secret: draft.secret }),
    ...(draft.pushSecret === '' ? {} : { pushSecret: draft.pushSecret }),
  };
};

/** Whether a run is under way. */
export const isRunning = (registry: Pick<Registry, 'run'>): boolean =>
  registry.run.state === 'listing' || registry.run.state === 'scanning';

/** How much of a run is done, 0 to 1; undefined while it is not known how much there is. */
export const progressOf = ({ run }: Pick<Registry, 'run'>): number | undefined => {
  if (run.images === 0) return undefined;
  return Math.min(1, (run.scanned + run.unchanged + run.failed) / run.images);
};
