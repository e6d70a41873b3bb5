// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A source file with its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const LINES_MAX = 400;
const TEST_LINES_MAX = 600;
const DRAWERS = /(^|\/)(utils?|helpers?|common|misc|shared|lib|manager)(\/|\.(ts|tsx|rs)$)/;
const SPDX = 'SPDX-License-Identifier: Apache-2.0';

/** Hand-written source files, which the budgets apply to. */
export const isSource = (path: string): boolean =>
  /\.(ts|tsx|mts|rs|c|h|sh)$/.test(path) && !/(^|\/)(generated|testdata|vendor|target|dist)\//.test(path);

const isTest = (path: string): boolean => /\.test\.tsx?$|_tests?\.rs$|\/tests\//.test(path);

/** What breaks the budgets of one file. */
export function fileFaults({ path, text }: SourceFile): string[] {
  const faults: string[] = [];
  const lines = text.split('\n').length - 1;
  const limit = isTest(path) ? TEST_LINES_MAX : LINES_MAX;
  if (lines > limit) faults.push(`${path}: ${lines} lines, at most ${limit}`);
  if (DRAWERS.test(path) && !path.endsWith('src/lib.rs'))
    faults.push(`${path}: a drawer; give it a name that says what it does`);
  if (!text.slice(0, 600).includes(SPDX)) faults.push(`${path}: no SPDX header`);
  if (/\.tsx?$/.test(path)) {
    if (/(:\s*any\b|\bas any\b|<any>)/.test(text.replace(/(['"`/]).*?\1/g, ''))) faults.push(`${path}: any`);
    for (const line of text.split('\n')) {
      const mute = /(biome-ignore|oxlint-disable|@ts-expect-error|@ts-ignore|@ts-nocheck)(.*)$/.exec(line);
      if (mute !== null && !isTest(path) && !/[:-]+\s*\S{3,}/.test(mute[2] ?? ''))
        faults.push(`${path}: a suppression without a reason`);
    }
  }
  return faults;
}

/** Size of the middle and of the 90th percentile file, in lines. */
export function lineQuantiles(files: readonly SourceFile[]): {
  readonly median: number;
  readonly p90: number;
} {
  const sizes = files.map((file) => file.text.split('\n').length - 1).sort((left, right) => left - right);
  const at = (share: number): number =>
    sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * share))] ?? 0;
  return { median: at(0.5), p90: at(0.9) };
}

/** Lines of suppressions per 1,000 lines of code. */
export function suppressionsPerThousand(files: readonly SourceFile[]): number {
  let lines = 0;
  let mutes = 0;
  for (const { text } of files) {
    lines += text.split('\n').length;
    mutes += text.match(/biome-ignore|oxlint-disable|@ts-expect-error|@ts-ignore/g)?.length ?? 0;
  }
  return (mutes * 1000) / Math.max(lines, 1);
}
