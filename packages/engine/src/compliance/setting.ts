// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  BenchmarkComponent,
  Evidence,
  EvidenceFault,
  EvidenceOrigin,
  SettingItem,
} from '@bartizan/contracts/compliance';
import { defaultOf, isSetElsewhere } from './defaults.ts';
import { type FlagTable, flagValue, parseFlags } from './flags.ts';
import type { NodeFacts } from './node-facts.ts';

/** A setting as it is in force. */
export interface KnownSetting {
  readonly state: 'known';
  /** The value as text, lists joined by commas; undefined: nobody sets it and there is no default. */
  readonly value: string | undefined;
  /** Somebody set it: a default is not set. */
  readonly isExplicit: boolean;
  readonly origin: EvidenceOrigin;
  readonly path?: string;
  /** A value elsewhere that this one overrides. */
  readonly overridden?: string;
  readonly evidence: readonly string[];
}
/** A setting of which nobody can tell what is in force. */
export interface UnknownSetting {
  readonly state: 'unknown';
  readonly fault: EvidenceFault | 'default' | 'not-collected';
  readonly path?: string;
  readonly evidence: readonly string[];
}
/** The component does not run here. */
export interface MissingSetting {
  readonly state: 'absent';
  readonly evidence: readonly string[];
}
export type Setting = KnownSetting | UnknownSetting | MissingSetting;

/** What wins where a flag and the file disagree. etcd and kube-proxy ignore flags once they read a file. */
type Precedence = 'flag' | 'file' | 'refused';
const PRECEDENCE: Readonly<Record<BenchmarkComponent, Precedence>> = {
  'kube-apiserver': 'flag',
  'kube-controller-manager': 'flag',
  'kube-scheduler': 'flag',
  etcd: 'file',
  kubelet: 'flag',
  'kube-proxy': 'file',
  containerd: 'flag',
  crio: 'flag',
  dockerd: 'refused',
};

/** What the file of etcd calls its flags. */
const ETCD_KEYS: Readonly<Record<string, string>> = {
  '--cert-file': 'client-transport-security.cert-file',
  '--key-file': 'client-transport-security.key-file',
  '--client-cert-auth': 'client-transport-security.client-cert-auth',
  '--auto-tls': 'client-transport-security.auto-tls',
  '--trusted-ca-file': 'client-transport-security.trusted-ca-file',
  '--peer-cert-file': 'peer-transport-security.cert-file',
  '--peer-key-file': 'peer-transport-security.key-file',
  '--peer-client-cert-auth': 'peer-transport-security.client-cert-auth',
  '--peer-auto-tls': 'peer-transport-security.auto-tls',
  '--peer-trusted-ca-file': 'peer-transport-security.trusted-ca-file',
};

const asText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? value.map(String).join(',') : undefined;
};

const keyValue = (evidence: Evidence, key: string): string | undefined => {
  const { value } = evidence;
  if (typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
  return asText(value[key]);
};

/** The key that a file has for an item; the API server takes its authorizers from a file or from its flag. */
function keyOf(component: BenchmarkComponent, { flag = '', key }: SettingItem): string | undefined {
  if (key !== undefined) return key;
  if (component === 'etcd') return Object.hasOwn(ETCD_KEYS, flag) ? ETCD_KEYS[flag] : undefined;
  return component === 'kube-apiserver' && flag === '--authorization-mode' ? 'authorizers' : undefined;
}

/** dockerd takes an address without a scheme for TCP. */
const hostsOf = (value: string): string =>
  value
    .split(',')
    .map((host) => (host.trim() === '' || host.includes('://') ? host : `tcp://${host.trim()}`))
    .join(',');

/** A value as its component understands it. */
const asRead = (
  component: BenchmarkComponent,
  { flag, key }: SettingItem,
  value: string | undefined,
): string | undefined =>
  component === 'dockerd' && (flag === '--host' || key === 'hosts') && value !== undefined
    ? hostsOf(value)
    : value;

const CRI_BEFORE_3 = 'plugins.io.containerd.grpc.v1.cri.';
const CRI_OF_3 = 'plugins.io.containerd.cri.v1.runtime.';

/**
 * The key as a file has it: from version 3 on, the file of containerd has the settings of containers in a table of
 * their own, and only the server of streams stays where it was. A file that is imported may leave the version out.
 */
function keyIn(
  component: BenchmarkComponent,
  file: Evidence,
  files: readonly Evidence[],
  key: string,
): string {
  const isMoved = key.startsWith(CRI_BEFORE_3) && !key.startsWith(`${CRI_BEFORE_3}stream_`);
  if (component !== 'containerd' || !isMoved) return key;
  const version = [file, ...files].map((one) => keyValue(one, 'version')).find((one) => one !== undefined);
  return Number(version) >= 3 ? `${CRI_OF_3}${key.slice(CRI_BEFORE_3.length)}` : key;
}

/** No time at all, however it is written. */
export const isNoTime = (value: string): boolean => /^(?:0(?:\.0+)?(?:ns|us|ms|s|m|h)?)+$/.test(value);

/**
 * Values that kubeadm writes for "nobody sets it", and that stand for the default where they are read from a file.
 * A flag is laid over the file after that, and what a drop-in says over the defaults of some releases: there they count.
 */
function isNobodys(
  component: BenchmarkComponent,
  { key }: SettingItem,
  file: Evidence,
  value: string,
): boolean {
  if (component === 'kube-proxy') return key === 'metricsBindAddress' && value === '';
  return (
    component === 'kubelet' &&
    key === 'streamingConnectionIdleTimeout' &&
    file.origin !== 'drop-in' &&
    isNoTime(value)
  );
}

interface FileSetting {
  readonly value?: string;
  readonly evidence: readonly Evidence[];
  /** The first file that could not be read: what it sets is not known. */
  readonly unread?: Evidence;
}

/** The value in the files, each later file over the earlier ones; one that could not be read leaves it open. */
function fileSetting({ component, item, files }: Parts): FileSetting {
  const key = keyOf(component, item);
  if (key === undefined) return { evidence: [] };
  const valueIn = (file: Evidence): string | undefined =>
    file.state === 'known' ? keyValue(file, keyIn(component, file, files, key)) : undefined;
  const setting = files.findLast((file) => valueIn(file) !== undefined);
  const settingAt = setting === undefined ? -1 : files.indexOf(setting);
  const unread = files.find((file, at) => file.state === 'unreadable' && at > settingAt);
  const value = setting === undefined ? undefined : asRead(component, item, valueIn(setting));
  return {
    ...(value === undefined || setting === undefined || isNobodys(component, item, setting, value)
      ? {}
      : { value }),
    evidence: setting === undefined ? files.filter(({ state }) => state === 'known') : [setting],
    ...(unread === undefined ? {} : { unread }),
  };
}

const idsOf = (evidence: readonly Evidence[]): string[] => evidence.map(({ id }) => id).slice(0, 32);
const unknown = (one: Evidence): UnknownSetting => ({
  state: 'unknown',
  fault: one.reason ?? 'io',
  ...(one.path === undefined ? {} : { path: one.path }),
  evidence: [one.id],
});

function argumentsOf(facts: NodeFacts, component: BenchmarkComponent): Evidence | undefined {
  const [running] = facts.of('process', component);
  if (running === undefined || running.state !== 'absent') return running;
  // A static pod that is not up yet, or a node that is down, still says how it will start.
  const [manifest] = facts.of('manifest', component);
  return manifest ?? running;
}

function tableOf(evidence: Evidence, component: BenchmarkComponent): FlagTable {
  const { value } = evidence;
  const args = typeof value === 'object' && !Array.isArray(value) ? value['arguments'] : value;
  return parseFlags(Array.isArray(args) ? args.map(String) : [], component);
}

/** The value of a setting of a component on a node, by the rules of that component. */
export function settingOf(facts: NodeFacts, component: BenchmarkComponent, item: SettingItem): Setting {
  const running = argumentsOf(facts, component);
  if (running === undefined) return { state: 'unknown', fault: 'not-collected', evidence: [] };
  if (running.state === 'absent') return { state: 'absent', evidence: [running.id] };
  if (running.state === 'unreadable') return unknown(running);
  const table = tableOf(running, component);
  const files = facts.of('config', component).filter(({ state }) => state !== 'absent');
  return resolve({ facts, component, item, running, table, files });
}

interface Parts {
  readonly facts: NodeFacts;
  readonly component: BenchmarkComponent;
  readonly item: SettingItem;
  readonly running: Evidence;
  readonly table: FlagTable;
  readonly files: readonly Evidence[];
}

function resolve(parts: Parts): Setting {
  const { component, item, running, table, files } = parts;
  const precedence = PRECEDENCE[component];
  const isByFile = precedence === 'file' && files.length > 0;
  const flag =
    item.flag === undefined || isByFile ? undefined : asRead(component, item, flagValue(table, item.flag));
  const file = fileSetting(parts);
  if (flag !== undefined && precedence === 'refused' && file.value !== undefined)
    return { state: 'unknown', fault: 'conflict', evidence: idsOf([running, ...file.evidence]) };
  if (flag !== undefined)
    return {
      state: 'known',
      value: flag,
      isExplicit: true,
      origin: 'flag',
      ...(file.value === undefined || file.value === flag ? {} : { overridden: file.value }),
      evidence: idsOf([running, ...(file.value === undefined ? [] : file.evidence)]),
    };
  if (file.unread !== undefined) return unknown(file.unread);
  if (file.value !== undefined) return fromFile(file.value, file.evidence, running);
  return environmentOr(parts, file.evidence);
}

function fromFile(value: string, evidence: readonly Evidence[], running: Evidence): KnownSetting {
  const [file] = evidence;
  return {
    state: 'known',
    value,
    isExplicit: true,
    origin: file?.origin ?? 'file',
    ...(file?.path === undefined ? {} : { path: file.path }),
    evidence: idsOf([running, ...evidence]),
  };
}

function environmentOr(parts: Parts, read: readonly Evidence[]): Setting {
  const { facts, component, item, running, files } = parts;
  const [environment] = facts.of('environment', component);
  if (item.env !== undefined && environment !== undefined && files.length === 0) {
    if (environment.state === 'unreadable') return unknown(environment);
    const value = keyValue(environment, item.env);
    if (value !== undefined)
      return { state: 'known', value, isExplicit: true, origin: 'process', evidence: [environment.id] };
  }
  return byDefault(parts, idsOf([running, ...read]));
}

function byDefault(parts: Parts, evidence: readonly string[]): Setting {
  const { facts, component, item, table } = parts;
  const name = item.flag ?? item.key ?? '';
  const found = defaultOf(component, name, facts.release(component), table.has('--config'));
  const isOwn = component.startsWith('kube') && isSetElsewhere(facts.distribution, name, found !== undefined);
  if (found === 'depends-on-version' || isOwn) return { state: 'unknown', fault: 'default', evidence };
  return { state: 'known', value: found?.value, isExplicit: false, origin: 'default', evidence };
}
