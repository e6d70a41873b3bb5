// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FieldReader, readObject } from '@bartizan/host';
import { type FactSheet, fileText, rightsOf } from './fact-sheet.ts';
import { type HostProcess, type HostView, hostProcesses, NO_VIEW } from './host-view.ts';

const flagsOf = (words: readonly string[], name: string): string[] =>
  words.flatMap((word, index) =>
    word === name
      ? [words[index + 1] ?? '']
      : word.startsWith(`${name}=`)
        ? [word.slice(name.length + 1)]
        : [],
  );

/** -H with its value behind it or in the next word, also behind other letters that take no value. */
const shortHosts = (words: readonly string[]): string[] =>
  words.flatMap((word, index) => {
    const value = /^-[Dv]*H=?(.*)$/.exec(word)?.[1];
    return value === undefined ? [] : [value === '' ? (words[index + 1] ?? '') : value];
  });

/** dockerd takes an address without a scheme for TCP; none at all is its socket. */
const isTcp = (host: string): boolean => host.trim() !== '' && !/^\s*(unix|fd|npipe):\/\//.test(host);

const DOCKER_FACTS = [
  'docker.tcp-listeners',
  'docker.inter-container-traffic',
  'docker.user-remapping',
  'docker.no-new-privileges',
  'docker.insecure-registries',
];

/** What dockerd was started with: its arguments and its settings. Undefined settings: they cannot be parsed. */
interface Engine {
  readonly words: readonly string[];
  readonly settings: FieldReader | undefined;
}

const settingsText = (root: string, words: readonly string[]): string | undefined => {
  const named = flagsOf(words, '--config-file').at(-1);
  return fileText(root, named?.startsWith('/') ? named : '/etc/docker/daemon.json');
};

const engineOf = (root: string, processes: readonly HostProcess[]): Engine | undefined => {
  const daemon = processes.find((one) => one.name === 'dockerd');
  const json = settingsText(root, daemon?.arguments ?? []);
  if (!daemon && json === undefined && rightsOf(root, '/run/docker.sock') === undefined) return undefined;
  return { words: daemon?.arguments ?? [], settings: readObject(json ?? '{}') };
};

/** Where engines keep images and containers. Only those of root count: any user may run a program of that name. */
export const dockerFolders = (root: string, view: HostView): string[] =>
  (hostProcesses(view) ?? []).flatMap(({ pid, name, arguments: words }) => {
    const status = name === 'dockerd' ? view.procfs.status(pid) : undefined;
    if (!status?.ok || status.value.uid !== 0) return [];
    const folder =
      flagsOf(words, '--data-root').at(-1) ??
      readObject(settingsText(root, words) ?? '{}')?.text('data-root');
    return folder === undefined ? [] : [folder];
  });

/** Facts of the Docker engine. Its arguments count as much as its settings: without processes neither is the whole answer. */
export const collectDocker = (
  sheet: FactSheet,
  root: string,
  processes: readonly HostProcess[] | undefined,
): void => {
  const engine = engineOf(root, processes ?? []);
  sheet.setOr('docker.present', engine !== undefined || (processes ? false : undefined), NO_VIEW);
  const reason = processes === undefined ? NO_VIEW : engine ? undefined : 'Docker is not here';
  const settings = engine?.settings;
  if (!engine || !settings || reason !== undefined) {
    for (const fact of DOCKER_FACTS) sheet.setUnknown(fact, reason ?? 'daemon.json cannot be parsed');
    return;
  }
  const { words } = engine;
  const verifies =
    settings.flag('tlsverify') === true || words.some((word) => /^--tlsverify(=true)?$/.test(word));
  const hosts = [...settings.texts('hosts', 64), ...shortHosts(words), ...flagsOf(words, '--host')];
  sheet.set('docker.tcp-listeners', verifies ? [] : hosts.filter(isTcp));
  const icc = flagsOf(words, '--icc').at(-1);
  sheet.set(
    'docker.inter-container-traffic',
    icc === undefined ? (settings.flag('icc') ?? true) : icc !== 'false',
  );
  const remap = flagsOf(words, '--userns-remap').at(-1) ?? settings.text('userns-remap');
  sheet.set('docker.user-remapping', remap !== '');
  const isNoNew =
    settings.flag('no-new-privileges') === true ||
    words.some((word) => /^--no-new-privileges(=true)?$/.test(word));
  sheet.set('docker.no-new-privileges', isNoNew);
  const insecure = [...settings.texts('insecure-registries', 64), ...flagsOf(words, '--insecure-registry')];
  sheet.set('docker.insecure-registries', insecure);
};
