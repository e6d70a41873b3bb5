// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { packedPolicy } from './packed.ts';

// What completes command lines needs the words of all commands, and only one of them is packed.
const isPolicy = process.argv[2] === 'policy' && process.env['BARTIZAN_COMPLETE'] !== '1';
const packed = isPolicy ? packedPolicy(resolve(import.meta.dirname, '../../..')) : undefined;
await import(packed ?? './command-line.ts');
