// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Where a Debian package says under which licences it stands. */
export const COPYRIGHT_FILE = /^\/usr\/share\/doc\/[^/]{1,256}\/copyright$/;
/** Largest such file read. */
export const MAX_COPYRIGHT_BYTES = 2 * 1024 * 1024;
const MAX_LICENCES = 32;
const MAX_NAME = 256;

/**
 * The short names of a machine-readable copyright file (DEP-5): what `License:` says in its first line, each once, in
 * order. A file in another form says nothing that can be read without guessing.
 */
export const copyrightLicences = (text: string): string[] => {
  const head = text.slice(0, 4096);
  if (
    !/^Format:\s*https?:\/\/(?:www\.debian\.org\/doc\/packaging-manuals\/copyright-format|dep\.debian\.net)/im.test(
      head,
    )
  )
    return [];
  const found = new Set<string>();
  let isLicence = false;
  for (const line of text.split('\n')) {
    const [, inline] = /^License:[ \t]*(.{0,1024})$/i.exec(line) ?? [];
    const name = inline ?? (isLicence ? line.trim() : '');
    // `License:` alone: the short name stands in the next line.
    isLicence = inline?.trim() === '';
    if (name.trim() !== '' && name.length <= MAX_NAME) found.add(name.trim());
    if (found.size >= MAX_LICENCES) break;
  }
  return [...found];
};
