import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withTraceComment } from '../../runtime/trace-comment.ts';

const ROOT = '1-67891233-abcdef012345678912345678';

describe('a statement with its trace', () => {
  it('ends with the root id in a comment', () => {
    expect(withTraceComment('select 1', ROOT)).toBe(`select 1 /* trace=${ROOT} */`);
  });

  it.each([null, undefined, '', '*/', 'xyz'])('stays as it is with %j', (trace) => {
    expect(withTraceComment('select 1', trace)).toBe('select 1');
  });

  it('cannot be left by anything in the id', () => {
    expect(withTraceComment('select 1', `${ROOT} */; drop table orders; /*`)).toMatch(
      /^select 1 \/\* trace=[0-9a-f-]+ \*\/$/,
    );
    fc.assert(
      fc.property(fc.string(), (trace) => {
        return /^select 1(?: \/\* trace=[0-9a-f-]{1,128} \*\/)?$/.test(withTraceComment('select 1', trace));
      }),
    );
  });
});
