import { describe, expect, it } from 'vitest';
import { newCheckers } from '../../../../proving/sim/checks/index.ts';
import { view } from './view.ts';

/** Those that the simulator must keep. */
const REQUIRED = ['I-01', 'I-03', 'I-04', 'I-05', 'I-06', 'I-07', 'I-08'].concat([
  'I-10',
  'I-11',
  'I-12',
  'I-13',
  'I-14',
  'I-15',
  'I-16',
  'I-17',
]);

describe('the checkers together', () => {
  it('cover every invariant of the simulator: each once, or once for the data and once for what stands in front', () => {
    const names = newCheckers().map(({ invariant }) => invariant);
    expect(names).toEqual(expect.arrayContaining(REQUIRED));
    for (const name of names) expect(names.filter((other) => other === name).length, name).toBeLessThan(3);
  });

  it('hold on a healthy cluster and are new each time', () => {
    const [once, again] = [newCheckers(), newCheckers()];
    expect(once.map((checker) => checker.check(view()))).toEqual(once.map(() => null));
    expect(once.find(({ invariant }) => invariant === 'I-01')!.checked).toBe(1);
    expect(again.find(({ invariant }) => invariant === 'I-01')!.checked).toBe(0);
  });
});
