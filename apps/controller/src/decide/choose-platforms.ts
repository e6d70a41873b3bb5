// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A platform in the spelling that runtimes compare: `os`, `architecture`, `variant` ('' = any, or not told). */
interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
}

const SYSTEMS = new Set(
  'aix android darwin dragonfly freebsd illumos ios js linux netbsd openbsd plan9 solaris wasi wasip1 windows'.split(
    ' ',
  ),
);
const ARCHITECTURES = new Set(
  '386 amd64 arm arm64 loong64 mips mipsle mips64 mips64le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm'.split(
    ' ',
  ),
);
/** What containerd takes for the same architecture. */
const SPELT: Readonly<Record<string, Omit<Platform, 'os'>>> = {
  i386: { architecture: '386', variant: '' },
  x86_64: { architecture: 'amd64', variant: '' },
  'x86-64': { architecture: 'amd64', variant: '' },
  aarch64: { architecture: 'arm64', variant: '' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
};

/** Variants that say the same as none. */
const PLAIN: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8' };

/** A platform as runtimes read it (containerd, `platforms.Normalize`); undefined: not one that is known here. */
function readPlatform(text: string): Platform | undefined {
  const parts = text.toLowerCase().split('/');
  const isNamed = SYSTEMS.has(parts[0] ?? '') || parts[0] === '';
  // Without a system it is that of the node.
  const [os = '', name = '', told = ''] = isNamed ? parts : ['', ...parts];
  const { architecture, variant: meant } = SPELT[name] ?? { architecture: name, variant: '' };
  if (parts.length > 3 || !ARCHITECTURES.has(architecture)) return undefined;
  const level = told === '' ? meant : /^\d+$/.test(told) ? `v${told}` : told;
  const isPlain = level === PLAIN[architecture];
  const variant = architecture === 'arm' && level === '' ? 'v7' : isPlain ? '' : level;
  return { os: os === '' ? 'linux' : os, architecture, variant };
}

type Fits = (found: Platform) => boolean;

/** What a node may run: always, and the first of `ranks` that an index has. */
interface Choice {
  readonly always?: Fits;
  readonly ranks: readonly Fits[];
}

const fitsTo =
  (os: string, architecture: string, variant?: string): Fits =>
  (found) =>
    found.os === os &&
    found.architecture === architecture &&
    (variant === undefined || found.variant === variant);

const ARM = ['v8', 'v7', 'v6', 'v5'];

/** What nodes of a platform run, best first (containerd, `platforms.Only`): amd64 also 386, arm64 also arm. */
function choiceFor(wanted: string): Choice {
  const text = wanted.toLowerCase();
  if (SYSTEMS.has(text)) return { ranks: [({ os }) => os === text] };
  const platform = readPlatform(text);
  if (platform === undefined) return { ranks: [] };
  const { os, architecture, variant } = platform;
  if (architecture === 'arm' && text.endsWith('arm')) return { ranks: [fitsTo(os, 'arm')] };
  const below = architecture === 'arm64' ? ARM : ARM.slice(ARM.indexOf(variant) + 1);
  const second = architecture === 'amd64' ? [fitsTo(os, '386')] : below.map((one) => fitsTo(os, 'arm', one));
  const hasSecond = ['amd64', 'arm64', 'arm'].includes(architecture);
  return {
    // Which levels the processors have is not known here.
    ...(variant === '' ? { always: fitsTo(os, architecture) } : {}),
    ranks: [fitsTo(os, architecture, variant), ...(hasSecond ? second : [])],
  };
}

/**
 * The images of an index that may run where these platforms are wanted: all that fit a platform equally well, since
 * which of them runs is up to the runtime. `all` means everything, `linux/arm` every variant. One whose platform is not
 * told, or not in a spelling that is known, may run anywhere.
 */
export function choosePlatforms<T extends { readonly platform: string }>(
  wanted: readonly string[],
  found: readonly T[],
): T[] {
  if (wanted.includes('all')) return [...found];
  const read = found.map((one) => ({ one, platform: readPlatform(one.platform) }));
  const chosen = new Set(read.filter(({ platform }) => platform === undefined).map(({ one }) => one));
  for (const name of wanted) {
    const { always, ranks } = choiceFor(name);
    const fitting = (fits: Fits): T[] =>
      read.flatMap(({ one, platform }) => (platform !== undefined && fits(platform) ? [one] : []));
    const best = ranks.map(fitting).find((some) => some.length > 0) ?? [];
    for (const one of [...best, ...(always === undefined ? [] : fitting(always))]) chosen.add(one);
  }
  return found.filter((one) => chosen.has(one));
}
