// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { goModule } from '../outside.ts';

/** One example of an outside rule. */
export interface OutsideExample {
  readonly rule: string;
  /** Whether it is a secret in the eyes of its authors. */
  readonly isSecret: boolean;
  readonly path: string;
  readonly text: string;
}

const MODULE = 'github.com/zricethezav/gitleaks/v8';
const VERSION = 'v8.30.1';

/** The types that the rules' source fills in, and nothing of what the original does with them. */
const CONFIG = `package config
import (
	"strings"
	"${MODULE}/regexp"
)
type AllowlistMatchCondition int
const (
	AllowlistMatchOr AllowlistMatchCondition = iota
	AllowlistMatchAnd
)
type Allowlist struct {
	Description string
	MatchCondition AllowlistMatchCondition
	Commits []string
	Paths []*regexp.Regexp
	RegexTarget string
	Regexes []*regexp.Regexp
	StopWords []string
}
func (a *Allowlist) ContainsStopWord(text string) (bool, string) {
	for _, word := range a.StopWords {
		if strings.Contains(strings.ToLower(text), word) { return true, word }
	}
	return false, ""
}
type Required struct {
	RuleID string
	WithinLines *int
	WithinColumns *int
}
type Rule struct {
	RuleID string
	Description string
	Entropy float64
	SecretGroup int
	Regex *regexp.Regexp
	Path *regexp.Regexp
	Tags []string
	Keywords []string
	Allowlists []*Allowlist
	RequiredRules []*Required
	SkipReport bool
}
`;

/** In the place of the judge of the original: it writes the examples down. */
const VALIDATE = `package utils
import (
	"encoding/json"
	"os"
	"${MODULE}/config"
)
func put(rule, path, text string, isSecret bool) {
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"rule": rule, "path": path, "text": text, "isSecret": isSecret})
}
func Validate(rule config.Rule, yes []string, no []string) *config.Rule {
	for _, text := range yes { put(rule.RuleID, "", text, true) }
	for _, text := range no { put(rule.RuleID, "", text, false) }
	return &rule
}
func ValidateWithPaths(rule config.Rule, yes map[string]string, no map[string]string) *config.Rule {
	for path, text := range yes { put(rule.RuleID, path, text, true) }
	for path, text := range no { put(rule.RuleID, path, text, false) }
	return &rule
}
`;

/** Values come from their pattern and how often it was asked for, so that every run judges the same texts. */
const SECRETS = `package secrets
import (
	"hash/fnv"
	"github.com/lucasjones/reggen"
)
var asked = map[string]int64{}
func NewSecret(pattern string) string {
	g, err := reggen.NewGenerator(pattern)
	if err != nil { panic(err) }
	h := fnv.New64a()
	_, _ = h.Write([]byte(pattern))
	asked[pattern]++
	g.SetSeed(int64(h.Sum64() >> 1) + asked[pattern])
	return g.Generate(1)
}
`;

const copyGo = (from: string, to: string, without: readonly string[] = []): void => {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from))
    if (name.endsWith('.go') && !name.endsWith('_test.go') && !without.includes(name))
      cpSync(join(from, name), join(to, name));
};

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  writeFileSync(path, text);
};

const prepare = (origin: string, work: string): void => {
  const rules = 'cmd/generate/config/rules';
  copyGo(join(origin, rules), join(work, rules));
  copyGo(join(origin, 'cmd/generate/config/utils'), join(work, 'cmd/generate/config/utils'), ['validate.go']);
  copyGo(join(origin, 'regexp'), join(work, 'regexp'));
  write(join(work, 'config/config.go'), CONFIG);
  write(join(work, 'cmd/generate/config/utils/validate.go'), VALIDATE);
  write(join(work, 'cmd/generate/secrets/secrets.go'), SECRETS);
  const main = readFileSync(join(origin, 'cmd/generate/config/main.go'), 'utf8');
  const names = [...new Set([...main.matchAll(/\brules\.([A-Z]\w*)\(\)/g)].map((match) => match[1]))];
  const calls = names.map((name) => `	rules.${name}()`).join('\n');
  write(join(work, 'main.go'), `package main\nimport "${MODULE}/${rules}"\nfunc main() {\n${calls}\n}\n`);
  const required = /github\.com\/lucasjones\/reggen \S+/.exec(
    readFileSync(join(origin, 'go.mod'), 'utf8'),
  )?.[0];
  write(join(work, 'go.mod'), `module ${MODULE}\n\ngo 1.24\n\nrequire ${required}\n`);
  const sums = readFileSync(join(origin, 'go.sum'), 'utf8').split('\n');
  write(join(work, 'go.sum'), `${sums.filter((line) => line.includes('/reggen ')).join('\n')}\n`);
};

const isExample = (value: unknown): value is OutsideExample =>
  typeof value === 'object' && value !== null && 'rule' in value && 'text' in value && 'isSecret' in value;

/**
 * The examples that the rules of gitleaks carry, by running their source with another judge in a folder of its own.
 * Only the examples are read; no pattern of theirs is.
 */
export const gitleaksExamples = (): OutsideExample[] => {
  const origin = goModule(`${MODULE}@${VERSION}`);
  const work = mkdtempSync(join(tmpdir(), 'bartizan-examples-'));
  try {
    prepare(origin, work);
    const output = execFileSync('go', ['run', '.'], {
      cwd: work,
      env: { ...process.env, GO111MODULE: 'on', GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
      maxBuffer: 256 * 1024 * 1024,
      timeout: 500_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString('utf8');
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line))
      .filter(isExample);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
