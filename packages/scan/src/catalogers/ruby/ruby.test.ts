// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { rubyCataloger } from './ruby.ts';

const FILES: Record<string, string | Buffer> = {
  '/usr/lib/ruby/gems/3.1.0/specifications/nokogiri-1.15.0-x86_64-linux.gemspec': [
    '# -*- encoding: utf-8 -*-',
    '# stub: nokogiri 1.15.0 x86_64-linux lib',
    '',
    'Gem::Specification.new do |s|',
    '  s.name = "nokogiri".freeze',
    '  s.version = "1.15.0"',
    '  s.platform = "x86_64-linux".freeze',
    '  s.authors = ["A".freeze]',
    'end',
    '',
  ].join('\n'),
  '/usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec': [
    'Gem::Specification.new do |s|',
    '  s.name = "json".freeze',
    '  s.version = Gem::Version.new("2.6.1")',
    'end',
    '',
  ].join('\n'),
  '/app/Gemfile.lock': [
    'GEM',
    '  remote: https://rubygems.org/',
    '  specs:',
    '    rails (7.0.4)',
    '      actioncable (= 7.0.4)',
    '    ffi (1.15.5-x86_64-linux)',
    '',
    'PLATFORMS',
    '  ruby',
    '',
    'DEPENDENCIES',
    '  rails (~> 7.0)',
    '',
  ].join('\n'),
};

describe('the ruby cataloger', () => {
  it('reads what RubyGems wrote about installed gems', () => {
    const { packages, problems } = runCataloger(rubyCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['rails 7.0.4', 'ffi 1.15.5', 'nokogiri 1.15.0', 'json 2.6.1']);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:gem/rails@7.0.4',
      'pkg:gem/ffi@1.15.5?platform=x86_64-linux',
      'pkg:gem/nokogiri@1.15.0?platform=x86_64-linux',
      'pkg:gem/json@2.6.1',
    ]);
    expect(problems).toEqual([]);
  });

  it.each(['Gemfile.lock', 'gems.locked'])('reads the gems of all sources and platforms in %s', (name) => {
    const lock = [
      'GIT',
      '  remote: https://github.com/rails/rails.git',
      '  revision: 0123456789abcdef0123456789abcdef01234567',
      '  specs:',
      '    rails (7.0.4)',
      '      rack (~> 2.2)',
      '',
      'GEM',
      '  remote: https://rubygems.org/',
      '  specs:',
      '    nokogiri (1.15.0)',
      '    nokogiri (1.15.0-arm64-darwin)',
      '',
      'PLATFORMS',
      '  arm64-darwin',
      '  ruby',
      '',
      'CHECKSUMS',
      '  rack (9.9.9) sha256=00',
      '',
      'BUNDLED WITH',
      '   2.5.0',
      '',
    ].join('\n');
    const { packages } = runCataloger(rubyCataloger, treeOf({ [`/src/${name}`]: lock }));
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:gem/rails@7.0.4',
      'pkg:gem/nokogiri@1.15.0',
      'pkg:gem/nokogiri@1.15.0?platform=arm64-darwin',
    ]);
  });

  it('does not believe the lock file of an installed gem', () => {
    expect(
      names(
        runCataloger(
          rubyCataloger,
          treeOf(
            {
              '/usr/lib/ruby/gems/3.1.0/gems/rack-2.2.3/Gemfile.lock': [
                'GEM',
                '  specs:',
                '    minitest (5.0.0)',
                '',
              ].join('\n'),
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(rubyCataloger, FILES));
});
