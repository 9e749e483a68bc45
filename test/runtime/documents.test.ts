import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  MEMBER_DEFAULTS,
  MEMBER_STATES,
  SPILL_DEFAULTS,
  WRITER_DEFAULTS,
  WRITER_STATES,
} from '../../core/pools/index.ts';
import { CONNECTION_SET_DEFAULTS } from '../../runtime/connection-set.ts';
import { READ_POOL_DEFAULTS } from '../../runtime/read-limits.ts';
import { WRITE_POOL_DEFAULTS } from '../../runtime/write-limits.ts';

const page = fs.readFileSync(new URL('../../runtime/README.md', import.meta.url), 'utf8');
const diagrams = [...page.matchAll(/```mermaid\n([\s\S]*?)```/g)].map((match) => statesOf(match[1]!));

function statesOf(diagram: string): Set<string> {
  const states = new Set<string>();
  for (const [, from, to] of diagram.matchAll(/^\s*(\[\*\]|\w+) --> (\w+)/gm)) {
    if (from !== '[*]') states.add(from!);
    states.add(to!);
  }
  return states;
}

describe('the state page', () => {
  it('draws exactly the states of a member', () => {
    expect(diagrams[0]).toEqual(new Set(MEMBER_STATES));
  });

  it('draws exactly the states of the writer', () => {
    expect(diagrams[1]).toEqual(new Set(WRITER_STATES));
  });

  it('states the defaults of the code', () => {
    expect(page).toContain(
      `${MEMBER_DEFAULTS.errorsMax} errors in a row, or ${MEMBER_DEFAULTS.latesMax} late`,
    );
    expect(page).toContain(`${MEMBER_DEFAULTS.probesMin} probes passed`);
    expect(page).toContain(`lags above ${READ_POOL_DEFAULTS.lagMsMax / 1000} s`);
    expect(page).toContain(`half of its connections and ${SPILL_DEFAULTS.concurrencyMax} at once`);
    expect(SPILL_DEFAULTS.shareMax).toBe(0.5);
    expect(READ_POOL_DEFAULTS.panicRatio).toBe(0.5);
    expect(page).toContain(`(${WRITE_POOL_DEFAULTS.deadlineMs / 1000} s unless given)`);
    expect(page).toContain(`in parallel each ${WRITER_DEFAULTS.askMs} ms`);
    expect(page).toContain(`up to ${CONNECTION_SET_DEFAULTS.connectionsMax} to each reader`);
  });
});
