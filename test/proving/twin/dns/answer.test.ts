import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answer, type RecordSet, udpSizeMax, type ZoneView } from '../../../../proving/twin/dns/index.ts';

function view(records: Record<string, RecordSet>): ZoneView {
  return {
    zones: ['example.internal', 'amazonaws.com'],
    record: (name) => records[name],
    exists: (name) => records[name] !== undefined,
    hasNamesBelow: (name) => Object.keys(records).some((other) => other.endsWith(`.${name}`)),
  };
}

const zone = view({
  'db.example.internal': { type: 'CNAME', values: ['w.rds.amazonaws.com'], ttlS: 5 },
  'w.rds.amazonaws.com': { type: 'A', values: ['127.0.0.9'], ttlS: 1 },
  'away.example.internal': { type: 'CNAME', values: ['www.example.org'], ttlS: 5 },
  'all.example.internal': { type: 'A', values: ['1', '2', '3'], ttlS: 5 },
  'none.example.internal': { type: 'A', values: [], ttlS: 5 },
  'readers.example.internal': { type: 'CNAME', values: ['r1.amazonaws.com', 'r2.amazonaws.com'], ttlS: 1 },
  'r1.amazonaws.com': { type: 'A', values: ['127.0.0.1'], ttlS: 1 },
  'r2.amazonaws.com': { type: 'A', values: ['127.0.0.2'], ttlS: 1 },
  'a.example.internal': { type: 'CNAME', values: ['b.example.internal'], ttlS: 5 },
  'b.example.internal': { type: 'CNAME', values: ['a.example.internal'], ttlS: 5 },
});
const ask = (name: string, type = 'A', turn = 0) => answer(zone, { name, type }, turn);

describe('an authoritative answer', () => {
  test('follows a CNAME chain across its zones', () => {
    const { code, answers } = ask('db.example.internal');
    expect(code).toBe('NOERROR');
    expect(answers.map((r) => `${r.type} ${r.data} ${r.ttlS}`)).toEqual([
      'CNAME w.rds.amazonaws.com 5',
      'A 127.0.0.9 1',
    ]);
  });

  test.each(['A', 'CNAME'])('leads to one of several targets at a time, in turn, asked for %s', (type) => {
    const seen = [0, 1, 2].map((turn) => ask('readers.example.internal', type, turn).answers);
    for (const answers of seen) expect(answers).toHaveLength(type === 'A' ? 2 : 1);
    expect(seen.map(([first]) => first?.data)).toEqual([
      'r1.amazonaws.com',
      'r2.amazonaws.com',
      'r1.amazonaws.com',
    ]);
    if (type !== 'A') return;
    expect(seen.map((answers) => answers[1]?.data)).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.1']);
  });

  test('ends a chain that leaves its zones with the CNAME alone', () => {
    expect(ask('away.example.internal').answers.map((r) => r.type)).toEqual(['CNAME']);
  });

  test('a loop of CNAMEs ends', () => {
    expect(ask('a.example.internal').answers.length).toBeLessThanOrEqual(8);
  });

  test.each([
    ['w.rds.amazonaws.com', 'TXT', 'NOERROR'],
    ['rds.amazonaws.com', 'A', 'NOERROR'],
    ['example.internal', 'A', 'NOERROR'],
    ['none.example.internal', 'A', 'NOERROR'],
    ['unknown.amazonaws.com', 'A', 'NXDOMAIN'],
  ])('%s %s: no data, %s with the SOA', (name, type, code) => {
    const said = ask(name, type);
    expect(said.code).toBe(code);
    expect(said.answers).toEqual([]);
    expect(said.authority?.type).toBe('SOA');
  });

  test('outside the zones it refuses', () => {
    expect(ask('example.org')).toEqual({ code: 'REFUSED', answers: [], authority: null });
    expect(ask('notamazonaws.com').code).toBe('REFUSED');
  });

  test('answers the SOA at the apex', () => {
    expect(ask('amazonaws.com', 'SOA').answers.map((r) => r.type)).toEqual(['SOA']);
  });

  test('every address leads equally often, and none is lost', () => {
    const leaders = [0, 1, 2, 3, 4, 5].map((turn) => {
      const values = ask('all.example.internal', 'A', turn).answers.map((r) => r.data);
      expect(new Set(values)).toEqual(new Set(['1', '2', '3']));
      return values[0];
    });
    expect(leaders).toEqual(['1', '2', '3', '1', '2', '3']);
  });

  test('property: the size of a UDP answer stays between 512 and 1232', () => {
    fc.assert(
      fc.property(fc.option(fc.nat(65_535)), (offered) => {
        expect(udpSizeMax(offered)).toBeGreaterThanOrEqual(512);
        expect(udpSizeMax(offered)).toBeLessThanOrEqual(1232);
      }),
    );
  });
});
