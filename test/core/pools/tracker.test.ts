import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ejectedMax, isOut, MEMBER_DEFAULTS, MemberTracker } from '../../../core/pools/index.ts';

const limits = { member: MEMBER_DEFAULTS, panicRatio: 0.5 };

function trackerOf(size: number): { tracker: MemberTracker; ids: string[] } {
  const tracker = new MemberTracker(limits);
  const ids = Array.from({ length: size }, (_, at) => `r${at}`);
  for (const id of ids) tracker.add(id, 0, true);
  return { tracker, ids };
}

describe('the ejection cap', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 2],
    [5, 2],
  ])('of %i members lets exactly %i out', (members, out) => {
    expect(ejectedMax(members, 0.5)).toBe(out);
  });

  it.each([2, 3, 4, 5])('I-04: of %i members that all fail, exactly the cap is out', (size) => {
    const { tracker, ids } = trackerOf(size);
    for (let round = 0; round < 10; round += 1) for (const id of ids) tracker.failed(id, 0, 0);
    expect(tracker.out).toBe(ejectedMax(size, 0.5));
  });

  it('never lets everybody out, whatever the ratio', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (members, ratio) => {
          expect(ejectedMax(members, ratio)).toBeLessThan(members);
        },
      ),
    );
  });
});

describe('the tracker', () => {
  it('ejects a slow member while another answers in time, and not when all are slow', () => {
    const { tracker } = trackerOf(2);
    for (let n = 0; n < 5; n += 1) {
      tracker.late('r0', 10 + n, 0);
      tracker.late('r1', 10 + n, 0);
    }
    expect(tracker.out).toBe(0);
    tracker.answered('r1', 20);
    tracker.late('r0', 21, 0);
    expect(tracker.state('r0')!.kind).toBe('ejected');
    expect(tracker.state('r1')!.kind).toBe('fresh');
  });

  it('probes a member that joins later, but not where the floor needs it', () => {
    const { tracker } = trackerOf(2);
    tracker.add('r2', 5, false);
    expect(tracker.state('r2')!.kind).toBe('probing');
    const first = new MemberTracker(limits);
    first.add('only', 0, false);
    expect(first.state('only')!.kind).toBe('fresh');
  });

  it('takes a member back when the ones that served leave the cluster', () => {
    const { tracker } = trackerOf(2);
    for (let n = 0; n < 3; n += 1) tracker.failed('r0', n, 0);
    expect(tracker.out).toBe(1);
    tracker.remove('r1', 10);
    expect(tracker.out).toBe(0);
    expect(tracker.state('r0')!.kind).toBe('suspect');
  });

  it('I-04: never goes below the floor, for any history of 2 to 5 members', () => {
    const event = fc.record({
      what: fc.constantFrom('ok', 'error', 'late', 'pass', 'miss', 'leave', 'join'),
      who: fc.nat(4),
      ms: fc.nat(3000),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.array(event, { maxLength: 200 }), (size, events) => {
        const { tracker, ids } = trackerOf(size);
        let now = 0;
        for (const { what, who, ms, random } of events) {
          const id = `r${who}`;
          now += ms;
          tracker.tick(now);
          if (what === 'ok') tracker.answered(id, now);
          if (what === 'error') tracker.failed(id, now, random);
          if (what === 'late') tracker.late(id, now, random);
          if (what === 'pass' || what === 'miss') tracker.probed(id, what === 'pass', now, random);
          if (what === 'leave') tracker.remove(id, now);
          if (what === 'join') tracker.add(id, now, false);
          const states = ['r0', 'r1', 'r2', 'r3', 'r4', ...ids].map((one) => tracker.state(one));
          const out = new Set(['r0', 'r1', 'r2', 'r3', 'r4'].filter((_, i) => states[i] && isOut(states[i])));
          expect(tracker.out).toBe(out.size);
          expect(out.size).toBeLessThanOrEqual(ejectedMax(tracker.size, 0.5));
          if (tracker.size > 0) expect(out.size).toBeLessThan(tracker.size);
        }
      }),
    );
  });
});
