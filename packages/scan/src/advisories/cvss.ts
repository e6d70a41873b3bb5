// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Base metrics of CVSS v3.0 and v3.1 and their weights (FIRST, CVSS v3.1 specification, section 7.4). */
const WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
};
/** Privileges weigh more when the scope changes. */
const PRIVILEGES = {
  unchanged: { N: 0.85, L: 0.62, H: 0.27 },
  changed: { N: 0.85, L: 0.68, H: 0.5 },
} as const;

/** Rounds up to one decimal as CVSS v3.1 appendix A does, without the errors of binary fractions. */
const roundUp = (value: number): number => {
  const scaled = Math.round(value * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
};

const privilegesWeight = (text: string | undefined, isChanged: boolean): number | undefined => {
  if (text !== 'N' && text !== 'L' && text !== 'H') return undefined;
  return PRIVILEGES[isChanged ? 'changed' : 'unchanged'][text];
};

/** The base score of a CVSS v3 vector; undefined for other versions and for vectors with a base metric missing. */
export const cvssScore = (vector: string): number | undefined => {
  if (!/^CVSS:3\.[01]\//.test(vector)) return undefined;
  const metrics = new Map(
    vector
      .split('/')
      .slice(1, 40)
      .map((part): [string, string] => {
        const [name, value] = part.split(':');
        return [name ?? '', value ?? ''];
      }),
  );
  const weight = (name: string): number | undefined => WEIGHTS[name]?.[metrics.get(name) ?? ''];
  const scope = metrics.get('S');
  const isChanged = scope === 'C';
  const [av, ac, ui, c, i, a] = ['AV', 'AC', 'UI', 'C', 'I', 'A'].map(weight);
  const pr = privilegesWeight(metrics.get('PR'), isChanged);
  if (av === undefined || ac === undefined || ui === undefined || pr === undefined) return undefined;
  if (c === undefined || i === undefined || a === undefined || (scope !== 'C' && scope !== 'U'))
    return undefined;
  const impactBase = 1 - (1 - c) * (1 - i) * (1 - a);
  const impact = isChanged
    ? 7.52 * (impactBase - 0.029) - 3.25 * (impactBase - 0.02) ** 15
    : 6.42 * impactBase;
  if (impact <= 0) return 0;
  const exploitability = 8.22 * av * ac * pr * ui;
  return roundUp(Math.min((isChanged ? 1.08 : 1) * (impact + exploitability), 10));
};
