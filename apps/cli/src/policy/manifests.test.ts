// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.ts';
import { manifestFiles } from './manifests.ts';

const POD = `apiVersion: v1
kind: Pod
metadata: {name: p, namespace: shop}
spec: {containers: [{name: c, image: i, securityContext: {privileged: true}}]}
`;
let folder = '';
const at = (...names: string[]): string => join(folder, ...names);
const file = (...names: string[]): void => {
  mkdirSync(at(...names.slice(0, -1)), { recursive: true });
  writeFileSync(at(...names), POD);
};
const found = (...names: string[]) => {
  const files = manifestFiles([at(...names)]);
  return files.ok ? files.value.map((path) => relative(folder, path)) : files.error;
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-manifests-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the manifests of a folder', () => {
  it('are also those that links lead to, in the folder or out of it, in the order of their names', () => {
    file('base', 'deployment.yaml');
    file('all', 'b.yaml');
    symlinkSync('../base/deployment.yaml', at('all', 'a.yaml'));
    symlinkSync(at('base', 'deployment.yaml'), at('all', 'c.yaml'));
    symlinkSync('../base/deployment.yaml', at('all', 'notes.txt'));
    expect(found('all')).toEqual(['all/a.yaml', 'all/b.yaml']);
  });

  it('are read once, as Kubernetes mounts a ConfigMap: by links into a folder that stands beside them', () => {
    file('..2026_01_01', 'rules.yaml');
    symlinkSync('..2026_01_01', at('..data'));
    symlinkSync('..data/rules.yaml', at('rules.yaml'));
    expect(found()).toEqual(['..2026_01_01/rules.yaml']);
  });

  it('are none behind a link to a folder or to what is no file', () => {
    file('base', 'a.yaml');
    mkdirSync(at('all'));
    symlinkSync('../base', at('all', 'base.yaml'));
    symlinkSync('..', at('all', 'up'));
    symlinkSync('/dev/zero', at('all', 'endless.yaml'));
    expect(found('all')).toEqual([]);
  });

  it('are a problem of the run where a link leads nowhere, and the others are judged', async () => {
    file('all', 'a.yaml');
    symlinkSync('nothing', at('all', 'b.yaml'));
    symlinkSync('c.yaml', at('all', 'c.yaml'));
    const { stdout, exitCode } = await runCommand(['policy', 'apply', at('all'), '--output', 'json'], {
      language: 'en',
    });
    const { problems, objects } = JSON.parse(stdout);
    expect(problems).toMatchObject([
      { file: at('all', 'b.yaml'), code: 'E_POLICY_FILE' },
      { file: at('all', 'c.yaml'), code: 'E_POLICY_FILE' },
    ]);
    expect(objects).toBe(1);
    expect(exitCode).not.toBe(0);
  });

  it('are told to be too many or too deep, and never cut', () => {
    for (const name of ['a', 'b', 'c']) file('deep', 'er', `${name}.yaml`);
    const cut = (limits: { files: number; depth: number }) => {
      const files = manifestFiles([folder], limits);
      return files.ok ? files.value.length : files.error;
    };
    expect(cut({ files: 3, depth: 2 })).toBe(3);
    expect(cut({ files: 2, depth: 2 })).toMatchObject({
      code: 'E_POLICY_FILE',
      detail: 'more than 2 manifests',
    });
    expect(cut({ files: 3, depth: 1 })).toMatchObject({
      code: 'E_POLICY_FILE',
      detail: `${at('deep', 'er')}: more than 1 folders deep`,
    });
  });

  it('lack none of a folder that is read for policies: a link that leads nowhere ends it', async () => {
    symlinkSync('nothing', at('rules.yaml'));
    const { stderr, exitCode } = await runCommand(['policy', 'simulate', folder], { language: 'en' });
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining('E_POLICY_FILE')]);
  });
});

describe('an alias of a key', () => {
  it('is judged as the value that kubectl reads, not as the text of the key', async () => {
    const metadata = 'metadata: {name: p, annotations: {&t true: "a"}}';
    const pod = POD.replace(/metadata: .*/, metadata).replace('privileged: true', 'privileged: *t');
    writeFileSync(at('alias.yaml'), pod);
    const { stdout } = await runCommand(['policy', 'apply', at('alias.yaml'), '-o', 'json'], {
      language: 'en',
    });
    const { findings } = JSON.parse(stdout) as { findings: { rule: string }[] };
    expect(findings.map(({ rule }) => rule)).toContain('admission.privileged');
  });
});
