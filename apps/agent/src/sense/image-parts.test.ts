// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ContainerSecretReport, parser, type WorkloadRef } from '@bartizan/contracts';
import { makeHashKey } from '@bartizan/scan';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { surveySecrets } from './secret-survey.ts';

const RULES = resolve(import.meta.dirname, '../../../../content');
/** Made here, so that no text of the repository looks like a secret. */
const token = (text: string): string => ['glpat', text].join('-');
const [REPLACED, GONE, BELOW, SHOWN, VARIABLE, LABEL, BUILT] = [
  token('Zq3vT8nKx2LmW9rYb4Ha'),
  token('Zq3vT8nKx2LmW9rYb4Hb'),
  token('Zq3vT8nKx2LmW9rYb4Hc'),
  token('Zq3vT8nKx2LmW9rYb4Hd'),
  token('Zq3vT8nKx2LmW9rYb4He'),
  token('Zq3vT8nKx2LmW9rYb4Hf'),
  token('Zq3vT8nKx2LmW9rYb4Hg'),
];
const LAYERS = ['sha256:base', 'sha256:above'];
const CONFIG = JSON.stringify({
  config: { Env: ['PATH=/bin', `DEPLOY_TOKEN=${VARIABLE}`], Labels: { note: `use ${LABEL}` } },
  rootfs: { type: 'layers', diff_ids: LAYERS },
  history: [{ created_by: 'ADD base' }, { created_by: `RUN login --token ${BUILT}` }],
});
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const hexOf = (text: string): string => digestOf(text).slice(7);

let folder = '';
const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};

/** What a store holds: where the container writes, its layers, and the image as the runtime names it. */
interface Stored {
  readonly upper: string;
  readonly layers: readonly string[];
  readonly imageDigest: string;
}

/** Docker's: a folder of its own lies on top of the layers, and the container names its image. */
function docker(config = CONFIG): Stored {
  write('docker/containers/c-1/config.v2.json', JSON.stringify({ ID: 'c-1', Image: digestOf(config) }));
  write(`docker/image/overlay2/imagedb/content/sha256/${hexOf(config)}`, config);
  const layers = ['c1-init', 'l2', 'l1'].map((name) => `docker/overlay2/${name}/diff`);
  return { upper: 'docker/overlay2/c1/diff', layers, imageDigest: 'sha256:of-a-registry' };
}

/** containerd's: blobs by digest, an index on top of them. */
function containerd(): Stored {
  const blob = (text: string): string => {
    write(`root-of/io.containerd.content.v1.content/blobs/sha256/${hexOf(text)}`, text);
    return digestOf(text);
  };
  const manifest = blob(JSON.stringify({ config: { digest: blob(CONFIG) }, layers: [] }));
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const index = blob(
    JSON.stringify({
      manifests: [
        { digest: 'sha256:other', platform: { os: 'linux', architecture: 'riscv64' } },
        { digest: manifest, platform: { os: 'linux', architecture } },
      ],
    }),
  );
  const snapshots = 'root-of/io.containerd.snapshotter.v1.overlayfs/snapshots';
  return {
    upper: `${snapshots}/3/fs`,
    layers: [`${snapshots}/2/fs`, `${snapshots}/1/fs`],
    imageDigest: index,
  };
}

/** That of Podman and CRI-O. */
function containersStorage(): Stored {
  const image = hexOf(CONFIG);
  write('storage/overlay-containers/containers.json', JSON.stringify([{ id: 'c-0' }, { id: 'c-1', image }]));
  const name = `=${Buffer.from(digestOf(CONFIG)).toString('base64')}`;
  write(`storage/overlay-images/${image}/${name}`, CONFIG);
  return {
    upper: 'storage/overlay/c1/diff',
    layers: ['storage/overlay/l2/diff', 'storage/overlay/l1/diff'],
    imageDigest: 'sha256:of-a-registry',
  };
}

/** Fills two layers, and shows them as the kernel would. */
function fill({ upper, layers }: Stored): void {
  for (const path of [upper, ...layers]) mkdirSync(join(folder, path), { recursive: true });
  const [above, base] = layers.slice(-2);
  write(`${base}/srv/replaced.env`, `TOKEN=${REPLACED}\n`);
  write(`${above}/srv/replaced.env`, 'nothing\n');
  write(`${base}/opt/gone.env`, `TOKEN=${GONE}\n`);
  write(`${base}/old/below.env`, `TOKEN=${BELOW}\n`);
  write(`${above}/old`, 'a file in the place of a folder\n');
  write(`${base}/srv/shown.env`, `TOKEN=${SHOWN}\n`);
  write('root/srv/replaced.env', 'nothing\n');
  write('root/srv/shown.env', `TOKEN=${SHOWN}\n`);
  write('root/old', 'a file in the place of a folder\n');
  mkdirSync(join(folder, 'root/opt'));
}

const survey = ({ upper, layers, imageDigest }: Stored, scope: 'all' | 'changes' = 'all') => {
  const subject: WorkloadRef = {
    ...{ workload: 'w-1', kind: 'Container', namespace: '', name: 'shop', container: 'c-1' },
    imageDigest,
  };
  const job = { kind: 'secrets', subject, pid: 1, hostRoot: folder, scope, rules: RULES } as const;
  return surveySecrets({ ...job, hashKey: makeHashKey() }, () => undefined, {
    root: join(folder, 'root'),
    upper: join(folder, upper),
    folders: { upper: `/${upper}`, lower: layers.map((layer) => `/${layer}`) },
  }).report;
};
const told = ({ secrets }: ContainerSecretReport): unknown[] =>
  secrets.map(({ place, path, layer }) => [place, path, layer]).sort();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-image-parts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what an image holds that its running container does not show', () => {
  it.each([
    ['Docker', docker],
    ['containerd', containerd],
    ['Podman and CRI-O', containersStorage],
  ])('is found in the store of %s: environment, labels, history, and files of layers', (_name, store) => {
    const stored = store();
    fill(stored);
    const report = survey(stored);
    const [base] = LAYERS;
    expect(told(report)).toEqual(
      [
        [undefined, '/srv/shown.env', undefined],
        ['deleted-file', '/old/below.env', base],
        ['deleted-file', '/opt/gone.env', base],
        ['deleted-file', '/srv/replaced.env', base],
        ['image-config', 'config.Env[DEPLOY_TOKEN]', undefined],
        ['image-config', 'config.Labels[note]', undefined],
        ['image-config', 'history[1].created_by', undefined],
      ].sort(),
    );
    expect(report.incomplete).toEqual([]);
    expect(parser(ContainerSecretReport)(report)).toMatchObject({ ok: true });
    // Not one of the values leaves the process, in any form.
    const text = JSON.stringify(report);
    for (const value of [REPLACED, GONE, BELOW, SHOWN, VARIABLE, LABEL, BUILT])
      for (const form of [value, value.slice(6), Buffer.from(value).toString('base64')])
        expect(text).not.toContain(form);
  });

  it('is not looked for where another container of the image was searched', () => {
    const stored = docker();
    fill(stored);
    expect(survey(stored, 'changes')).toMatchObject({ secrets: [], incomplete: [] });
  });

  it('is a gap where the configuration is another one than its digest says', () => {
    const stored = docker();
    fill(stored);
    write(`docker/image/overlay2/imagedb/content/sha256/${hexOf(CONFIG)}`, `${CONFIG} `);
    const report = survey(stored);
    expect(report.incomplete).toEqual([
      {
        path: 'image:configuration',
        reason: {
          en: expect.stringContaining(`stated ${digestOf(CONFIG)}`) as string,
          ja: expect.stringMatching(
            /^イメージの設定を読み取れません：ダイジェストが一致しません（記録：sha256:/u,
          ) as string,
        },
      },
    ]);
    expect(report.secrets.map(({ place }) => place)).not.toContain('image-config');
    expect(report.secrets.map(({ place }) => place)).toContain('deleted-file');
  });

  it('is a gap where a line of the history holds more than is kept', () => {
    const many = Array.from({ length: 1_010 }, (_, at) => token(`Zq3vT8nKx2LmW9rY${1000 + at}`));
    const stored = docker(JSON.stringify({ history: [{ created_by: many.join(' ') }] }));
    fill(stored);
    expect(survey(stored).incomplete).toContainEqual({
      path: 'image:configuration',
      reason: { en: 'more matches than are kept', ja: '記録できる件数を超えて見つかりました' },
    });
  });

  it('is a gap where a layer is not there, or no store is known', () => {
    const stored = docker();
    fill(stored);
    rmSync(join(folder, 'docker/overlay2/l2'), { recursive: true });
    expect(survey(stored).incomplete).toMatchObject([
      { path: 'image:layers', reason: { en: 'a layer is not there' } },
    ]);
    const elsewhere = { ...stored, upper: 'elsewhere' };
    mkdirSync(join(folder, 'elsewhere'));
    expect(survey({ ...elsewhere, layers: stored.layers.slice(-1) }).incomplete).toMatchObject([
      {
        path: 'image:configuration',
        reason: {
          en: 'the image store of this runtime is not known',
          ja: 'イメージの設定を読み取れません：このランタイムのイメージストアには対応していません',
        },
      },
    ]);
  });
});
