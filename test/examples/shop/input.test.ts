import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../examples/shop/config.ts';
import { checkAfter, checkOrder, checkOrderId, checkProductId } from '../../../examples/shop/input.ts';

const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
const order = (over: object): string => JSON.stringify({ id, productId: 1, quantity: 2, ...over });

describe('what callers send', () => {
  it('is taken when it is right', () => {
    expect(checkProductId('17')).toEqual({ ok: true, value: 17 });
    expect(checkOrderId(id.toUpperCase())).toEqual({ ok: true, value: id });
    expect(checkAfter(null)).toEqual({ ok: true, value: null });
    expect(checkAfter('writer')).toEqual({ ok: true, value: 'writer' });
    expect(checkAfter('16/B374D848')).toEqual({ ok: true, value: '97500059720' });
    expect(checkOrder(order({}))).toEqual({ ok: true, value: { id, productId: 1, quantity: 2 } });
  });

  it.each(['0', '-1', '1.5', 'abc', '', '99999999999', '1 or 1=1'])('fails a product id of %j', (text) => {
    expect(checkProductId(text)).toMatchObject({ ok: false, faults: [{ field: 'id', value: text }] });
  });

  it.each([
    ['no JSON', '{', ['body']],
    ['a list', '[]', ['body']],
    ['no id', order({ id: undefined }), ['id']],
    ['a quantity of nothing', order({ quantity: 0 }), ['quantity']],
    ['every field wrong', order({ id: 'x', productId: 'y', quantity: 1.5 }), ['id', 'productId', 'quantity']],
    ['an unknown field', order({ price: 1 }), ['price']],
  ])('fails an order with %s, naming field, value, rule and fix', (_name, body, fields) => {
    const result = checkOrder(body);
    if (result.ok) throw new Error('it was taken');
    expect(result.faults.map((fault) => fault.field)).toEqual(fields);
    for (const fault of result.faults) expect(fault.rule.length * fault.fix.length).toBeGreaterThan(0);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const check of [checkProductId, checkOrderId, checkAfter, checkOrder]) check(text);
      }),
    );
  });
});

describe('the environment', () => {
  const env = {
    AWS_REGION: 'eu-west-1',
    DATABASE_ENDPOINT: 'demo.cluster-x.eu-west-1.rds.amazonaws.com',
    DATABASE_READER_ENDPOINT: 'demo.cluster-ro-x.eu-west-1.rds.amazonaws.com',
    DATABASE_NAME: 'app',
    DATABASE_USER: 'shop',
  };

  it('has defaults for what may be left out', () => {
    const config = readConfig(env);
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 0,
      database: { port: 5432, application: 'shop' },
    });
    expect(config.database).not.toHaveProperty('stateTable');
    expect(readConfig({ ...env, UNDERSTUDY_STATE_TABLE: 't', PORT: '8080' })).toMatchObject({
      port: 8080,
      database: { stateTable: 't' },
    });
  });

  it('has slots, their time, the capacity that comes of both, and no key unless one is given', () => {
    expect(readConfig(env)).toMatchObject({
      quotes: { slots: 4, workMs: 40 },
      tokenKey: null,
      throttle: { application: 'shop', region: env.AWS_REGION, capacityPerS: 100, callerPerS: 100 },
    });
    expect(readConfig(env).throttle).not.toHaveProperty('table');
    const key = Buffer.alloc(32, 7);
    const told = {
      ...env,
      SHOP_SLOTS: '8',
      SHOP_WORK_MS: '20',
      SHOP_CALLER_PER_S: '5',
      SHOP_TOKEN_KEY: key.toString('base64url'),
      UNDERSTUDY_THROTTLE_TABLE: 'leases',
    };
    const config = readConfig(told);
    expect(config).toMatchObject({
      quotes: { slots: 8, workMs: 20 },
      throttle: { table: 'leases', capacityPerS: 400, callerPerS: 5 },
    });
    expect(config.tokenKey).toEqual(key);
  });

  it.each([
    ['SHOP_SLOTS', '0'],
    ['SHOP_SLOTS', '1001'],
    ['SHOP_WORK_MS', '-1'],
    ['SHOP_WORK_MS', '1.5'],
    ['SHOP_CAPACITY_PER_S', '0'],
    ['SHOP_CALLER_PER_S', 'many'],
  ])('fails on %s = %s', (name, value) => {
    expect(() => readConfig({ ...env, [name]: value })).toThrow(
      `${name} = "${value}": must be a whole number`,
    );
  });

  it.each(['short', 'c2hvcnQ', 'x'.repeat(43) + '!'])('fails on a key of %s, and does not show it', (key) => {
    const read = (): unknown => readConfig({ ...env, SHOP_TOKEN_KEY: key });
    expect(read).toThrow('SHOP_TOKEN_KEY: must be 32 bytes or more, as base64url');
    expect(read).not.toThrow(key);
  });

  it('fails with every fault at once', () => {
    const broken = {
      ...env,
      DATABASE_NAME: '',
      PORT: '70000',
      DATABASE_PORT: '0',
      DATABASE_CA_FILE: '/nowhere/ca.pem',
    };
    expect(() => readConfig(broken)).toThrow(
      /DATABASE_NAME(.|\n)*PORT = "70000"|PORT = "70000"(.|\n)*DATABASE_NAME/,
    );
    expect(() => readConfig(broken)).toThrow(/DATABASE_PORT = "0"/);
    expect(() => readConfig(broken)).toThrow(/DATABASE_CA_FILE/);
    expect(() => readConfig({})).toThrow(
      expect.objectContaining({ code: 'invalid-environment', advice: 'give-up' }),
    );
  });
});
