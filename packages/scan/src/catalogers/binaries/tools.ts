// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { n, type Product } from './product.ts';

/** Libraries and tools. */
export const TOOLS: readonly Product[] = [
  {
    name: 'aws-lc',
    cpe: 'amazon:aws-lc',
    files: /^(?:openssl|bssl|libcrypto\.so[.\d]*)$/,
    patterns: [n('AWS-LC ')],
  },
  {
    name: 'openssl',
    cpe: 'openssl:openssl',
    files: /^(?:openssl|libcrypto\.so[.\d]*|libssl\.so[.\d]*)$/,
    patterns: [/OpenSSL (\d\.\d\.\d{1,2}[a-z]{0,2}) {1,2}\d{1,2} [A-Z][a-z]{2} \d{4}/],
  },
  {
    name: 'curl',
    cpe: 'haxx:curl',
    files: /^(?:curl|libcurl(?:-gnutls)?\.so[.\d]*)$/,
    patterns: [n('libcurl/'), n('curl/'), n('\\0curl ')],
  },
  {
    name: 'busybox',
    cpe: 'busybox:busybox',
    files: /^(?:busybox(?:\.static)?|\[)$/,
    patterns: [n('BusyBox v')],
  },
  { name: 'bash', cpe: 'gnu:bash', files: /^bash$/, patterns: [n('@\\(#\\)Bash version ')] },
  { name: 'gzip', cpe: 'gnu:gzip', files: /^gzip$/, patterns: [/\0(\d\.\d{1,2})\0%s %s\n/] },
  { name: 'xz', cpe: 'tukaani:xz', files: /^xz$/, patterns: [n('xz \\(XZ Utils\\) ')] },
  { name: 'zstd', cpe: 'facebook:zstandard', files: /^zstd$/, patterns: [n('\\0v', '\\0Zstandard CLI')] },
  { name: 'jq', cpe: 'jqlang:jq', files: /^jq$/, patterns: [/\0(\d\.\d(?:\.\d)?)\0[\s\S]{0,40}jq: error/] },
  {
    name: 'util-linux',
    cpe: 'kernel:util-linux',
    files: /^(?:getopt|mount|umount|lsblk|fdisk)$/,
    patterns: [/util-linux (\d\.\d{1,2}(?:\.\d{1,2})?)/],
  },
  {
    name: 'ffmpeg',
    cpe: 'ffmpeg:ffmpeg',
    files: /^(?:ffmpeg|ffprobe|lib(?:avcodec|avformat|avutil|swscale)[\w.-]*\.so[.\d]*)$/,
    patterns: [/(?:%s|FFmpeg) version n?(\d\.\d{1,2}(?:\.\d{1,2})?)/],
  },
  {
    name: 'qt',
    cpe: 'qt:qt',
    files: /^libQt\d?Core\.so[.\d]*$/,
    patterns: [n('Qt ', ' \\('), n('library version ')],
  },
  {
    name: 'krb5',
    cpe: 'mit:kerberos_5',
    files: /^libkrb5\.so[.\d]*$/,
    patterns: [/KRB5_BRAND: krb5-(\d\.\d{1,2}(?:\.\d{1,2})?)-final/],
  },
  {
    name: 'heimdal',
    cpe: 'heimdal_project:heimdal',
    files: /^libkrb5\.so[.\d]*$/,
    patterns: [n('Heimdal ')],
  },
  {
    name: 'chromium',
    cpe: 'google:chrome',
    files: /^(?:chrome|chromium)$/,
    patterns: [/Videos\0(\d{2,3}\.\d\.\d{4}\.\d{1,3})\0/],
  },
  {
    name: 'firefox',
    cpe: 'mozilla:firefox',
    files: /^application\.ini$/,
    patterns: [
      /\[App\]\nVendor=Mozilla\n(?:(?!\[)[^\n]{0,200}\n){0,6}?Version=(\d{1,3}(?:\.\d{1,2}){1,2})\n/,
    ],
  },
];
