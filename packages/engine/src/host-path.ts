// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * A path of a node as its kernel takes it: `//etc`, `/./etc` and `/etc/` are `/etc`. Steps back are left as they are: the
 * API server takes no path with one.
 */
export const cleanHostPath = (path: string): string =>
  (path.startsWith('/') ? '/' : '') +
  path
    .split('/')
    .filter((step) => step !== '' && step !== '.')
    .join('/');

/** The same in CEL, of a variable that holds text. */
export const cleanHostPathCel = (variable: string): string =>
  `(${variable}.startsWith("/") ? "/" : "") + ${variable}.split("/").filter(step, step != "" && step != ".").join("/")`;
