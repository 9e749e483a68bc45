import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BURST_S_DEFAULT,
  CALLER_QUOTA_DEFAULT,
  leaseTerms,
  NAMED_CALLERS_MAX,
  parseQuotas,
  PER_SECOND_MAX,
  quotaOf,
  readQuotas,
} from '../../../core/throttle/index.ts';

const PLACE = { field: 'quotes', resource: 'quotes', application: 'shop' };
const read = (document: unknown) => readQuotas(PLACE, document);
const parse = (text: string) => parseQuotas(PLACE, text);

describe('quotas', () => {
  it('have a default for everything but the capacity', () => {
    expect(read({ capacityPerS: 100 })).toEqual({
      faults: [],
      quotas: {
        resource: 'quotes',
        application: 'shop',
        capacityPerS: 100,
        burstS: BURST_S_DEFAULT,
        callers: {},
        others: { floorPerS: 0, limitPerS: null, weight: 1, criticality: 'critical' },
      },
    });
    expect(CALLER_QUOTA_DEFAULT).toEqual({
      floorPerS: 0,
      limitPerS: null,
      weight: 1,
      criticality: 'critical',
    });
  });

  it('keep everything that is written, as a profile or as the text of a parameter', () => {
    const document = {
      capacityPerS: 0.5,
      burstS: 60,
      callers: {
        'partner-1': { floorPerS: 0.5, limitPerS: 0.5, weight: 1000, criticality: 'sheddable-plus' },
      },
      others: { limitPerS: 0.1, weight: 0.1, criticality: 'sheddable' },
    };
    const { quotas, faults } = read(document);
    expect(faults).toEqual([]);
    const others = { floorPerS: 0, ...document.others };
    expect(quotas).toEqual({ resource: 'quotes', application: 'shop', ...document, others });
    expect(parse(JSON.stringify(document, null, 2)).quotas).toEqual(quotas);
  });

  it('of a caller are its own, or those of the others', () => {
    const { quotas } = read({
      capacityPerS: 100,
      callers: { a: { weight: 2 }, constructor: { limitPerS: 5 } },
      others: { limitPerS: 7 },
    });
    expect(quotaOf(quotas, 'a').weight).toBe(2);
    expect(quotaOf(quotas, 'a').limitPerS).toBe(null);
    expect(quotaOf(quotas, 'constructor').limitPerS).toBe(5);
    for (const name of ['b', 'toString', '__proto__', 'hasOwnProperty', '']) {
      expect(quotaOf(quotas, name), name).toBe(quotas.others);
    }
  });

  it('are the terms of a plan: the most important class first, no limit where there is none', () => {
    const { quotas } = read({
      capacityPerS: 100,
      callers: { a: { floorPerS: 3, limitPerS: 9, criticality: 'critical-plus' } },
      others: { criticality: 'sheddable', weight: 4 },
    });
    const terms = leaseTerms(quotas);
    expect(terms.capacity).toBe(100);
    expect(terms.quotaOf('a')).toEqual({ weight: 1, floor: 3, limit: 9, priority: 0 });
    expect(terms.quotaOf('b')).toEqual({ weight: 4, floor: 0, priority: 3 });
    expect(terms.others).toEqual({ weight: 4, floor: 0, priority: 3 });
  });
});

describe('bad quotas', () => {
  const many = Object.fromEntries(Array.from({ length: NAMED_CALLERS_MAX + 1 }, (_, n) => [`c${n}`, {}]));
  const caller = (terms: unknown): object => ({ capacityPerS: 100, callers: { a: terms } });
  const rows: readonly (readonly [what: string, document: unknown, field: string, rule: RegExp])[] = [
    ['no capacity', {}, 'quotes.capacityPerS', /a number above 0/],
    ['a capacity of zero', { capacityPerS: 0 }, 'quotes.capacityPerS', /above 0/],
    ['a negative capacity', { capacityPerS: -100 }, 'quotes.capacityPerS', /above 0/],
    ['a capacity that is no number', { capacityPerS: Number.NaN }, 'quotes.capacityPerS', /a number/],
    ['an endless capacity', { capacityPerS: Infinity }, 'quotes.capacityPerS', /at most 1000000/],
    ['a capacity of text', { capacityPerS: '100' }, 'quotes.capacityPerS', /a number/],
    ['no burst', { capacityPerS: 1, burstS: 0 }, 'quotes.burstS', /above 0 and at most 60/],
    ['a burst of an hour', { capacityPerS: 1, burstS: 3600 }, 'quotes.burstS', /at most 60/],
    [
      'floors above the capacity',
      caller({ floorPerS: 101 }),
      'quotes.callers',
      /add up to 101, above .* 100/,
    ],
    ['a negative floor', caller({ floorPerS: -1 }), 'quotes.callers.a.floorPerS', /from 0 to/],
    [
      'a floor above its limit',
      caller({ floorPerS: 6, limitPerS: 5 }),
      'quotes.callers.a.floorPerS',
      /limit of 5/,
    ],
    ['a limit of zero', caller({ limitPerS: 0 }), 'quotes.callers.a.limitPerS', /above 0/],
    ['a weight of zero', caller({ weight: 0 }), 'quotes.callers.a.weight', /above 0/],
    ['a negative weight', caller({ weight: -1 }), 'quotes.callers.a.weight', /above 0/],
    ['an unknown class', caller({ criticality: 'urgent' }), 'quotes.callers.a.criticality', /is no class/],
    [
      'a class of the prototype',
      caller({ criticality: 'toString' }),
      'quotes.callers.a.criticality',
      /is no class/,
    ],
    ['an unknown field of a caller', caller({ limit: 5 }), 'quotes.callers.a.limit', /is not a field/],
    ['an unknown field', { capacityPerS: 1, capcity: 2 }, 'quotes.capcity', /is not a field/],
    [
      'a floor of the others',
      { capacityPerS: 1, others: { floorPerS: 1 } },
      'quotes.others.floorPerS',
      /not a field/,
    ],
    ['terms that are none', caller(5), 'quotes.callers.a', /must be an object/],
    ['callers in a list', { capacityPerS: 1, callers: [] }, 'quotes.callers', /must be an object/],
    ['too many callers', { capacityPerS: 1, callers: many }, 'quotes.callers', /more than 50 callers/],
    ['an empty name', { capacityPerS: 1, callers: { '': {} } }, 'quotes.callers.', /1 to 64/],
    ['a name with a space', { capacityPerS: 1, callers: { 'a b': {} } }, 'quotes.callers.a b', /1 to 64/],
    ['a list', [], 'quotes', /must be an object/],
    ['null', null, 'quotes', /must be an object/],
    ['a number', 100, 'quotes', /must be an object/],
  ];

  it.each(rows)('fails for %s, naming the field and the rule', (_, document, field, rule) => {
    const found = read(document).faults.find((fault) => fault.field === field);
    expect(found?.rule).toEqual(expect.stringMatching(rule));
    expect(found!.fix).not.toBe('');
  });

  it.each([
    ['no JSON', '{capacityPerS: 100}'],
    ['nothing', ''],
    ['more than one document', '{"capacityPerS": 1} {}'],
  ])('fails for a text that is %s', (_, text) => {
    expect(parse(text).faults).toMatchObject([{ field: 'quotes', rule: 'must be one JSON object' }]);
  });

  it('F-21: fails for a text that is too long, unread, and shows little of it', () => {
    const { faults } = parse('['.repeat(1_000_000));
    expect(faults).toMatchObject([{ rule: 'must have at most 8192 characters' }]);
    expect((faults[0]!.value as string).length).toBeLessThanOrEqual(80);
  });

  it('fails for a caller named __proto__, and its terms go nowhere', () => {
    const { quotas, faults } = parse('{"capacityPerS": 1, "callers": {"__proto__": {"limitPerS": 5}}}');
    expect(faults.map(({ field }) => field)).toEqual(['quotes.callers.__proto__']);
    expect(Object.getPrototypeOf(quotas.callers)).toBe(Object.prototype);
    expect(({} as { limitPerS?: number }).limitPerS).toBeUndefined();
  });

  it('names every fault at once', () => {
    const document = { capacityPerS: -1, callers: { a: { weight: 0, criticality: 'x' } }, extra: 1 };
    expect(read(document).faults.map(({ field }) => field)).toEqual([
      'quotes.extra',
      'quotes.capacityPerS',
      'quotes.callers.a.weight',
      'quotes.callers.a.criticality',
    ]);
  });

  it('fails for a resource whose name is none', () => {
    for (const resource of ['Quotes', 'q', 'quotes/1', '-quotes', 'x'.repeat(33), 'quo tes']) {
      const { faults } = readQuotas({ ...PLACE, resource }, { capacityPerS: 1 });
      expect(faults[0]?.rule, resource).toEqual(expect.stringMatching(/lower-case letters/));
    }
  });
});

describe('whatever is written', () => {
  const number = fc.oneof(
    fc.integer({ min: -2, max: 200 }),
    fc.double({ min: 0, max: 2e6, noNaN: true }),
    fc.constantFrom(0, -0, 0.1, Number.NaN, Infinity, -1e9),
  );
  const terms = fc.record(
    {
      floorPerS: number,
      limitPerS: fc.oneof(number, fc.constant(null)),
      weight: number,
      criticality: fc.constantFrom('critical', 'sheddable', 'x', '__proto__'),
    },
    { requiredKeys: [] },
  );
  const name = fc.oneof(fc.constantFrom('a', 'b', 'constructor', '__proto__', 'anonymous'), fc.string());
  const document = fc.record(
    {
      capacityPerS: number,
      burstS: number,
      callers: fc.dictionary(name, terms, { maxKeys: 6 }),
      others: terms,
    },
    { requiredKeys: [] },
  );

  it('what is accepted has floors that fit into the capacity, and each below its limit', () => {
    let accepted = 0;
    fc.assert(
      fc.property(document, (written) => {
        const { quotas, faults } = read(written);
        if (faults.length > 0) return;
        accepted += 1;
        const callers = Object.values(quotas.callers);
        const floors = callers.reduce((sum, { floorPerS }) => sum + floorPerS, 0);
        expect(floors).toBeLessThanOrEqual(quotas.capacityPerS);
        expect(quotas.capacityPerS).toBeGreaterThan(0);
        expect(quotas.capacityPerS).toBeLessThanOrEqual(PER_SECOND_MAX);
        expect(quotas.others.floorPerS).toBe(0);
        for (const { floorPerS, limitPerS, weight } of [...callers, quotas.others]) {
          expect(weight).toBeGreaterThan(0);
          expect(floorPerS).toBeGreaterThanOrEqual(0);
          if (limitPerS !== null) expect(limitPerS).toBeGreaterThanOrEqual(floorPerS);
        }
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('the text and the document are read alike, and reading again changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(document, fc.jsonValue()), (written) => {
        const text = JSON.stringify(written);
        const parsed = parse(text);
        expect(parsed).toEqual(read(JSON.parse(text)));
        if (parsed.faults.length > 0) return;
        const { resource: _r, application: _a, others, ...rest } = parsed.quotas;
        const { floorPerS: _f, ...otherTerms } = others;
        expect(read({ ...rest, others: otherTerms }).quotas).toEqual(parsed.quotas);
      }),
    );
  });

  it('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parse(text).quotas.resource).toBe('quotes');
      }),
    );
  });
});
