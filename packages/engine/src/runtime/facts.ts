// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  Connection,
  Facts,
  FactValue,
  ProcessChain,
  ProcessInfo,
  WorkloadRef,
} from '@bartizan/contracts';
import { addressScope } from './address-scope.ts';
import { capabilityNames } from './capabilities.ts';

/** Where something happened. */
export interface Setting {
  readonly inContainer: boolean;
  readonly workload?: WorkloadRef;
  /** The first process of the container, as its runtime tells it: its process id on the node. */
  readonly firstPid?: number | undefined;
}
/** Who a process was before and after a change of its credentials. Capabilities are hexadecimal masks. */
export interface CredentialsChange {
  readonly before: { readonly uid: number; readonly euid: number; readonly capabilities?: string };
  readonly after: { readonly uid: number; readonly euid: number; readonly capabilities?: string };
}

/** Longest command line that becomes a fact. */
const COMMAND_LINE_MAX = 16_384;
type Draft = Record<string, FactValue>;

/** Programs that bring a process into a container from outside. */
const RUNTIME_NAMES =
  /^(([a-z-]+-)?runc|crun|youki|conmon|conmonrs|nsenter|(docker-)?containerd-shim.*|runc:\[.*|runc_cloned|memfd:runc.*)$/;

/**
 * Whether this is the first process of its container. Its number says so only of one that a runtime made (or the init of
 * the node took over from it): whoever may make a pid namespace is process 1 there. And where a container shares the pid
 * namespace of its Pod or of the node, the first process has another number. `undefined` when nothing is known of it.
 */
function isEntryPoint({ process, ancestors }: ProcessChain, { firstPid }: Setting): boolean | undefined {
  if (firstPid !== undefined && firstPid === process.pid) return true;
  if (process.containerPid === undefined) return undefined;
  const parent = ancestors[0];
  return (
    process.containerPid === 1 &&
    (parent === undefined || parent.pid === 1 || RUNTIME_NAMES.test(parent.name))
  );
}

/** A program that starts what it is given as its child, where `exec` would have: whoever put it in put that in. */
const isLauncher = ({ name, pid, containerPid }: ProcessInfo, { firstPid }: Setting): boolean =>
  name === 'unshare' && containerPid !== 1 && pid !== firstPid;

/**
 * Whether somebody outside put this process into the container (runc exec, docker exec, kubectl exec, a probe):
 * not its first process, and its parent (that of `unshare`, if it is that) is not of the container. `undefined` when
 * the chain is not known that far.
 */
function wasEntered(chain: ProcessChain, setting: Setting): boolean | undefined {
  if (!setting.inContainer) return false;
  if (isEntryPoint(chain, setting) === true) return false;
  const parent = chain.ancestors.find((ancestor) => !isLauncher(ancestor, setting));
  if (parent !== undefined) return RUNTIME_NAMES.test(parent.name);
  return chain.complete ? true : undefined;
}

function set(draft: Draft, name: string, value: FactValue | undefined): void {
  if (value !== undefined) draft[name] = value;
}

function addProcess(draft: Draft, process: ProcessInfo): void {
  draft['process.name'] = process.name;
  draft['process.executable'] = process.executable;
  draft['process.arguments'] = process.arguments;
  draft['process.command-line'] = process.arguments.join(' ').slice(0, COMMAND_LINE_MAX);
  draft['process.uid'] = process.uid;
  draft['process.euid'] = process.euid;
  set(draft, 'process.gid', process.gid);
  set(draft, 'process.cwd', process.cwd);
  set(draft, 'process.interactive', process.interactive);
  set(draft, 'process.fileless', process.fileless);
  set(draft, 'process.upper-layer', process.upperLayer);
  if (process.capabilities !== undefined)
    set(draft, 'process.capabilities', capabilityNames(process.capabilities));
  const [input, output, error] = process.stdio ?? [];
  set(draft, 'stdio.in', input);
  set(draft, 'stdio.out', output);
  set(draft, 'stdio.err', error);
}

function addChain(draft: Draft, chain: ProcessChain, setting: Setting): void {
  addProcess(draft, chain.process);
  const parent = chain.ancestors[0];
  if (parent !== undefined) {
    draft['parent.name'] = parent.name;
    // One that only the sensor's walk told of has a name and nothing else: its user is not root, but not known.
    if (parent.executable !== '') {
      draft['parent.executable'] = parent.executable;
      draft['parent.command-line'] = parent.arguments.join(' ').slice(0, COMMAND_LINE_MAX);
      draft['parent.uid'] = parent.uid;
    }
    set(draft, 'parent.interactive', parent.interactive);
  }
  draft['ancestors.names'] = chain.ancestors.map((ancestor) => ancestor.name);
  if (setting.inContainer) set(draft, 'process.entry-point', isEntryPoint(chain, setting));
  set(draft, 'process.entered', wasEntered(chain, setting));
}

function addSetting(draft: Draft, setting: Setting): void {
  draft['container.present'] = setting.inContainer;
  const workload = setting.workload;
  if (workload === undefined) return;
  draft['workload.kind'] = workload.kind;
  draft['workload.name'] = workload.name;
  draft['workload.namespace'] = workload.namespace;
  set(draft, 'container.name', workload.containerName);
  set(draft, 'container.image', workload.image);
}

function base(chain: ProcessChain | undefined, setting: Setting): Draft {
  const draft: Draft = {};
  if (chain !== undefined) addChain(draft, chain, setting);
  addSetting(draft, setting);
  return draft;
}

function addConnection(draft: Draft, connection: Connection): void {
  draft['connection.protocol'] = connection.protocol;
  draft['connection.direction'] = connection.direction;
  draft['connection.local-address'] = connection.localAddress;
  draft['connection.local-port'] = connection.localPort;
  draft['connection.local-scope'] = addressScope(connection.localAddress);
  if (connection.direction === 'listen') return;
  draft['connection.remote-address'] = connection.remoteAddress;
  draft['connection.remote-port'] = connection.remotePort;
  draft['connection.remote-scope'] = addressScope(connection.remoteAddress);
}

/** Facts of a program start, for rules with the trigger `exec`. What is not known is absent. */
export const factsOfExec = (chain: ProcessChain, setting: Setting): Facts => base(chain, setting);

/** Facts of the opening of a watched file, for the trigger `file-open`. */
export function factsOfFileOpen(
  chain: ProcessChain | undefined,
  file: { readonly path: string; readonly access: 'read' | 'write' },
  setting: Setting,
): Facts {
  const draft = base(chain, setting);
  draft['file.path'] = file.path;
  draft['file.access'] = file.access;
  return draft;
}

/** Facts of a connection that was made or accepted, for the trigger `connect`. */
export function factsOfConnect(
  chain: ProcessChain | undefined,
  connection: Connection,
  setting: Setting,
): Facts {
  const draft = base(chain, setting);
  addConnection(draft, connection);
  return draft;
}

/** Facts of a port that was opened for listening, for the trigger `listen`. */
export function factsOfListen(
  chain: ProcessChain | undefined,
  connection: Connection,
  setting: Setting,
): Facts {
  return factsOfConnect(chain, { ...connection, direction: 'listen' }, setting);
}

/** Facts of a change of user or capabilities, for the trigger `credentials`. */
export function factsOfCredentials(
  chain: ProcessChain | undefined,
  change: CredentialsChange,
  setting: Setting,
): Facts {
  const draft = base(chain, setting);
  draft['credentials.before-uid'] = change.before.uid;
  draft['credentials.before-euid'] = change.before.euid;
  draft['credentials.after-uid'] = change.after.uid;
  draft['credentials.after-euid'] = change.after.euid;
  const before = capabilityNames(change.before.capabilities ?? '');
  const after = capabilityNames(change.after.capabilities ?? '');
  if (before !== undefined && after !== undefined) {
    const had = new Set(before);
    draft['credentials.gained-capabilities'] = after.filter((name) => !had.has(name));
  }
  return draft;
}
