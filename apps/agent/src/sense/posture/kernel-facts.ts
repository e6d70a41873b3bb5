// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FactSheet, fileText, folderNames, rightsOf } from './fact-sheet.ts';
import { type HostView, NO_VIEW, sharesNetwork } from './host-view.ts';
import { holdsAnywhere, INTERFACE_SETTINGS } from './network-settings.ts';

const NUMBERS = [
  'kernel.kptr_restrict',
  'kernel.dmesg_restrict',
  'kernel.unprivileged_bpf_disabled',
  'kernel.yama.ptrace_scope',
  'kernel.randomize_va_space',
  'kernel.perf_event_paranoid',
  'kernel.kexec_load_disabled',
  'kernel.modules_disabled',
  'kernel.sysrq',
  'fs.protected_symlinks',
  'fs.protected_hardlinks',
  'fs.protected_fifos',
  'fs.protected_regular',
  'fs.suid_dumpable',
];
/** Of the network namespace of whoever reads them. */
const NETWORK_NUMBERS = [
  'net.ipv4.tcp_syncookies',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.conf.all.accept_source_route',
];

const collectNumber = (sheet: FactSheet, name: string, proc: string): void => {
  const path = `${proc}/sys/${name.replaceAll('.', '/')}`;
  const content = fileText('/', path)?.trim() ?? '';
  sheet.setOr(
    `sysctl.${name}`,
    /^-?\d{1,15}$/.test(content) ? Number(content) : undefined,
    `${path} cannot be read`,
  );
};

const collectNetwork = (sheet: FactSheet, view: HostView): void => {
  const isHosts = sharesNetwork(view);
  const proc = view.procfs.root;
  if (isHosts !== true) {
    const reason =
      isHosts === false ? 'the agent has a network of its own, and reads the settings of that' : NO_VIEW;
    for (const name of [...NETWORK_NUMBERS, ...INTERFACE_SETTINGS])
      sheet.setUnknown(`sysctl.${name}`, reason);
    return;
  }
  for (const name of NETWORK_NUMBERS) collectNumber(sheet, name, proc);
  for (const name of INTERFACE_SETTINGS) {
    const holds = holdsAnywhere(proc, name);
    sheet.setOr(
      `sysctl.${name}`,
      holds === undefined ? undefined : Number(holds),
      `${name} of all interfaces cannot be read`,
    );
  }
};

const collectSysctls = (sheet: FactSheet): void => {
  for (const name of NUMBERS) collectNumber(sheet, name, '/proc');
  sheet.setOr(
    'sysctl.kernel.core_pattern',
    fileText('/', '/proc/sys/kernel/core_pattern')?.trim(),
    '/proc/sys/kernel/core_pattern cannot be read',
  );
};

/** Orders kernel releases by their numbers. */
export const compareReleases = (one: string, other: string): number => {
  const left = one.match(/\d+/g)?.map(Number) ?? [];
  const right = other.match(/\d+/g)?.map(Number) ?? [];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one < other ? -1 : one > other ? 1 : 0;
};

const newerInstalled = (sheet: FactSheet, root: string, release: string): void => {
  const installed = folderNames(root, '/lib/modules');
  if (!installed.includes(release)) {
    sheet.setUnknown('kernel.newer-installed', 'the running kernel has no modules in this file system');
    return;
  }
  const highest = [...installed].sort(compareReleases).at(-1) ?? '';
  sheet.set('kernel.newer-installed', highest === release ? '' : highest);
};

const collectSecurity = (sheet: FactSheet): void => {
  const isMounted = folderNames('/', '/sys/kernel/security').length > 0;
  const lockdown = fileText('/', '/sys/kernel/security/lockdown');
  const chosen = lockdown === undefined ? (isMounted ? 'none' : undefined) : /\[(\w+)\]/.exec(lockdown)?.[1];
  sheet.setOr('kernel.lockdown', chosen, '/sys/kernel/security is not mounted');
  sheet.setOr(
    'kernel.security-modules',
    fileText('/', '/sys/kernel/security/lsm')
      ?.trim()
      .split(',')
      .filter((one) => one !== ''),
    '/sys/kernel/security/lsm cannot be read',
  );
  const enforced = fileText('/', '/sys/module/module/parameters/sig_enforce')?.trim();
  const hasSys = rightsOf('/', '/sys/module') !== undefined;
  sheet.setOr(
    'kernel.module-signatures-enforced',
    enforced === undefined ? (hasSys ? false : undefined) : enforced === 'Y',
    '/sys cannot be read',
  );
};

/** Facts of the running kernel. */
export const collectKernel = (sheet: FactSheet, root: string, view: HostView): void => {
  collectSysctls(sheet);
  collectNetwork(sheet, view);
  collectSecurity(sheet);
  const release = fileText('/', '/proc/sys/kernel/osrelease')?.trim();
  sheet.setOr('kernel.release', release, '/proc/sys/kernel/osrelease cannot be read');
  if (release === undefined) sheet.setUnknown('kernel.newer-installed', 'the running release is not known');
  else newerInstalled(sheet, root, release);
  const folder = '/sys/devices/system/cpu/vulnerabilities';
  const names = folderNames('/', folder);
  sheet.setOr(
    'kernel.cpu-vulnerable',
    names.length === 0
      ? undefined
      : names.filter((name) => fileText('/', `${folder}/${name}`)?.startsWith('Vulnerable')),
    `${folder} cannot be read`,
  );
};
