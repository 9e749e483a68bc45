import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  MEMBER_DEFAULTS,
  MEMBER_STATES,
  SPILL_DEFAULTS,
  WRITER_DEFAULTS,
  WRITER_STATES,
} from '../../core/pools/index.ts';
import { CRITICALITIES } from '../../core/shedding/index.ts';
import { DEMAND_CALLERS_MAX } from '../../core/state/throttle-items.ts';
import { CLOCK_AHEAD_MS_MAX, NEWCOMER_RATIO, SAFE_RATIO } from '../../core/throttle/index.ts';
import { CONNECTION_SET_DEFAULTS } from '../../runtime/connection-set.ts';
import { READ_POOL_DEFAULTS } from '../../runtime/read-limits.ts';
import { ATTEMPT_HEADER } from '../../runtime/retries/fetch.ts';
import { RETRIES_DEFAULTS } from '../../runtime/retries/retries.ts';
import { OUTCOMES, TOP_CALLERS } from '../../runtime/throttle/caller-metrics.ts';
import { READ_AFTER_MS } from '../../runtime/throttle/leases/lease-cycle.ts';
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

describe('the page of retries', () => {
  it('states the defaults of the code', () => {
    const { backoff, extraShare, windowMs, attemptsMax } = RETRIES_DEFAULTS;
    expect([extraShare, attemptsMax]).toEqual([0.1, 3]);
    expect(page).toContain(`in the last ${windowMs / 1000} s, each at most twice`);
    expect(page).toContain(
      `up to ${backoff.msMin} ms, then ${2 * backoff.msMin} ms (full jitter, doubling up to ${backoff.msMax / 1000} s)`,
    );
    expect(page).toContain(`\`${ATTEMPT_HEADER}: 1\``);
    const { msMax, jitterRatio } = CONNECTION_SET_DEFAULTS.backoff;
    expect(page).toContain(`for ${(msMax * (1 - jitterRatio)) / 1000} to ${msMax / 1000} s`);
    expect(page).toContain(`all each ${WRITER_DEFAULTS.askMs} ms while the writer is not known`);
  });
});

describe('the page of the throttle', () => {
  const throttle = fs.readFileSync(new URL('../../runtime/throttle/README.md', import.meta.url), 'utf8');

  it('states the defaults of the code', () => {
    const [first, ...later] = READ_AFTER_MS.map((ms) => `${ms / 1000} s`);
    expect(throttle).toContain(`its lease ${first} after a report`);
    expect(throttle).toContain(`after ${later.join(' and ')}`);
    expect(throttle).toContain(`share ${NEWCOMER_RATIO * 100} % of \`capacityPerS\``);
    expect(throttle).toContain(`with ${SAFE_RATIO * 100} % of it`);
    expect(throttle).toContain(`the ${DEMAND_CALLERS_MAX} callers that want most`);
    expect(throttle).toContain(`exact for up to ${4 * DEMAND_CALLERS_MAX} callers`);
    expect(throttle).toContain(`ahead by more than ${CLOCK_AHEAD_MS_MAX / 1000} s`);
    expect(throttle).toContain(`at most ${CRITICALITIES.length * OUTCOMES.length} custom metrics`);
    expect(TOP_CALLERS).toBe(10);
  });
});
