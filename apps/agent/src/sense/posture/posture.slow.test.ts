// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkloadRef } from '@bartizan/contracts';
import { readObject } from '@bartizan/host';
import { afterAll, describe, expect, it } from 'vitest';
import { collectAccounts, collectSshd } from './access-facts.ts';
import { collectDistribution } from './distribution-facts.ts';
import { FactSheet } from './fact-sheet.ts';
import { collectFiles } from './file-facts.ts';
import { compareReleases } from './kernel-facts.ts';
import { collectSetuid } from './setuid-facts.ts';
import { surveyPosture } from './survey.ts';

const root = mkdtempSync(join(tmpdir(), 'bartizan-posture-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const write = (path: string, content: string, mode = 0o644): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  chmodSync(join(root, path), mode);
};
const collect = (run: (sheet: FactSheet) => void) => {
  const sheet = new FactSheet();
  run(sheet);
  const facts = new Map(
    Object.entries(sheet.facts).map(([name, json]): [string, unknown] => [name, JSON.parse(json)]),
  );
  return { facts, unknown: sheet.unknown };
};
const host: WorkloadRef = { workload: 'w-1', kind: 'Host', namespace: '', name: 'n' };

describe('sshd', () => {
  it('is read with its includes, the first value wins, Match blocks are left out', () => {
    write('/usr/sbin/sshd', '');
    write(
      '/etc/ssh/sshd_config',
      'Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\nPasswordAuthentication yes\nMaxAuthTries 3\nMatch User x\nX11Forwarding yes\n',
    );
    write('/etc/ssh/sshd_config.d/10-a.conf', '# c\nPermitRootLogin yes\n');
    const { facts } = collect((sheet) => collectSshd(sheet, root));
    expect(facts.get('sshd.permit-root-login')).toBe('yes');
    expect(facts.get('sshd.password-authentication')).toBe('yes');
    expect(facts.get('sshd.x11-forwarding')).toBe('no');
    expect(facts.get('sshd.max-auth-tries')).toBe(3);
  });

  it('that is not installed is not applicable, not safe', () => {
    const { facts, unknown } = collect((sheet) => collectSshd(sheet, '/nonexistent'));
    expect(facts.get('sshd.installed')).toBe(false);
    expect(unknown['sshd.permit-root-login']).toContain('not installed');
  });
});

describe('accounts', () => {
  it('without a password, with uid 0, with Docker, and sudo without asking', () => {
    write('/etc/shadow', 'root:*:1::::::\nfree::1::::::\nuser:$6$canary-hash:1::::::\n', 0o644);
    write(
      '/etc/passwd',
      'root:x:0:0::/:/bin/sh\nfree:x:1:1::/:/bin/sh\nspare:x:0:7::/:/bin/sh\nwhale:x:5:999::/:/bin/sh\n',
    );
    write('/etc/group', 'docker:x:999:free\n');
    write('/etc/sudoers', 'Defaults x\n@includedir /etc/sudoers.d\n');
    write('/etc/sudoers.d/a', 'free ALL=(ALL) NOPASSWD: ALL\n');
    const { facts } = collect((sheet) => collectAccounts(sheet, root));
    expect(facts.get('accounts.empty-password')).toEqual(['free']);
    expect(facts.get('accounts.uid-zero')).toEqual(['root', 'spare']);
    expect(facts.get('accounts.docker-group')).toEqual(['free', 'whale']);
    expect(facts.get('accounts.sudo-without-password')).toEqual(['/etc/sudoers.d/a: free']);
    expect(JSON.stringify([...facts])).not.toContain('canary-hash');
  });
});

describe('an account', () => {
  const accountsOf = (passwd: string, shadow: string | null = 'root:*:1::::::\n') => {
    write('/etc/passwd', `root:x:0:0::/:/bin/sh\n${passwd}\n`);
    if (shadow === null) rmSync(join(root, 'etc/shadow'), { force: true });
    else write('/etc/shadow', shadow);
    return collect((sheet) => collectAccounts(sheet, root));
  };

  it.each(['00', '+0', ' 0', '-0', '0 '])('has uid 0 when the field says "%s"', (uid) => {
    const { facts } = accountsOf(`svc:*:${uid}:0::/:/bin/sh`);
    expect(facts.get('accounts.uid-zero')).toEqual(['root', 'svc']);
  });

  it.each(['10', '0x0', '', '1'])('has not when it says "%s"', (uid) => {
    expect(accountsOf(`svc:*:${uid}:0::/:/bin/sh`).facts.get('accounts.uid-zero')).toEqual(['root']);
  });

  it('has no password when passwd has none for it, whatever shadow says', () => {
    const { facts } = accountsOf('svc::1000:0::/:/bin/sh\nlocked:*:1:1::/:/bin/sh\n+::::::');
    expect(facts.get('accounts.empty-password')).toEqual(['svc']);
    expect(facts.get('accounts.uid-zero')).toEqual(['root']);
  });

  it('has one or not is unknown without shadow, unless passwd says that it has none', () => {
    expect(accountsOf('', null).unknown['accounts.empty-password']).toContain('/etc/shadow');
    expect(accountsOf('svc::1:0::/:/bin/sh', null).facts.get('accounts.empty-password')).toEqual(['svc']);
    write('/etc/shadow', 'root:*:1::::::\n');
  });
});

describe('sudo', () => {
  const passwordless = (main: string) => {
    write('/etc/sudoers', main);
    return collect((sheet) => collectAccounts(sheet, root));
  };

  it.each([
    ['Defaults !authenticate', '/etc/sudoers: Defaults'],
    ['Defaults:deploy env_reset, !authenticate', '/etc/sudoers: Defaults:deploy'],
    ['Defaults!/usr/bin/x \\\n  !authenticate', '/etc/sudoers: Defaults!/usr/bin/x'],
    ['#1000 ALL=(ALL) NOPASSWD: ALL', '/etc/sudoers: #1000'],
    ['@includedir /opt/rules', '/opt/rules/b: ops'],
    ['#includedir "/opt/rules"', '/opt/rules/b: ops'],
    ['@include more', '/etc/more: dev'],
    ['#include /etc/more', '/etc/more: dev'],
  ])('that asks nobody for a password is seen in %s', (rule, told) => {
    write('/opt/rules/b', 'ops ALL=NOPASSWD: ALL\n');
    write('/opt/rules/b.off', 'off ALL=NOPASSWD: ALL\n');
    write('/etc/more', 'dev ALL=NOPASSWD: ALL\n@include /etc/sudoers\n');
    expect(passwordless(`${rule}\n`).facts.get('accounts.sudo-without-password')).toEqual([told]);
  });

  it.each([
    'Defaults authenticate',
    '# Defaults !authenticate',
    '# 5 ALL=NOPASSWD: ALL',
    'Defaults!authenticate x',
  ])('that asks is not taken for that: %s', (rule) => {
    expect(passwordless(`${rule}\n`).facts.get('accounts.sudo-without-password')).toEqual([]);
  });

  it('with rules in a file that cannot be told is unknown', () => {
    const { facts, unknown } = passwordless('@include /etc/sudoers.%h\n');
    expect(facts.has('accounts.sudo-without-password')).toBe(false);
    expect(unknown['accounts.sudo-without-password']).toContain('/etc/sudoers.%h');
  });
});

describe('files', () => {
  it('with rights that are too wide are listed with their rights', () => {
    write('/etc/shadow', 'root:*:1::::::\n', 0o644);
    write('/etc/ssh/ssh_host_rsa_key', 'k', 0o644);
    write('/etc/ssh/ssh_host_rsa_key.pub', 'k', 0o644);
    write('/etc/cron.d/job', 'x', 0o666);
    mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
    chmodSync(join(root, 'usr/local/bin'), 0o777);
    const { facts } = collect((sheet) => collectFiles(sheet, root));
    expect(facts.get('files.account-databases-loose')).toEqual(['/etc/shadow 0644 0:0']);
    expect(facts.get('files.private-keys-loose')).toEqual(['/etc/ssh/ssh_host_rsa_key 0644 0:0']);
    expect(facts.get('files.cron-loose')).toEqual(['/etc/cron.d/job 0666 0:0']);
    expect(facts.get('path.writable-folders')).toEqual(['/usr/local/bin 0777 0:0']);
  });

  it('that a user has put pipes, devices or links in the place of hold nothing up', () => {
    write('/root/.aws/credentials', 'aws_access_key_id = AKIAX\n');
    write('/home/u/.config/gcloud/key.json', '{"type": "service_account"}');
    mkdirSync(join(root, 'home/u/.aws'));
    execFileSync('mkfifo', [
      join(root, 'home/u/.aws/credentials'),
      join(root, 'home/u/.config/gcloud/a.json'),
    ]);
    mkdirSync(join(root, 'home/v/.aws'), { recursive: true });
    symlinkSync('/root/.aws/credentials', join(root, 'home/v/.aws/credentials'));
    mkdirSync(join(root, 'home/w/.aws'), { recursive: true });
    symlinkSync('/dev/zero', join(root, 'home/w/.aws/credentials'));
    const { facts } = collect((sheet) => collectFiles(sheet, root));
    expect(facts.get('cloud.static-keys')).toEqual([
      '/root/.aws/credentials',
      '/home/u/.config/gcloud/key.json',
      '/home/v/.aws/credentials',
    ]);
  });

  it('with a set-id bit that no package owns are found; those of packages are not', () => {
    write('/var/lib/dpkg/info/sudo.list', '/usr/bin/sudo\n/bin/su\n');
    write('/usr/bin/sudo', '', 0o4755);
    write('/usr/bin/su', '', 0o4755);
    write('/opt/backdoor', '', 0o4755);
    write('/opt/no-execute', '', 0o4644);
    const { facts } = collect((sheet) => collectSetuid(sheet, root, []));
    expect(facts.get('files.setuid-unowned')).toEqual(['/opt/backdoor 4755 0:0']);
  });

  it('without a package database are unknown, not clean', () => {
    const bare = mkdtempSync(join(tmpdir(), 'bartizan-bare-'));
    const { facts, unknown } = collect((sheet) => collectSetuid(sheet, bare, []));
    rmSync(bare, { recursive: true });
    expect(facts.has('files.setuid-unowned')).toBe(false);
    expect(unknown['files.setuid-unowned']).toContain('package database');
  });
});

describe('the distribution', () => {
  /** What is told of one entry in a file of its own. */
  const looseSources = (kind: string, entry: string): unknown => {
    write('/etc/apt/sources.list', '');
    write(`/etc/apt/sources.list.d/one.${kind}`, `${entry}\n`);
    const { facts } = collect((sheet) =>
      collectDistribution(sheet, root, { pendingSecurity: undefined, nowMs: Date.now() }),
    );
    rmSync(join(root, 'etc/apt/sources.list.d'), { recursive: true });
    return facts.get('apt.unauthenticated-sources');
  };

  it('is read with its sources, without credentials', () => {
    write('/etc/os-release', 'ID=debian\nVERSION_ID="12"\n');
    write(
      '/etc/apt/sources.list',
      'deb [trusted=yes] https://user:canary-pw@repo/ x main\ndeb https://ok/ x main\n',
    );
    const { facts, unknown } = collect((sheet) =>
      collectDistribution(sheet, root, { pendingSecurity: undefined, nowMs: Date.now() }),
    );
    expect(facts.get('os.id')).toBe('debian');
    expect(facts.get('os.version')).toBe('12');
    expect(facts.get('apt.unauthenticated-sources')).toEqual([
      '/etc/apt/sources.list: deb [trusted=yes] https://repo/ x main',
    ]);
    expect(unknown['updates.security-pending']).toBeDefined();
    expect(unknown['updates.lists-age-days']).toBeDefined();
  });

  it.each([
    ['list', 'deb [trusted=true] https://r/ x main'],
    ['list', 'deb [ arch=amd64 trusted=YES ] https://r/ x main'],
    ['list', 'deb [allow-insecure=1] https://r/ x main'],
    ['list', 'deb [allow-downgrade-to-insecure=on] https://r/ x main'],
    ['sources', 'Types: deb\nTrusted: true'],
  ])('names a source that apt trusts without a signature: .%s %s', (kind, entry) => {
    expect(looseSources(kind, entry)).toHaveLength(1);
  });

  it.each([
    ['list', 'deb [trusted=no] https://r/ x main'],
    ['list', 'deb [trusted=0] https://r/ x main'],
    ['sources', 'Types: deb\nTrusted: false'],
  ])('does not name one that it does not: .%s %s', (kind, entry) => {
    expect(looseSources(kind, entry)).toEqual([]);
  });

  it.each([
    ['Acquire::AllowInsecureRepositories "true";', ['apt.conf: AllowInsecureRepositories "true"']],
    [
      'Acquire { AllowDowngradeToInsecureRepositories 1; };',
      ['apt.conf: AllowDowngradeToInsecureRepositories "true"'],
    ],
    ['// APT::Get::AllowUnauthenticated "true";', []],
    ['/* AllowUnauthenticated "true"; */', []],
    ['Acquire::AllowInsecureRepositories "false";', []],
  ])('reads the settings of apt: %s', (line, told) => {
    write('/etc/apt/apt.conf.d/99', `${line}\n`);
    expect(looseSources('list', '')).toEqual(told);
    rmSync(join(root, 'etc/apt/apt.conf.d'), { recursive: true });
  });

  it('orders kernel releases by number', () => {
    expect(compareReleases('6.1.0-9-amd64', '6.1.0-10-amd64')).toBeLessThan(0);
    expect(compareReleases('6.12.1', '6.2.9')).toBeGreaterThan(0);
  });
});

describe('a survey of this host', () => {
  it('answers or explains every fact that the checks ask of a host', () => {
    const catalogue = fileURLToPath(new URL('../../../../../content/posture/facts.json', import.meta.url));
    const content = readObject(`{"facts":${readFileSync(catalogue, 'utf8')}}`);
    const wanted = (content?.objects('facts', 1000) ?? [])
      .filter((one) => one.text('subject') === 'Host' && one.text('origin') === 'collected')
      .map((one) => one.text('name'));
    expect(wanted.length).toBeGreaterThan(50);
    const { facts } = surveyPosture({
      kind: 'posture',
      subject: host,
      root: '/',
      container: undefined,
      pendingSecurity: 3,
      sensorIsRunning: true,
      runtimeSockets: [],
      containerPids: [],
    });
    const answered = new Set([...Object.keys(facts.facts), ...Object.keys(facts.unknown)]);
    expect(wanted.filter((name) => !answered.has(name))).toEqual([]);
    expect(Object.keys(facts.unknown).filter((name) => name.startsWith('survey.'))).toEqual([]);
    expect(facts.facts['updates.security-pending']).toBe('3');
  }, 120_000);
});
