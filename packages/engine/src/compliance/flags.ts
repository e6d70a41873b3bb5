// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BenchmarkComponent } from '@bartizan/contracts/compliance';

/** Flags that are true without a value, and take one only behind `=`. */
const SWITCHES = new Set([
  '--allow-privileged',
  '--anonymous-auth',
  '--authentication-token-webhook',
  '--auto-tls',
  '--client-cert-auth',
  '--debug',
  '--enable-bootstrap-token-auth',
  '--experimental',
  '--fail-swap-on',
  '--icc',
  '--ip-forward',
  '--ip-masq',
  '--iptables',
  '--live-restore',
  '--make-iptables-util-chains',
  '--no-new-privileges',
  '--peer-auto-tls',
  '--peer-client-cert-auth',
  '--profiling',
  '--protect-kernel-defaults',
  '--rotate-certificates',
  '--rotate-server-certificates',
  '--seccomp-default',
  '--selinux',
  '--selinux-enabled',
  '--service-account-extend-token-expiration',
  '--service-account-lookup',
  '--tls',
  '--tlsverify',
  '--unsafe-no-fsync',
  '--use-service-account-credentials',
  '--userland-proxy',
]);

/** Flags whose values add up when they are repeated; of all others the last one counts. */
const LISTS = new Set([
  '--authorization-mode',
  '--default-ulimit',
  '--disable-admission-plugins',
  '--enable-admission-plugins',
  '--feature-gates',
  '--host',
  '--insecure-registry',
  '--label',
  '--service-account-key-file',
  '--storage-opt',
  '--tls-cipher-suites',
]);

const SHORT: Readonly<Record<string, string>> = {
  '-b': '--bridge',
  '-c': '--config',
  '-D': '--debug',
  '-g': '--data-root',
  '-G': '--group',
  '-H': '--host',
  '-l': '--log-level',
  '-p': '--pidfile',
  '-s': '--storage-driver',
};

/** Letters of dockerd that take no value, and those that take one. */
const DOCKER_SWITCHES = 'Dhv';
const DOCKER_VALUES = 'bgGHlps';

/** One word of dockerd with several letters in it, or with a value behind its letter, as the words it stands for. */
function dockerWords(arg: string): string[] {
  const letters = /^-[^-]/.test(arg) ? arg.slice(1) : '';
  const words: string[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] ?? '';
    if (DOCKER_SWITCHES.includes(letter)) words.push(`-${letter}`);
    else if (DOCKER_VALUES.includes(letter)) {
      const value = letters.slice(at + 1).replace(/^=/, '');
      const flag = flagName(`-${letter}`, 'dockerd');
      return [...words, at + 1 === letters.length ? flag : `${flag}=${value}`];
    } else return [arg];
  }
  return words.length === 0 ? [arg] : words;
}

/** Values by flag, in the order they were given. */
export type FlagTable = ReadonlyMap<string, readonly string[]>;

function flagName(written: string, component: BenchmarkComponent): string {
  const short = Object.hasOwn(SHORT, written) ? SHORT[written] : undefined;
  if (short !== undefined) return short;
  const long = /^-[^-]/.test(written) ? `-${written}` : written;
  const isGoFlag = component === 'etcd' || component === 'containerd';
  return isGoFlag ? long : long.replaceAll('_', '-');
}

/** Arguments as the programs of Kubernetes and container runtimes read them. */
export function parseFlags(args: readonly string[], component: BenchmarkComponent): FlagTable {
  const table = new Map<string, string[]>();
  const add = (name: string, value: string): void => {
    const values = table.get(name);
    if (values === undefined) table.set(name, [value]);
    else values.push(value);
  };
  const words = component === 'dockerd' ? args.flatMap(dockerWords) : args;
  for (let at = 0; at < words.length; at += 1) {
    const arg = words[at] ?? '';
    if (arg === '--') break;
    if (!/^--?[A-Za-z]/.test(arg)) continue;
    const equals = arg.indexOf('=');
    const name = flagName(equals === -1 ? arg : arg.slice(0, equals), component);
    const next = words[at + 1];
    if (equals !== -1) add(name, arg.slice(equals + 1));
    else if (SWITCHES.has(name) || next === undefined || /^--?[A-Za-z]/.test(next)) add(name, 'true');
    else {
      add(name, next);
      at += 1;
    }
  }
  return table;
}

/** The value of a flag that is in force: lists add up, of anything else the last one counts. */
export function flagValue(table: FlagTable, flag: string): string | undefined {
  const values = table.get(flag);
  if (values === undefined) return undefined;
  return LISTS.has(flag) ? values.filter((value) => value !== '').join(',') : values.at(-1);
}
