// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { phpCataloger } from './php.ts';

const FILES: Record<string, string | Buffer> = {
  '/app/vendor/composer/installed.json':
    '{"packages":[{"name":"symfony/http-kernel","version":"v5.4.1"},{"name":"Monolog/Monolog","version":"2.3.5"}],"dev":true}',
  '/usr/local/lib/php/.registry/.channel.pecl.php.net/redis.reg':
    'a:3:{s:7:"channel";s:12:"pecl.php.net";s:4:"name";s:5:"redis";s:7:"version";a:2:{s:7:"release";s:5:"5.3.7";s:3:"api";s:5:"5.3.0";}}',
};

describe('the php cataloger', () => {
  it('reads what Composer and PEAR installed', () => {
    const { packages, problems } = runCataloger(phpCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual([
      'symfony/http-kernel 5.4.1',
      'Monolog/Monolog 2.3.5',
      'pecl.php.net/redis 5.3.7',
    ]);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:composer/symfony/http-kernel@5.4.1',
      'pkg:composer/monolog/monolog@2.3.5',
      'pkg:pear/pecl.php.net/redis@5.3.7',
    ]);
    expect(problems).toEqual([]);
  });

  it('reads composer.lock where nothing is installed', () => {
    expect(
      names(
        runCataloger(
          phpCataloger,
          treeOf(
            {
              '/app/composer.lock':
                '{"packages":[{"name":"a/b","version":"1.0.0"}],"packages-dev":[{"name":"c/d","version":"2.0.0"}]}',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual(['a/b 1.0.0', 'c/d 2.0.0']);
  });

  it('does not count composer.lock beside an installed tree', () => {
    expect(
      names(
        runCataloger(
          phpCataloger,
          treeOf(
            {
              '/app/composer.lock': '{"packages":[{"name":"a/b","version":"1.0.0"}]}',
              '/app/vendor/composer/installed.json': '[{"name":"a/b","version":"1.0.1"}]',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual(['a/b 1.0.1']);
  });

  it('does not take a text for a field, whatever it holds', () => {
    expect(
      names(
        runCataloger(
          phpCataloger,
          treeOf(
            {
              '/usr/share/php/.registry/x.reg': 'a:1:{s:4:"name";s:99:"short";}',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(phpCataloger, FILES));
});
