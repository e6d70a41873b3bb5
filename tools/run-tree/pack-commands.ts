// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

/**
 * Program: pack-commands.ts ROOT GROUP [--release]. Packs a group of commands of a checkout, or of a release, with all
 * they import: a gate in a pipeline starts once for each change, and finding, checking and linking 150 modules takes
 * longer than judging most of what it is asked about. `apps/cli/src/packed.ts` runs what lies here as long as the
 * sources are those that were packed; in a release they always are.
 */
const FOLDER = 'node_modules/.bartizan-packed';
/** Groups that are packed, by their first word, and the command of each whose modules all go into one file. */
const COMMANDS: ReadonlyMap<string, RegExp> = new Map([
  ['policy', /\/policy\/apply\.[jt]s$/],
  ['scan', /\/commands\/scan\.[jt]s$/],
]);
const HERE = /\bimport\.meta\.url\b/g;
const OTHER_PLACE = /\bimport\.meta\.(?:dirname|filename|resolve)\b/;

const [, , given, group = '', release] = process.argv;
const command = COMMANDS.get(group);
if (given === undefined || command === undefined)
  throw new Error(`usage: pack-commands.ts ROOT ${[...COMMANDS.keys()].join('|')} [--release]`);
const root = realpathSync(given);
const folder = join(root, FOLDER, group);
const making = `${folder}.${process.pid}.new`;
const before = `${folder}.${process.pid}.old`;

/** Modules that the bundler adds lie nowhere, and load themselves what they ask for. */
const isBundlers = (id: string | undefined): boolean => id?.startsWith('\0rolldown/') === true;

/** Modules go on finding what lies beside their sources. */
const placesStay: Plugin = {
  name: 'places-stay',
  transform(code, id) {
    if (OTHER_PLACE.test(code)) throw new Error(`${id} asks where it lies in a way that is not packed`);
    if (!code.includes('import.meta.url') || isBundlers(id)) return null;
    const from = JSON.stringify(relative(making, id));
    return { code: code.replaceAll(HERE, `new URL(${from}, import.meta.url).href`) };
  },
};

/** A package of others never changes where it is: another version, or another build of it, has another place. */
const packageOf = (id: string): string =>
  id.replace(/(\/node_modules\/\.store\/[^/]+\/node_modules\/(?:@[^/]+\/)?[^/]+)\/.*/, '$1/package.json');

/** Commands of other groups stay where they are: nothing that begins with the word of this one loads them. */
const othersStay: Plugin = {
  name: 'others-stay',
  resolveId(source, importer) {
    const routes = /^\.\/commands\/routes\/([^./]+)\./.exec(source)?.[1];
    if (importer === undefined || routes === undefined || routes === group) return null;
    return { id: relative(making, resolve(importer, '..', source)), external: true };
  },
};

/**
 * Checks of policy objects are compiled here: at each start that takes longer than checking hundreds of them. A release
 * has no modules of that size any more, and goes on compiling them.
 */
const CHECK = '\0check:';
const CHECKED = ['AdmissionRule', 'AdmissionBinding', 'AdmissionException'];
const contracts = join(root, 'packages/contracts/src');
const compiler = join(contracts, 'check-source.ts');
const checksReady: Plugin = {
  name: 'checks-ready',
  async resolveId(source, importer) {
    if (source.startsWith(CHECK)) return source;
    return importer?.startsWith(CHECK) === true
      ? await this.resolve(source, join(contracts, 'parser.ts'))
      : null;
  },
  async load(id) {
    if (id.endsWith('/policy-objects/compiled-checks.ts') && existsSync(compiler)) {
      const imports = CHECKED.map(
        (name) => `import { Check as ${name} } from '${CHECK.replace('\0', '\\0')}${name}';`,
      );
      return `${imports.join('\n')}\nexport const COMPILED_CHECKS = { ${CHECKED.join(', ')} };\n`;
    }
    if (!id.startsWith(CHECK)) return null;
    const { checkSource }: { readonly checkSource: (schema: unknown) => string } = await import(compiler);
    const schemas: Readonly<Record<string, unknown>> = await import(join(contracts, 'admission/index.ts'));
    return checkSource(schemas[id.slice(CHECK.length)]);
  },
};

/**
 * Modules of the platform without the imports of them: those build the names of all that there is, for which the
 * platform loads what nobody here asks for.
 */
const PLATFORM = '\0platform:';
const platformAsked: Plugin = {
  name: 'platform-asked',
  // What is required, or imported later, stays as it is.
  resolveId: (source, importer, { kind }) =>
    kind === 'import-statement' && source.startsWith('node:') && !isBundlers(importer)
      ? `${PLATFORM}${source}`
      : null,
  async load(id) {
    if (!id.startsWith(PLATFORM)) return null;
    const name = id.slice(PLATFORM.length);
    const names = Object.keys(await import(name)).filter(
      (one) => one !== 'default' && one !== 'module.exports',
    );
    const members = names.map((one) => `export const ${one} = asked$.${one};`);
    return `const asked$ = process.getBuiltinModule('${name}');\nexport default asked$;\n${members.join('\n')}\n`;
  },
};

/**
 * Sources in ASCII: one letter of Japanese in a file makes the platform hold all of it with two bytes a character. The
 * escapes mean the same in texts, patterns and names.
 */
const inAscii = (code: string): string =>
  code.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

type Output = Awaited<ReturnType<Awaited<ReturnType<typeof rolldown>>['generate']>>['output'];

/** What the command loads, beside the entry, wherever it would lie: twenty files of it take longer than one. */
function modulesOfCommand(output: Output, command: RegExp): ReadonlySet<string> {
  const chunks = output.filter((file) => file.type === 'chunk');
  const waiting = chunks.filter(({ facadeModuleId: id }) => command.test(id ?? ''));
  const modules = new Set<string>();
  for (let chunk = waiting.pop(); chunk !== undefined; chunk = waiting.pop()) {
    for (const id of chunk.isEntry ? [] : chunk.moduleIds) modules.add(id);
    for (const name of chunk.imports) {
      const next = chunks.find(({ fileName }) => fileName === name);
      if (next !== undefined && !next.moduleIds.every((id) => modules.has(id))) waiting.push(next);
    }
  }
  return modules;
}

const entry = ['ts', 'js']
  .map((ending) => join(root, `apps/cli/src/command-line.${ending}`))
  .find((path) => existsSync(path));
if (entry === undefined) throw new Error(`${root} has no command line`);
rmSync(making, { recursive: true, force: true });
try {
  const bundle = await rolldown({
    cwd: root,
    input: { main: entry },
    platform: 'node',
    plugins: [othersStay, checksReady, platformAsked, placesStay],
    // What is asked of a module of the platform does nothing: what nobody takes need not be asked.
    treeshake: { propertyReadSideEffects: false },
    makeAbsoluteExternalsRelative: false,
    logLevel: 'silent',
  });
  // No hashes in names: they would tell where the release was made.
  const naming = { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name].js' } as const;
  const together = modulesOfCommand((await bundle.generate(naming)).output, command);
  const { output } = await bundle.write({
    ...naming,
    dir: making,
    codeSplitting: { groups: [{ name: 'command', test: (id) => together.has(id) }] },
  });
  await bundle.close();
  for (const file of output)
    if (file.type === 'chunk') writeFileSync(join(making, file.fileName), inAscii(file.code));
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])).map(packageOf);
  const workspaces = [
    'packages/adapters',
    'packages/contracts',
    'packages/engine',
    'packages/scan',
    'apps/cli',
  ];
  const inputs = [...workspaces.map((workspace) => join(root, workspace, 'package.json')), ...modules];
  const unchanged = [...new Set(inputs)]
    .filter((path) => existsSync(path))
    .map((path) => {
      const { mtimeMs, size } = statSync(path);
      return [relative(root, path), mtimeMs, size];
    });
  writeFileSync(join(making, 'package.json'), '{"type":"module"}\n');
  writeFileSync(join(making, 'inputs.json'), JSON.stringify(release === undefined ? unchanged : []));
  // Who runs the files before goes on finding them while these come in their place.
  if (existsSync(folder)) renameSync(folder, before);
  renameSync(making, folder);
} finally {
  for (const left of [making, before]) rmSync(left, { recursive: true, force: true });
}
