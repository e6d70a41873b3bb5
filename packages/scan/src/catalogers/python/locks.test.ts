// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { DEBIAN_12, names, runCataloger, treeOf } from '../../testing/trees.ts';
import { pythonCataloger } from './python.ts';

const REQUIREMENTS = `# comment
--index-url https://example.org/simple
Django==3.2.1
requests[security] == 2.31.0 ; python_version >= "3.7"
flask>=2.0
-r other.txt
uvicorn===0.23.2 \\
    --hash=sha256:abc
torch==2.1.0+cpu # build
git+https://github.com/x/y@v1
`;
const POETRY = `[[package]]
name = "Jinja2"
version = "3.1.2"
description = "x"
files = [
    {file = "Jinja2-3.1.2.whl", hash = "sha256:x"},
]

[package.dependencies]
MarkupSafe = ">=2.0"

[[package]]
name = "markupsafe"
version = "2.1.3"

[metadata]
lock-version = "2.0"
`;
const UV = `version = 1

[[package]]
name = "mine"
version = "0.1.0"
source = { virtual = "." }

[[package]]
name = "anyio"
version = "4.0.0"
source = { registry = "https://pypi.org/simple" }
`;
const UV_MIRRORED = `[[package]]
name = "mine"
version = "0.1.0"
source = { editable = "." }

[[package]]
name = "urllib3"
version = "1.26.4"
source = { registry = "https://art.example/artifactory/api/pypi/pypi-virtual/simple" }

[[package]]
name = "idna"
version = "3.6"
source = { registry = "https://art.example/editable/simple" }

[[package]]
name = "six"
version = "1.16.0"
source = { directory = "vendored/virtual" }
`;
const PYLOCK = `lock-version = "1.0"

[[packages]]
name = "attrs"
version = "25.1.0"

[[packages.wheels]]
name = "attrs-25.1.0-py3-none-any.whl"
`;
const PIPFILE = JSON.stringify({
  default: { requests: { version: '==2.28.1' }, editable: { editable: true } },
  develop: { pytest: { version: '==7.1.2' } },
});
const PIPFILE_CATEGORIES = JSON.stringify({
  _meta: { requires: { python_version: '3.11' }, sources: [{ name: 'pypi', version: '==1' }] },
  prod: { django: { version: '==3.2.0' } },
  docs: { sphinx: { version: '==7.0.1' } },
});
const find = (files: Record<string, string | Buffer>) =>
  runCataloger(pythonCataloger, treeOf(files)).packages;

describe('Python lock files', () => {
  it.each([
    [
      'requirements.txt',
      REQUIREMENTS,
      ['Django 3.2.1', 'requests 2.31.0', 'uvicorn 0.23.2', 'torch 2.1.0+cpu'],
    ],
    ['requirements-dev.txt', 'black==23.1.0\n', ['black 23.1.0']],
    ['poetry.lock', POETRY, ['Jinja2 3.1.2', 'markupsafe 2.1.3']],
    ['pdm.lock', POETRY, ['Jinja2 3.1.2', 'markupsafe 2.1.3']],
    ['uv.lock', UV, ['anyio 4.0.0']],
    ['uv.lock', UV_MIRRORED, ['urllib3 1.26.4', 'idna 3.6', 'six 1.16.0']],
    ['pylock.toml', PYLOCK, ['attrs 25.1.0']],
    ['Pipfile.lock', PIPFILE, ['requests 2.28.1', 'pytest 7.1.2']],
    ['Pipfile.lock', PIPFILE_CATEGORIES, ['django 3.2.0', 'sphinx 7.0.1']],
  ])('name what they fix: %s', (name, text, expected) => {
    expect(names(find({ [`/src/${name}`]: text }))).toEqual(expected);
  });

  it.each(['/requirements', '/src/requirements'])('name what they fix in the folder %s', (folder) => {
    const files = { [`${folder}/production.txt`]: REQUIREMENTS, [`${folder}/notes.md`]: 'six==1.0\n' };
    expect(names(find(files))).toHaveLength(4);
    expect(find({ '/src/production.txt': REQUIREMENTS, '/requirements/a/base.txt': REQUIREMENTS })).toEqual(
      [],
    );
  });

  it.each<[string, (text: string) => Buffer]>([
    ['UTF-16 of Windows', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16 of other machines', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['UTF-8 with a byte order mark', (text) => Buffer.from(`\uFEFF${text}`)],
  ])('are read in %s', (_name, encoded) => {
    const pins = 'Django==3.2.1\r\nrequests==2.31.0\r\n';
    expect(names(find({ '/requirements.txt': encoded(pins) }))).toEqual(['Django 3.2.1', 'requests 2.31.0']);
    expect(names(find({ '/Pipfile.lock': encoded(PIPFILE) }))).toEqual(['requests 2.28.1', 'pytest 7.1.2']);
  });

  it.each([
    ['is cut', PIPFILE.slice(0, -9)],
    ['holds a conflict of a merge', `<<<<<<< HEAD\n${PIPFILE}\n=======\n{}\n>>>>>>> other\n`],
  ])('are a problem of the scan where Pipfile.lock %s', (_name, text) => {
    const { packages, problems } = runCataloger(pythonCataloger, treeOf({ '/src/Pipfile.lock': text }));
    expect(packages).toEqual([]);
    expect(problems).toMatchObject([{ code: 'scan.malformed', path: '/src/Pipfile.lock' }]);
  });

  it('do not count in a root file system, where what is installed counts', () => {
    expect(find({ '/etc/os-release': DEBIAN_12, '/app/requirements.txt': REQUIREMENTS })).toEqual([]);
  });

  it('are given their normal name in the package URL', () => {
    expect(find({ '/poetry.lock': POETRY }).map((found) => found.purl)).toEqual([
      'pkg:pypi/jinja2@3.1.2',
      'pkg:pypi/markupsafe@2.1.3',
    ]);
  });

  it('do no harm when they are cut, changed or swollen', () => {
    for (const [name, text] of Object.entries({
      'requirements.txt': REQUIREMENTS,
      'poetry.lock': POETRY,
      'Pipfile.lock': PIPFILE,
    }))
      expectUnharmed(pythonCataloger, { [`/src/${name}`]: text });
  });
});
