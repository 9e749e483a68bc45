/**
 * `npm test`: the static checks, then the tests, with a choice of drills. `npm run test:drills`: all drills and
 * controls, and nothing else. The last line reads `N passed, N failed`, where each static check counts as one.
 */

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

interface Tally {
  passed: number;
  failed: number;
}

const CHECKS: readonly (readonly [name: string, command: string])[] = [
  ['types', 'tsc -p tsconfig.json'],
  ['lint', 'oxlint --type-aware --deny-warnings'],
  ['format', 'prettier --check --log-level warn .'],
];

/** As many files are named with the time they took. */
const SLOWEST_COUNT = 15;

function main(): void {
  const tally: Tally = { passed: 0, failed: 0 };
  if (process.argv[2] === 'drills') runTests(tally, ['--project', 'load'], { DRILLS: 'all' });
  else {
    for (const [name, command] of CHECKS) runCheck(name, command, tally);
    runTests(tally);
  }
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}

function runCheck(name: string, command: string, tally: Tally): void {
  process.stdout.write(`check ${name}: ${command}\n`);
  const ok = run(command.split(' ')) === 0;
  if (ok) tally.passed += 1;
  else tally.failed += 1;
  process.stdout.write(`check ${name}: ${ok ? 'ok' : 'FAILED'}\n`);
}

function runTests(
  tally: Tally,
  options: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): void {
  const folder = temporaryFolder();
  const report = path.join(folder, 'report.json');
  const reporter = process.stdout.isTTY ? 'default' : 'dot';
  const command = ['vitest', 'run', `--reporter=${reporter}`, ...options];
  const status = run([...command, '--reporter=json', `--outputFile.json=${report}`], {
    ...variables,
    TMPDIR: folder,
  });
  const counts = readCounts(report);
  sayTheSlowest(report);
  fs.rmSync(folder, { recursive: true, force: true });
  tally.passed += counts.passed;
  tally.failed += counts.failed;
  // A run that breaks outside a test (a file that does not load, an unhandled rejection) has failed too.
  if (status !== 0 && counts.failed === 0) tally.failed += 1;
}

/** Where every test makes its temporary files, so that whatever one leaves behind goes with the run. */
function temporaryFolder(): string {
  // A short name: sockets in it have paths of about a hundred characters at most.
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'us-test-'));
  // PostgreSQL refuses to run as root, and whom it runs as must be let in.
  fs.chmodSync(folder, 0o755);
  return folder;
}

function readCounts(report: string): Tally {
  if (!fs.existsSync(report)) return { passed: 0, failed: 0 };
  const json = JSON.parse(fs.readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
  };
  return { passed: json.numPassedTests, failed: json.numFailedTests };
}

interface FileResult {
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
}

/** Where the time goes: a suite that grows slow does so file by file. */
function sayTheSlowest(report: string): void {
  if (!fs.existsSync(report)) return;
  const { testResults } = JSON.parse(fs.readFileSync(report, 'utf8')) as { testResults: FileResult[] };
  const slowest = testResults
    .map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST_COUNT);
  for (const { name, seconds } of slowest) {
    process.stdout.write(`${seconds.toFixed(1).padStart(7)} s  ${path.relative(process.cwd(), name)}\n`);
  }
}

/** Runs a tool of the project; `npm` has put node_modules/.bin first in PATH. */
function run(
  [command, ...args]: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): number {
  const env = { ...process.env, ...variables };
  return spawnSync(command!, args, { stdio: 'inherit', env }).status ?? 1;
}

main();
