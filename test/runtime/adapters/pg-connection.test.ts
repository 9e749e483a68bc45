import { describe, expect, it } from 'vitest';
import { marshal } from '../../../runtime/adapters/attribute-values.ts';
import { failureOf } from '../../../runtime/adapters/pg-connection.ts';

const error = (fields: object, base = new Error('it failed')): Error => Object.assign(base, fields);

describe('an error of the driver', () => {
  it.each([
    ['a SQLSTATE', error({ code: '25006', severity: 'ERROR' }), 'read-only', '25006'],
    ['a refused connect', error({ code: 'ECONNREFUSED' }), 'lost', null],
    ['a broken pipe, which only looks like a SQLSTATE', error({ code: 'EPIPE' }), 'lost', null],
    ['a name that does not resolve', error({ code: 'ENOTFOUND' }), 'lost', null],
    ['a closed socket', new Error('Connection terminated unexpectedly'), 'lost', null],
    ['a wrong host in the certificate', error({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'login', null],
    ['an unknown authority', error({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'login', null],
    ['missing credentials', error({ name: 'CredentialsProviderError' }), 'login', null],
    ['a value that cannot be sent', new TypeError('circular'), 'caller', null],
  ] as const)('is put in our words: %s', (_name, thrown, kind, sqlState) => {
    expect(failureOf('r1', thrown)).toMatchObject({ kind, sqlState, memberId: 'r1', cause: thrown });
  });
});

describe('an outcome item', () => {
  it('is marshalled into attribute values', () => {
    expect(marshal({ a: 'x', n: 5, m: { r1: { ok: 1 } } })).toEqual({
      M: { a: { S: 'x' }, n: { N: '5' }, m: { M: { r1: { M: { ok: { N: '1' } } } } } },
    });
  });
});
