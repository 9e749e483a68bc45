import { describe, expect, it } from 'vitest';
import type { LedgerItem, ObservationItem } from '../../../core/state/items.ts';
import { removedMembers } from '../../../proving/drills/measure/removals.ts';
import { freeAt } from '../../../proving/drills/settle.ts';

function poolChange(changes: Partial<LedgerItem>): LedgerItem {
  return {
    kind: 'ledger',
    function: 'replica-pool',
    mode: 'act',
    updatedAt: 100_000,
    before: 'a=in b=in',
    after: 'a=out b=in',
    steps: [{ name: 'publish', outcome: 'accepted' }],
    ...changes,
  } as unknown as LedgerItem;
}

const moved = (since: number | null) => ({ writer: { memberId: 'a', since } }) as unknown as ObservationItem;

describe('removals', () => {
  it('are members that were in before and are out after', () => {
    expect(removedMembers(poolChange({}))).toEqual(['a']);
    expect(removedMembers(poolChange({ before: 'a=in b=in', after: 'a=out b=out fail-open' }))).toEqual([
      'a',
      'b',
    ]);
  });

  it('are not returns, changes of the writer, first pools, nor what was only observed or refused', () => {
    expect(removedMembers(poolChange({ before: 'a=out b=in', after: 'a=returning b=in' }))).toEqual([]);
    expect(removedMembers(poolChange({ before: 'a=in b=in', after: 'b=in c=out' }))).toEqual([]);
    expect(removedMembers(poolChange({ before: 'none', after: 'a=in b=out' }))).toEqual([]);
    expect(removedMembers(poolChange({ mode: 'observe' }))).toEqual([]);
    const refused = [{ name: 'publish', outcome: 'refused' }] as unknown as LedgerItem['steps'];
    expect(removedMembers(poolChange({ steps: refused }))).toEqual([]);
  });
});

describe('the controllers are free', () => {
  it('at once, when nothing was removed and no writer moved', () => {
    expect(freeAt({ ledger: [], observations: [moved(null)] }, 'failover')).toBeLessThan(10_000);
  });

  it('I-05: a velocity window after the last removal', () => {
    const returned = poolChange({ before: 'a=out', after: 'a=in', updatedAt: 150_000 });
    const records = { ledger: [poolChange({}), returned], observations: [moved(900_000)] };
    const at = freeAt(records, 'removal');
    expect(at).toBeGreaterThanOrEqual(160_000);
    expect(at).toBeLessThan(165_000);
  });

  it('a managed hold after the writer moved', () => {
    const later = poolChange({ updatedAt: 900_000 });
    const records = { ledger: [later], observations: [moved(50_000), moved(120_000)] };
    const at = freeAt(records, 'failover');
    expect(at).toBeGreaterThanOrEqual(180_000);
    expect(at).toBeLessThan(185_000);
  });
});
