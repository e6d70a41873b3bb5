// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { n, type Product } from './product.ts';

/** Language run-times and build tools. */
export const RUNTIMES: readonly Product[] = [
  {
    name: 'python',
    cpe: 'python:python',
    files: /^(?:python\d?(?:\.\d{1,2})?m?|libpython\d(?:\.\d{1,2})?m?\.so(?:[.\d]*))$/,
    patterns: [/\0(\d\.\d{1,2}\.\d{1,2}(?:(?:a|b|rc)\d{1,2})?)\+?\0/],
    fitsName: true,
  },
  { name: 'pypy', files: /^(?:pypy\d?(?:\.\d+)?|libpypy[\d.]*-c\.so)$/, patterns: [n('\\[PyPy ')] },
  {
    name: 'node',
    cpe: 'nodejs:node.js',
    files: /^node(?:js)?$/,
    patterns: [n('node\\.js/v'), n('node v'), n('\\0v', '\\0(?:--enable-ssl2|moduleLoadList)')],
  },
  {
    name: 'deno',
    cpe: 'deno:deno',
    files: /^deno$/,
    patterns: [
      n('Deno/'),
      n('deno/'),
      n('deno ', '\\b'),
      n('release/v'),
      /(?:installed\n|[0-9a-f]{40})(\d\.\d{1,2}\.\d{1,2}?)(?=[0-9a-f]{40}(?![0-9a-f]))/,
      n('[0-9a-f]{40}', '(?![0-9a-f]{39})'),
    ],
  },
  { name: 'bun', cpe: 'oven:bun', files: /^bun$/, patterns: [n('bun-'), n('Bun v')] },
  {
    name: 'go',
    cpe: 'golang:go',
    files: /^(?:go|VERSION)$/,
    patterns: [
      /\0go(\d\.\d{1,2}(?:\.\d{1,2})?(?:(?:rc|beta)\d)?)\0/,
      /^go(\d\.\d{1,2}(?:\.\d{1,2})?(?:(?:rc|beta)\d)?)(?:\s|$)/,
    ],
  },
  {
    name: 'perl',
    cpe: 'perl:perl',
    files: /^perl(?:5[.\d]*)?$/,
    patterns: [n('/perl5/', '[\\0/]'), n('/lib/perl/')],
  },
  {
    name: 'ruby',
    cpe: 'ruby-lang:ruby',
    files: /^(?:ruby[\d.]*|libruby[\d.-]*\.so[.\d]*)$/,
    patterns: [/ruby (\d\.\d{1,2}\.\d{1,2}(?:p\d{1,4})?) \(/],
  },
  {
    name: 'php',
    cpe: 'php:php',
    files: /^(?:php[\d.]*|php-fpm[\d.]*|php-cgi[\d.]*|libphp[\d.]*\.so)$/,
    patterns: [n('X-Powered-By: PHP/'), n('PHP/')],
  },
  {
    name: 'erlang',
    cpe: 'erlang:erlang\\/otp',
    files: /^(?:beam\.smp|erlexec)$/,
    patterns: [
      /otp_src_(\d+(?:\.\d+){1,4})/,
      /\/otp[-_](?:OTP-)?(\d+(?:\.\d+){1,4})\//,
      /%s\]\n\0(\d+(?:\.\d+){1,4})\0/,
      /\0(\d{2}(?:\.\d+){1,4})\0+Erlang\/OTP/,
    ],
  },
  {
    name: 'elixir',
    cpe: 'elixir-lang:elixir',
    files: /^(?:elixir|elixir\.app)$/,
    patterns: [/ELIXIR_VERSION=(\d[\w.+-]{1,40})/, /\{vsn,\s*"(\d[\w.+-]{1,40})"/],
  },
  {
    name: 'dart',
    files: /^dart$/,
    patterns: [/\0(\d\.\d{1,2}\.\d{1,2}(?:-\d{1,4}\.\d{1,2}\.(?:beta|dev))?) \((?:stable|beta|dev)\)/],
  },
  {
    name: 'julia',
    files: /^libjulia-internal\.so[.\d]*$/,
    patterns: [
      /\0(\d\.\d{1,2}\.\d{1,2}(?:-(?:alpha|beta|rc|DEV)[.\d]*)?)\0(?:branch|julia version|verify_methods)/,
    ],
  },
  { name: 'swipl', files: /^swipl$/, patterns: [n('swipl-', '/')] },
  {
    name: 'ghc',
    cpe: 'haskell:ghc',
    files: /^ghc(?:-\d+\.\d+\.\d+)?$/,
    patterns: [n('libHSghc-', '-'), n('GHC ', '\\0')],
    fitsName: true,
  },
  {
    name: 'cabal',
    cpe: 'haskell:cabal',
    files: /^cabal$/,
    patterns: [/cabal-install-(\d+(?:\.\d+){3})-/, /Cabal-(\d+(?:\.\d+){3})-/],
  },
  {
    name: 'rust',
    cpe: 'rust-lang:rust',
    files: /^libstd-[0-9a-f]{16}\.(?:so|dylib)$/,
    patterns: [n('rustc version ', ' \\('), /(\d\.\d{1,3}\.\d{1,3}) \([0-9a-f]{9} \d{4}-/],
  },
  {
    name: 'gcc',
    cpe: 'gnu:gcc',
    files: /^(?:gcc|g\+\+|c\+\+)(?:-\d{1,2})?$/,
    patterns: [/GCC: \(GNU\) (\d{1,2}\.\d{1,2}\.\d{1,2})/],
  },
  {
    name: 'openjdk',
    cpe: 'oracle:openjdk',
    files: /^(?:java|javac|jdb)$/,
    patterns: [
      /\0(?:0\.0|1\.\d)\0+(\d{1,2}\.[\w.+-]{1,40})\0/,
      /\0(\d{1,2}\.\d{1,2}\.\d{1,2}\+[\w.-]{1,30})\0(?:0\.0)\0/,
    ],
  },
  { name: 'wp-cli', cpe: 'wp-cli:wp-cli', files: /^(?:wp|wp-cli\.phar)$/, patterns: [n('wp-cli/wp-cli ')] },
];
