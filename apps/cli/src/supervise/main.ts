// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { settleData } from '../instance/data-folder.ts';
import { instancePaths } from '../instance/paths.ts';
import { readMark, removeMark, writeMark } from '../instance/process-mark.ts';
import { readRecord } from '../instance/record.ts';
import { readSecrets } from '../instance/secrets.ts';
import { settleDataKey } from './data-key.ts';
import { maintain } from './maintain.ts';
import { Supervisor } from './supervisor.ts';

/**
 * The supervisor's program: BARTIZAN_INSTANCE and the folders come from the environment. SIGTERM ends all, SIGHUP builds
 * a sensor that could not be built before.
 */
function fail(code: string, detail: string): never {
  complain(code, detail);
  process.exit(1);
}

function complain(code: string, detail: string): void {
  process.stderr.write(`${JSON.stringify({ level: 'error', msg: code, detail })}\n`);
}

const paths = instancePaths(process.env);
if (!paths.ok) fail(paths.error.code, paths.error.detail);
const record = readRecord(paths.value);
if (!record.ok) fail(record.error.code, record.error.detail);
if (readMark(paths.value.run, 'supervisor') !== undefined) fail('E_SUPERVISOR', 'it already runs');

process.title = `bartizan-supervisor ${paths.value.instance}`;
process.umask(0o022);
writeMark(paths.value.run, 'supervisor', process.pid);
const whole = settleData(paths.value);
if (!whole.ok) fail(whole.error.code, whole.error.detail);
// What opens the data decides: where that cannot be told both keys stay, and the controller says what it lacks.
const settled = await settleDataKey(paths.value, (operation) =>
  maintain(paths.value, record.value, { ...operation, dataDir: paths.value.controller }),
);
if (!settled.ok) complain(settled.error.code, settled.error.detail);
const secrets = readSecrets(paths.value);
if (!secrets.ok) fail(secrets.error.code, secrets.error.detail);
const supervisor = new Supervisor({ paths: paths.value, record: record.value, secrets: secrets.value });
let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (isStopping) return;
    isStopping = true;
    void supervisor.stop().finally(() => {
      removeMark(paths.value.run, 'supervisor');
      process.exit(0);
    });
  });
}
process.on('SIGHUP', () => supervisor.buildSensor());
supervisor.start();
