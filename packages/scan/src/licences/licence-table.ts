// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What a licence asks of those who pass the software on. `unknown`: not in this table. */
export const LICENCE_CATEGORIES = [
  'public-domain',
  'permissive',
  'weak-copyleft',
  'strong-copyleft',
  'network-copyleft',
  'restricted',
  'unknown',
] as const;
export type LicenceCategory = (typeof LICENCE_CATEGORIES)[number];

/** Ids of the SPDX licence list (3.27) by what they ask; the ones that packages declare. */
const IDS: Readonly<Record<Exclude<LicenceCategory, 'unknown'>, string>> = {
  'public-domain': 'CC0-1.0 Unlicense 0BSD MIT-0 PDDL-1.0 WTFPL SAX-PD blessing CC-PDDC',
  permissive:
    'MIT MIT-CMU MITNFA MIT-feh MIT-Modern-Variant Apache-1.0 Apache-1.1 Apache-2.0 BSD-1-Clause BSD-2-Clause BSD-2-Clause-Patent BSD-2-Clause-Views BSD-3-Clause BSD-3-Clause-Clear BSD-3-Clause-LBNL BSD-4-Clause BSD-4-Clause-UC BSD-Source-Code ISC Zlib zlib-acknowledgement libpng-2.0 Libpng bzip2-1.0.6 curl OpenSSL BSL-1.0 Python-2.0 Python-2.0.1 PSF-2.0 CNRI-Python HPND HPND-sell-variant NTP NCSA X11 X11-distribute-modifications-variant ICU Unicode-3.0 Unicode-DFS-2016 Unicode-TOU AFL-2.1 AFL-3.0 Artistic-1.0 Artistic-1.0-Perl Artistic-2.0 PHP-3.0 PHP-3.01 PostgreSQL TCL Vim FTL IJG JasPer-2.0 libtiff W3C W3C-20150513 UPL-1.0 MulanPSL-2.0 Beerware FSFAP FSFUL FSFULLR FSFULLRWD Info-ZIP Spencer-94 Spencer-99 BlueOak-1.0.0 CC-BY-3.0 CC-BY-4.0 OFL-1.1 Bitstream-Vera Minpack TCP-wrappers mpich2 xpp Xnet ZPL-2.0 ZPL-2.1 ClArtistic Entessa ECL-2.0 EFL-2.0 Fair GD gnuplot IBM-pibs Intel LPL-1.02 MirOS Multics Naumen NAIST-2003 OLDAP-2.8 SMLNJ Plexus CDLA-Permissive-2.0 Latex2e Knuth-CTAN ODC-By-1.0',
  'weak-copyleft':
    'LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MPL-1.0 MPL-1.1 MPL-2.0 MPL-2.0-no-copyleft-exception EPL-1.0 EPL-2.0 CDDL-1.0 CDDL-1.1 CPL-1.0 IPL-1.0 APSL-2.0 Ruby MS-RL EUPL-1.0 CC-BY-SA-3.0 CC-BY-SA-4.0 LPPL-1.3c Nokia NPL-1.1 SPL-1.0 GFDL-1.1-or-later GFDL-1.2-only GFDL-1.2-or-later GFDL-1.3-only GFDL-1.3-or-later GFDL-1.1-only ErlPL-1.1 OSL-2.1 QPL-1.0',
  'strong-copyleft':
    'GPL-1.0-only GPL-1.0-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later Sleepycat EUPL-1.1 EUPL-1.2 CECILL-2.0 CECILL-2.1 OSL-3.0 CPAL-1.0',
  'network-copyleft': 'AGPL-1.0-only AGPL-1.0-or-later AGPL-3.0-only AGPL-3.0-or-later RPL-1.5 Watcom-1.0',
  restricted:
    'SSPL-1.0 BUSL-1.1 Elastic-2.0 CC-BY-NC-4.0 CC-BY-NC-SA-4.0 CC-BY-NC-ND-4.0 CC-BY-ND-4.0 JSON Hippocratic-2.1 PolyForm-Noncommercial-1.0.0 PolyForm-Small-Business-1.0.0',
};
/** Exceptions that packages declare. */
const EXCEPTIONS =
  'Classpath-exception-2.0 GCC-exception-2.0 GCC-exception-3.1 LLVM-exception Bison-exception-2.2 Autoconf-exception-2.0 Autoconf-exception-3.0 Libtool-exception OpenSSL-exception openvpn-openssl-exception Font-exception-2.0 Linux-syscall-note OCaml-LGPL-linking-exception Qt-GPL-exception-1.0 u-boot-exception-2.0 WxWindows-exception-3.1 Universal-FOSS-exception-1.0';

/** How packages write it -> SPDX expression. Keys in lower case, words divided by one blank. */
const ALIASES: Readonly<Record<string, string>> = {
  expat: 'MIT',
  'mit license': 'MIT',
  'the mit license': 'MIT',
  'mit/x11': 'MIT',
  'apache 2.0': 'Apache-2.0',
  'apache 2': 'Apache-2.0',
  'apache-2': 'Apache-2.0',
  'apache license 2.0': 'Apache-2.0',
  'apache license, version 2.0': 'Apache-2.0',
  'apache license version 2.0': 'Apache-2.0',
  'apache software license 2.0': 'Apache-2.0',
  'asl 2.0': 'Apache-2.0',
  'asl 1.1': 'Apache-1.1',
  'bsd 3-clause': 'BSD-3-Clause',
  'bsd 3-clause license': 'BSD-3-Clause',
  'new bsd license': 'BSD-3-Clause',
  'modified bsd license': 'BSD-3-Clause',
  '3-clause bsd license': 'BSD-3-Clause',
  'bsd 2-clause': 'BSD-2-Clause',
  'bsd 2-clause license': 'BSD-2-Clause',
  'simplified bsd license': 'BSD-2-Clause',
  'isc license': 'ISC',
  'isc license (iscl)': 'ISC',
  zlib: 'Zlib',
  boost: 'BSL-1.0',
  psf: 'PSF-2.0',
  'psf license': 'PSF-2.0',
  'python software foundation license': 'PSF-2.0',
  artistic: 'Artistic-1.0-Perl',
  'artistic 2.0': 'Artistic-2.0',
  openssl: 'OpenSSL',
  python: 'Python-2.0',
  bzip2: 'bzip2-1.0.6',
  unicode: 'Unicode-DFS-2016',
  'public domain': 'LicenseRef-public-domain',
  'public-domain': 'LicenseRef-public-domain',
  publicdomain: 'LicenseRef-public-domain',
  unlicense: 'Unlicense',
  'the unlicense': 'Unlicense',
  'mozilla public license 2.0': 'MPL-2.0',
  'mozilla public license 2.0 (mpl 2.0)': 'MPL-2.0',
  'mpl 2.0': 'MPL-2.0',
  'eclipse public license 2.0': 'EPL-2.0',
  'gnu general public license v3.0': 'GPL-3.0-only',
  'gnu general public license v3 (gplv3)': 'GPL-3.0-only',
  'gnu general public license v3 or later (gplv3+)': 'GPL-3.0-or-later',
  'gnu general public license v2 (gplv2)': 'GPL-2.0-only',
  'gnu general public license v2 or later (gplv2+)': 'GPL-2.0-or-later',
  'gnu lesser general public license v3 (lgplv3)': 'LGPL-3.0-only',
  'gnu lesser general public license v2 or later (lgplv2+)': 'LGPL-2.0-or-later',
  'gnu affero general public license v3': 'AGPL-3.0-only',
  'gnu affero general public license v3 or later (agplv3+)': 'AGPL-3.0-or-later',
};

const byLowerCase = new Map<string, string>();
const categories = new Map<string, LicenceCategory>([['LicenseRef-public-domain', 'public-domain']]);
for (const category of LICENCE_CATEGORIES) {
  if (category === 'unknown') continue;
  for (const id of IDS[category].split(' ')) {
    byLowerCase.set(id.toLowerCase(), id);
    categories.set(id, category);
  }
}
const exceptions = new Map(EXCEPTIONS.split(' ').map((id) => [id.toLowerCase(), id]));

/** GPL-2, GPLv2+, GPL-2.0+, GNU GPL 3: family, version, and whether later ones are allowed. */
const GNU = /^(?:gnu )?(agpl|lgpl|gpl|gfdl)(?:[- ]?v?(\d(?:\.\d)?)(?:\.0)?)?(\+| or later|-or-later|-only)?$/;
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  agpl: ['1.0', '3.0'],
  lgpl: ['2.0', '2.1', '3.0'],
  gpl: ['1.0', '2.0', '3.0'],
  gfdl: ['1.1', '1.2', '1.3'],
};

const gnuOf = (text: string): string | undefined => {
  const [, family, stated, suffix] = GNU.exec(text) ?? [];
  const versions = family === undefined ? undefined : FAMILIES[family];
  if (family === undefined || versions === undefined) return undefined;
  // Without a version any one that was ever published may be chosen (GPL, section 9).
  if (stated === undefined) return `${family.toUpperCase()}-${versions[0] ?? ''}-or-later`;
  const version = stated.includes('.') ? stated : `${stated}.0`;
  if (!versions.includes(version)) return undefined;
  const isLater = suffix === '+' || suffix === ' or later' || suffix === '-or-later';
  return `${family.toUpperCase()}-${version}-${isLater ? 'or-later' : 'only'}`;
};

/** The SPDX id of a licence as packages write it; undefined when the table does not know it. */
export const licenceIdOf = (stated: string): string | undefined => {
  const text = stated.trim().toLowerCase().replaceAll(/\s+/g, ' ').slice(0, 256);
  return byLowerCase.get(text) ?? ALIASES[text] ?? gnuOf(text);
};

/** `Bison exception`: how Debian names what the list has a version of. */
const NAMED_EXCEPTIONS: Readonly<Record<string, string>> = {
  bison: 'Bison-exception-2.2',
  autoconf: 'Autoconf-exception-2.0',
  libtool: 'Libtool-exception',
  openssl: 'OpenSSL-exception',
  classpath: 'Classpath-exception-2.0',
  gcc: 'GCC-exception-3.1',
  font: 'Font-exception-2.0',
  llvm: 'LLVM-exception',
  'linux-syscall-note': 'Linux-syscall-note',
};

/** The SPDX id of an exception. */
export const exceptionIdOf = (stated: string): string | undefined => {
  const text = stated.trim().toLowerCase();
  return exceptions.get(text) ?? NAMED_EXCEPTIONS[text.replace(/[- ]exception$/, '')];
};

/** What a licence asks. */
export const categoryOf = (id: string): LicenceCategory => categories.get(id) ?? 'unknown';
