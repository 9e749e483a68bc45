/** `npm run bench [-- --json]`: every benchmark, about a minute in all. With --json, one object on stdout. */

import os from 'node:os';
import process from 'node:process';
import * as benches from './benches/index.ts';
import type { BenchResult } from './types.ts';

/** Time the measuring of one benchmark may take; starting what it needs comes on top. */
const SECONDS_EACH = 12;

interface Report {
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly cpu: string;
  readonly loadAverage1m: number;
  readonly benches: Record<string, BenchResult>;
}

async function measure(say: (text: string) => void): Promise<Report> {
  const results: Record<string, BenchResult> = {};
  for (const bench of Object.values(benches)) {
    results[bench.name] = await bench.run({ seconds: SECONDS_EACH, say });
  }
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cores: os.availableParallelism(),
    cpu: os.cpus()[0]?.model ?? 'unknown',
    loadAverage1m: Number(os.loadavg()[0]!.toFixed(2)),
    benches: results,
  };
}

function table(report: Report): string {
  const lines = [`Node ${report.node}, ${report.cores} cores, load ${report.loadAverage1m}`];
  for (const [name, { unit, rows, context = {} }] of Object.entries(report.benches)) {
    lines.push('', `${name} (${unit})`);
    for (const { case: what, ours, other, otherName, ratio } of rows) {
      lines.push(`  ${what.padEnd(20)} ours ${ours}, ${otherName} ${other}, ratio ${ratio}`);
    }
    for (const [what, value] of Object.entries(context)) lines.push(`  ${what}: ${value.toPrecision(4)}`);
  }
  return lines.join('\n');
}

const unknown = process.argv.slice(2).filter((argument) => argument !== '--json');
if (unknown.length > 0) {
  process.stderr.write(`bench: ${unknown[0]} is not an option. Usage: npm run bench [-- --json]\n`);
  process.exitCode = 2;
} else {
  const report = await measure((text) => process.stderr.write(`bench: ${text}\n`));
  process.stdout.write(
    process.argv.includes('--json') ? `${JSON.stringify(report)}\n` : `${table(report)}\n`,
  );
}
