// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fillTemplate } from './fill-template.ts';

/** Kinds of secrets as people leave them lying about: the line, and the file it lies in. */
export const PLANTED_KINDS: readonly { readonly line: string; readonly file: string }[] = [
  { line: 'GITHUB_TOKEN=ghp_{crc62:30}', file: 'ci.env' },
  { line: 'aws_secret_access_key = {b64:40}', file: 'credentials' },
  { line: 'aws_access_key_id = {awsid:AKIA}', file: 'aws.ini' },
  { line: '//registry.internal/:_authToken=npm_{crc62:30}', file: '.npmrc' },
  { line: 'SLACK_TOKEN: xoxb-{digit:12}-{digit:12}-{alnum:24}', file: 'values.yaml' },
  { line: 'stripe.key=sk_live_{alnum:24}', file: 'application.properties' },
  { line: 'DATABASE_URL=postgres://shop:{password:16}@db.internal:5432/shop', file: 'web.env' },
  { line: '{pem:ec}', file: 'server.key' },
  { line: '{openssh:plain}', file: 'id_deploy' },
  { line: '{"auths": {"registry.internal": {"auth": "{b64basic:20}"}}}', file: 'config.json' },
  { line: 'machine git.internal login deploy password {password:18}', file: '.netrc' },
  { line: 'Authorization: Bearer {jwt:valid}', file: 'request.txt' },
  { line: 'token: {jwt:serviceaccount}', file: 'sa.txt' },
  { line: 'MYSQL_ROOT_PASSWORD={password:14}', file: 'db.env' },
];

const TEXTS = [
  'py',
  'txt',
  'rst',
  'md',
  'c',
  'h',
  'pl',
  'pm',
  'rb',
  'php',
  'conf',
  'cfg',
  'toml',
  'sh',
  'xml',
];
const TEXTS_ENDING: ReadonlySet<string> = new Set(TEXTS.map((kind) => `.${kind}`));
const MAX_FILE_BYTES = 1024 * 1024;
const FILES_IN_FOLDER = 200;

/** Texts to search for secrets, and the secrets put among them. */
export interface TextCorpus {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** Paths below the folder, one a planted secret. */
  readonly planted: readonly string[];
}

/** The layers of an OCI layout that has a manifest of docker archives beside it. */
const layersOf = (layout: string): readonly string[] => {
  const [image] = JSON.parse(readFileSync(join(layout, 'manifest.json'), 'utf8')) as { Layers: string[] }[];
  return (image?.Layers ?? []).map((name) => join(layout, name));
};

const isText = (content: Buffer): boolean =>
  content.length > 0 && content.length <= MAX_FILE_BYTES && !content.includes(0);

/** Files of these kinds in the layers, the same size of each at most, in an order that is always the same. */
function* textsOf(
  layout: string,
  { layers, maxBytes }: { readonly layers: readonly number[]; readonly maxBytes: number },
  work: string,
): Generator<[string, Buffer]> {
  const all = layersOf(layout);
  for (const at of layers) {
    const from = mkdtempSync(join(work, 'layer-'));
    // Devices of a distribution are no texts, and cannot be made everywhere.
    const into = ['--no-same-owner', '--no-same-permissions', '--exclude=./dev/*', '-C', from];
    execFileSync('tar', ['-xzf', all[at] ?? '', ...into], { stdio: 'ignore' });
    const names = readdirSync(from, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && TEXTS_ENDING.has(extname(entry.name)))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    let left = maxBytes / layers.length;
    for (const name of names) {
      const content = readFileSync(name);
      if (!isText(content)) continue;
      left -= content.length;
      if (left < 0) break;
      yield [extname(name), content];
    }
    rmSync(from, { recursive: true, force: true });
  }
}

/**
 * Texts of an image's layers, up to a size, each secret kind planted `ofEach` times among them. The files get numbers
 * for names: scanners leave out files by lists of their own, and only what both of them read can be compared.
 */
export const writeTextCorpus = (
  layout: string,
  options: {
    readonly folder: string;
    readonly layers: readonly number[];
    readonly maxBytes: number;
    readonly ofEach: number;
  },
): TextCorpus => {
  const { folder, ofEach } = options;
  const work = mkdtempSync(`${folder}.`);
  try {
    let files = 0;
    let bytes = 0;
    for (const [ending, content] of textsOf(layout, options, work)) {
      const below = join(folder, `texts-${Math.floor(files / FILES_IN_FOLDER)}`);
      if (files % FILES_IN_FOLDER === 0) mkdirSync(below, { recursive: true });
      writeFileSync(join(below, `${files}${ending}`), content);
      files += 1;
      bytes += content.length;
    }
    const planted = PLANTED_KINDS.flatMap(({ line, file }, kind) =>
      Array.from({ length: ofEach }, (_, at) => {
        const path = `app-${kind}-${at}/${file}`;
        mkdirSync(join(folder, `app-${kind}-${at}`));
        writeFileSync(join(folder, path), `# settings\n${fillTemplate(line, `${line} ${at}`)}\n`);
        return path;
      }),
    );
    return { folder, files: files + planted.length, bytes, planted };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
