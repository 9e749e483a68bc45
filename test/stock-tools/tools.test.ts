/** A tool that is missing is named, never passed over. */

import { describe, expect, it } from 'vitest';
import { findTools, report } from './tools.ts';

const missing = { name: 'pgbench', probe: ['pgbench'], install: 'apt-get install x', version: null } as const;

describe('the report of the tools', () => {
  it('names a tool that is skipped, and how to get it', () => {
    expect(report([missing])).toContain('skipped: pgbench is not installed; Debian: apt-get install x');
  });

  it('gives the version of a tool that was tried', () => {
    expect(report([{ ...missing, version: 'pgbench 15.1' }])).toContain('tried: pgbench (pgbench 15.1)');
  });

  it('has a line for every tool of this machine', () => {
    const tools = Object.values(findTools());
    const lines = report(tools).split('\n');
    expect(lines).toHaveLength(tools.length + 1);
    for (const { name } of tools) expect(lines.filter((line) => line.includes(` ${name} `))).toHaveLength(1);
  });
});
