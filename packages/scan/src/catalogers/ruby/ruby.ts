// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { GAPS } from '../problem-words.ts';
import { readManifest } from '../read-manifest.ts';
import { linesOf } from '../text-lines.ts';
import { rubyCapabilities } from './capabilities.ts';

/** Bundler's lock; it has the second name beside a `gems.rb`. */
const LOCKS: ReadonlySet<string> = new Set(['Gemfile.lock', 'gems.locked']);
const INSTALLED = /\/specifications\/(?:default\/)?[^/]+\.gemspec$/;

/** A gem has its version in the name of its folder, or is from git. */
const INSIDE_GEM = /\/(?:bundler\/gems|gems\/[^/]+-\d[^/]*)\//;

const gem = (
  name: unknown,
  stated: string | undefined,
  { location, licenses = [] }: { location: string; licenses?: readonly string[] },
): FoundPackage[] => {
  // `1.15.0-x86_64-linux`: RubyGems allows no hyphen inside of a version.
  const [version, ...platform] = (stated ?? '').split('-');
  return foundPackages([
    {
      type: 'gem',
      name,
      version,
      location,
      licenses,
      purl: { qualifiers: { platform: platform.length === 0 ? undefined : platform.join('-') } },
    },
  ]);
};

/** RubyGems writes these files itself, one assignment a line; the program in them is not run. */
const readGemspec = (content: Buffer, location: string): FoundPackage[] => {
  let name: string | undefined;
  let version: string | undefined;
  let platform = '';
  let licenses: string[] = [];
  for (const line of linesOf(content)) {
    const [, field, value] = /^\s*s\w*\.(name|version|platform)\s*=\s*["']([^"'#]+)["']/.exec(line) ?? [];
    const wrapped = /^\s*s\w*\.version\s*=\s*Gem::Version\.new\(?["']([^"'#]+)["']/.exec(line)?.[1];
    const list = /^\s*s\w*\.licenses?\s*=\s*(.{1,1000})$/.exec(line)?.[1];
    if (list !== undefined)
      licenses = [...list.matchAll(/["']([^"'#]{1,200})["']/g)].map(([, one = '']) => one);
    if (field === 'name') name ??= value;
    if (field === 'platform' && value !== 'ruby') platform = `-${value}`;
    if (field === 'version') version ??= value;
    version ??= wrapped;
  }
  return gem(name, version === undefined ? undefined : `${version}${platform}`, {
    location,
    licenses,
  });
};

/** Bundler's lock: below `GEM` and `specs:`, gems are indented by four blanks, what they need by six. */
const readLock = (content: Buffer, location: string): FoundPackage[] => {
  const found: FoundPackage[] = [];
  let isInSpecs = false;
  for (const line of linesOf(content)) {
    if (/^\S/.test(line)) isInSpecs = false;
    else if (line === '  specs:') isInSpecs = true;
    const [, name, version] = /^ {4}(\S+) \(([^()\s]+)\)$/.exec(line) ?? [];
    if (isInSpecs && name !== undefined) found.push(...gem(name, version, { location }));
  }
  return found;
};

const inspect = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const content = readManifest(context, file.path);
  if (content === undefined) return [];
  if (LOCKS.has(file.name)) return readLock(content, file.path);
  const found = readGemspec(content, file.path);
  if (found.length === 0) context.problem(scanProblem('scan.malformed', file.path, GAPS.noName));
  return found;
};

/** Ruby gems. */
export const rubyCataloger: Cataloger = {
  id: 'ruby',
  types: ['gem'],
  capabilities: rubyCapabilities,
  wants: (file) => LOCKS.has(file.name) || INSTALLED.test(file.path),
  // The lock of an installed gem names what its authors tested with, not what is there.
  isShadowed: (file) => LOCKS.has(file.name) && INSIDE_GEM.test(file.path),
  inspect,
};
