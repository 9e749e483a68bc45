import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOCUMENT_LENGTH_MAX, parseDocument } from '../../core/document.ts';

const PLACE = { field: '/understudy/demo/x', example: '{"a": 1}' };
const parse = (text: string) => parseDocument(PLACE, text);

describe('a document in a parameter', () => {
  it.each([
    ['{"a": 1}', { a: 1 }],
    [' [1, 2] ', [1, 2]],
    ['null', null],
    ['7', 7],
  ])('is the JSON of %s, of any type', (text, document) => {
    expect(parse(text)).toEqual({ fault: null, document });
  });

  it.each(['', '{', '{a: 1}', 'yes', '{"a": 1} x'])(
    'I-31: %j is one fault that shows what to write',
    (text) => {
      expect(parse(text)).toEqual({
        fault: {
          field: PLACE.field,
          value: text,
          rule: 'must be one JSON object',
          fix: 'write {"a": 1}',
        },
      });
    },
  );

  it('I-31: longer than any parameter it is refused unread, and repeated in part', () => {
    const rest = DOCUMENT_LENGTH_MAX - 2;
    expect(parse(`"${'x'.repeat(rest)}"`)).toMatchObject({ fault: null });
    const { fault } = parse(`"${'x'.repeat(rest + 1)}"`);
    expect(fault).toMatchObject({ rule: 'must have at most 8192 characters' });
    expect(String(fault?.value)).toHaveLength(80);
  });

  it('never throws, and what it takes is what JSON says (property)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parse(text);
        if (parsed.fault === null) expect(parsed.document).toEqual(JSON.parse(text));
        else expect(() => JSON.parse(text) as unknown).toThrow();
      }),
    );
  });
});
