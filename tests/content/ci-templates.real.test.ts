// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readText, repositoryFiles } from '../architecture/repository.ts';
import { commandsOfScript, parseTemplate, scriptsOf, TEMPLATES, type TemplateName } from './ci-templates.ts';
import { faultOf } from './cli-help.ts';

const NAMES = Object.keys(TEMPLATES) as TemplateName[];

describe('templates for pipelines', { timeout: 120_000 }, () => {
  it('are all in the list', () => {
    expect(
      repositoryFiles()
        .filter((path) => path.startsWith('deploy/ci/'))
        .sort(),
    ).toEqual(Object.values(TEMPLATES).sort());
  });

  it.each(NAMES)('of %s tell only of commands and flags that exist', async (name) => {
    const commands = scriptsOf(name).flatMap((script) => commandsOfScript(TEMPLATES[name], script));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      expect(command.words.slice(0, 2)).toMatchObject(['scan', expect.stringMatching(/^(dir|image)$/)]);
      expect(command.flags).toContain('--fail-on');
      expect(await faultOf(command)).toBeUndefined();
    }
  });

  it('fail on a flag that does not exist', async () => {
    const [command] = commandsOfScript('p', '  "$BARTIZAN" scan dir . \\\n    --louder');
    if (command === undefined) throw new Error('not read');
    expect(await faultOf(command)).toContain('--louder is not in its help');
  });

  it('put what a pipeline brings into the environment, never into a script', () => {
    for (const name of NAMES)
      for (const script of scriptsOf(name))
        expect(script).not.toMatch(/\$\{\{|\$\(params|\$\(workspaces|"""/);
  });

  it('of Jenkins have as many closing braces as opening ones', () => {
    const text = readText(TEMPLATES.jenkins).replace(/'''[\s\S]*?'''|'[^'\n]*'|\/\/.*$/gm, '');
    for (const [open, close] of ['{}', '()', '[]'].map((pair) => [...pair] as [string, string]))
      expect(text.split(open).length).toBe(text.split(close).length);
  });

  it('have what their readers ask for', () => {
    const github = parseTemplate(readText(TEMPLATES.github));
    expect(github).toMatchObject({
      on: expect.anything(),
      permissions: { contents: 'read' },
      jobs: { scan: { 'runs-on': expect.any(String) } },
    });
    const gitlab = parseTemplate(readText(TEMPLATES.gitlab));
    expect(gitlab).toMatchObject({
      'bartizan-image': {
        artifacts: { when: 'always', reports: { container_scanning: expect.any(String) } },
      },
    });
    const tekton = parseTemplate(readText(TEMPLATES.tekton));
    expect(tekton).toMatchObject({
      apiVersion: 'tekton.dev/v1',
      kind: 'Task',
      spec: { steps: [{ securityContext: { runAsNonRoot: true } }] },
    });
  });
});

describe('the checkout of Bartizan', { timeout: 120_000 }, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-checkout-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a script as the runner of a pipeline does, in the sources. */
  const play = (script: string, cwd: string, more: Readonly<Record<string, string>>): void => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, ...more };
    execFileSync('sh', ['-eu', '-c', script], { cwd, env, stdio: 'pipe' });
  };
  const scriptWith = (name: TemplateName, word: string): string => {
    const script = scriptsOf(name).find((one) => one.includes(word));
    if (script === undefined) throw new Error(`${name}: no script has ${word}`);
    return script;
  };

  it('of GitHub ends up outside of what is scanned, where the steps look for it', () => {
    const [sources, temp, variables] = ['sources', 'temp', 'variables'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(join(sources, '.bartizan-checkout'), { recursive: true });
    mkdirSync(temp);
    writeFileSync(join(sources, '.bartizan-checkout/bartizan'), '');
    play(scriptWith('github', 'mv '), sources, { RUNNER_TEMP: temp, GITHUB_ENV: variables });
    expect(existsSync(join(sources, '.bartizan-checkout'))).toBe(false);
    const [, launcher = ''] = /^BARTIZAN=(.+)$/m.exec(readFileSync(variables, 'utf8')) ?? [];
    expect(launcher.startsWith(`${temp}/`)).toBe(true);
    expect(existsSync(launcher)).toBe(true);
  });

  it('of GitLab is made beside the sources, and follows its ref', () => {
    const [origin, sources] = [join(folder, 'origin'), join(folder, 'group/project')];
    mkdirSync(origin);
    mkdirSync(sources, { recursive: true });
    const git = (...words: string[]): Buffer =>
      execFileSync('git', ['-C', origin, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words]);
    const commit = (text: string): void => {
      writeFileSync(join(origin, 'bartizan'), text);
      chmodSync(join(origin, 'bartizan'), 0o755);
      git('add', '.');
      git('commit', '--quiet', '-m', text);
      git('tag', text);
    };
    git('init', '--quiet');
    commit('one');
    commit('two');
    const { variables } = parseTemplate(readText(TEMPLATES.gitlab)) as { variables: Record<string, string> };
    const launcher = (variables['BARTIZAN'] ?? '').replace(/\$\{?CI_PROJECT_DIR\}?/, sources);
    expect(launcher.startsWith(`${sources}/`)).toBe(false);
    const script = scriptWith('gitlab', 'BARTIZAN_REPOSITORY');
    const told = /set BARTIZAN_REPOSITORY, or BARTIZAN to the launcher .*bartizan is not there/;
    expect(() => play(script, sources, { BARTIZAN: launcher })).toThrow(told);
    expect(existsSync(launcher)).toBe(false);
    for (const ref of ['two', 'one']) {
      play(script, sources, { BARTIZAN: launcher, BARTIZAN_REPOSITORY: origin, BARTIZAN_REF: ref });
      expect(readFileSync(launcher, 'utf8')).toBe(ref);
    }
    play(script, sources, { BARTIZAN: launcher });
    play(script, sources, { BARTIZAN: 'true' });
  });

  it('of Jenkins is looked for outside of the workspace', () => {
    expect(readText(TEMPLATES.jenkins)).toMatch(/name: 'BARTIZAN', defaultValue: '\.\.\//);
  });
});

describe('what a project sets for the template of GitLab', () => {
  const OTHER = { BARTIZAN_REGISTRY: 'other.example.org' };
  const OWN_NAME = { BARTIZAN_REGISTRY_USERNAME: 'reader', BARTIZAN_REGISTRY_PASSWORD: 'secret' };

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['nothing', {}, 'registry.example.com job token'],
    ['another registry, which asks for no credentials', OTHER, 'other.example.org'],
    [
      'another registry, and a name only',
      { ...OTHER, BARTIZAN_REGISTRY_USERNAME: 'x' },
      'other.example.org x',
    ],
    ['another registry and its credentials', { ...OTHER, ...OWN_NAME }, 'other.example.org reader secret'],
    ['credentials only', OWN_NAME, 'registry.example.com reader secret'],
    ['nothing, in a project without a registry', { CI_REGISTRY: '', CI_REGISTRY_USER: '' }, 'token'],
  ])('hands the credentials of the job to no registry but its own: %s', (_what, set, expected) => {
    const ofGitLab = {
      CI_REGISTRY: 'registry.example.com',
      CI_REGISTRY_USER: 'job',
      CI_REGISTRY_PASSWORD: 'token',
    };
    const { variables } = parseTemplate(readText(TEMPLATES.gitlab)) as { variables: Record<string, string> };
    const known: Readonly<Record<string, string>> = { ...ofGitLab, ...set };
    const filled = Object.entries(variables).map(([name, value]) => [
      name,
      value.replace(/\$\{?(\w+)\}?/g, (_all, inner: string) => known[inner] ?? ''),
    ]);
    const env = { PATH: process.env['PATH'] ?? '', ...Object.fromEntries(filled), ...known };
    const script = scriptsOf('gitlab').find((one) => one.includes('CI_REGISTRY')) ?? '';
    const shown = ['', '_USERNAME', '_PASSWORD'].map((part) => `printenv BARTIZAN_REGISTRY${part} || :`);
    const told = execFileSync('sh', ['-eu', '-c', [script, ...shown].join('\n')], { env, encoding: 'utf8' });
    expect(told.trim().split(/\s+/).join(' ')).toBe(expected);
  });

  it('is set by no job: a job would win over it', () => {
    const jobs = Object.entries(parseTemplate(readText(TEMPLATES.gitlab))).filter(
      ([name]) => name !== 'variables',
    );
    expect(jobs.length).toBeGreaterThan(1);
    for (const [, job] of jobs)
      for (const name of Object.keys((job as { variables?: object }).variables ?? {}))
        expect(name).not.toMatch(/^(?:BARTIZAN|IMAGE$)/);
  });
});
