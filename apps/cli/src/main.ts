// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { packedCommands } from './packed.ts';

// What completes command lines needs the words of all commands, and few of them are packed.
const word = process.env['BARTIZAN_COMPLETE'] === '1' ? undefined : process.argv[2];
const root = process.getBuiltinModule('node:path').resolve(import.meta.dirname, '../../..');
const packed = word === 'policy' || word === 'scan' ? packedCommands(root, word) : undefined;
await import(packed ?? './command-line.ts');
