import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Item,
  RequestTokens,
  type StreamRecord,
  TOKEN_KEPT_MS,
  type TransactAction,
  planTransaction,
  streamRecord,
} from '../../../../proving/twin/dynamodb/index.ts';
import { key, stateTable, store } from './harness.ts';

const N = (value: number): { N: string } => ({ N: String(value) });

/** Actions over four items; many of them fail on their condition or on a missing attribute. */
const action: fc.Arbitrary<TransactAction> = fc
  .record({
    kind: fc.constantFrom('put', 'fresh', 'add', 'needs', 'delete', 'check'),
    pk: fc.constantFrom('a', 'b', 'c', 'd'),
    value: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ kind, pk, value }): TransactAction => {
    const Key = key(pk);
    switch (kind) {
      case 'put':
        return { Put: { Item: { ...Key, n: N(value) } } };
      case 'fresh':
        return { Put: { Item: { ...Key, n: N(value) }, ConditionExpression: 'attribute_not_exists(pk)' } };
      case 'add':
        return {
          Update: { Key, UpdateExpression: 'ADD n :v', ExpressionAttributeValues: { ':v': N(value) } },
        };
      case 'needs':
        return {
          Update: { Key, UpdateExpression: 'SET n = n + :v', ExpressionAttributeValues: { ':v': N(value) } },
        };
      case 'delete':
        return {
          Delete: { Key, ConditionExpression: 'n <= :v', ExpressionAttributeValues: { ':v': N(value) } },
        };
      default:
        return { ConditionCheck: { Key, ConditionExpression: 'attribute_exists(n)' } };
    }
  });

/** What the actions do to plain numbers; null where one of them cannot be done. */
function model(
  before: ReadonlyMap<string, number>,
  actions: readonly TransactAction[],
): Map<string, number> | null {
  const after = new Map(before);
  for (const { Put, Update, Delete, ConditionCheck } of actions) {
    const name = nameOf((Put?.Item ?? (Update ?? Delete ?? ConditionCheck)!.Key) as Item);
    const old = before.get(name);
    const given = (Update ?? Delete)?.ExpressionAttributeValues?.[':v'] as { N: string } | undefined;
    const value = Number(given?.N);
    if (Put) {
      if (Put.ConditionExpression !== undefined && old !== undefined) return null;
      after.set(name, Number((Put.Item as { n: { N: string } }).n.N));
    } else if (Update) {
      if (Update.UpdateExpression?.startsWith('SET') && old === undefined) return null;
      after.set(name, (old ?? 0) + value);
    } else if (Delete) {
      if (old === undefined || old > value) return null;
      after.delete(name);
    } else if (old === undefined) {
      return null;
    }
  }
  return after;
}

const nameOf = (item: Item): string => (item['pk'] as { S: string }).S;

describe('a transaction', () => {
  it('is done as a whole or not at all, and the stream replays to the same table', () => {
    const distinct = fc.uniqueArray(action, { minLength: 1, maxLength: 4, selector: targetOf });
    fc.assert(
      fc.property(fc.array(distinct, { maxLength: 12 }), (transactions) => {
        const table = stateTable();
        const replayed = new Map<string, unknown>();
        let expected = new Map<string, number>();
        for (const actions of transactions) {
          const next = model(expected, actions);
          const run = (): readonly StreamRecord[] => {
            const changes = planTransaction(actions, () => table).map(({ change }) => change);
            table.commit(changes);
            return changes
              .map((change, i) => streamRecord(change, recordContext(i)))
              .filter((r) => r !== null);
          };
          if (next === null) {
            expect(run).toThrow(/Transaction cancelled/);
          } else {
            for (const record of run()) replay(replayed, record);
            expected = next;
          }
          const now = new Map(
            table.scan().map((item) => [nameOf(item), Number((item['n'] as { N: string }).N)]),
          );
          expect(now).toEqual(expected);
          expect(replayed).toEqual(new Map(table.scan().map((item) => [nameOf(item), item])));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('says for each action why it was cancelled', () => {
    const table = stateTable();
    store(table).put({ Item: { ...key('held'), n: N(1) } });
    const actions: TransactAction[] = [
      { Put: { Item: key('free') } },
      {
        Put: {
          Item: key('held'),
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      {
        Update: {
          Key: key('other'),
          UpdateExpression: 'SET n = absent + :v',
          ExpressionAttributeValues: { ':v': N(1) },
        },
      },
    ];
    try {
      planTransaction(actions, () => table);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'TransactionCanceledException',
        message: expect.stringContaining('[None, ConditionalCheckFailed, ValidationError]'),
        fields: {
          CancellationReasons: [
            { Code: 'None' },
            { Code: 'ConditionalCheckFailed', Item: { ...key('held'), n: N(1) } },
            { Code: 'ValidationError' },
          ],
        },
      });
    }
    expect(table.itemCount).toBe(1);
  });

  it.each<[TransactAction[], RegExp]>([
    [[], /length between 1 and 100/],
    [[{}], /only contain one of/],
    [[{ Put: { Item: key('p') } }, { Delete: { Key: key('p') } }], /multiple operations on one item/],
    [[{ Put: { Item: key('p'), ConditionExpression: 'a =' } }], /Syntax error/],
  ])('is refused where it is malformed: %j', (actions, message) => {
    expect(() => planTransaction(actions, () => stateTable())).toThrow(message);
  });

  it('is one transaction under one token, for ten minutes', () => {
    const tokens = new RequestTokens();
    expect(tokens.isRepeat('t', 'request', 0)).toBe(false);
    tokens.remember('t', 'request', 0);
    expect(tokens.isRepeat('t', 'request', TOKEN_KEPT_MS)).toBe(true);
    expect(() => tokens.isRepeat('t', 'another', 1)).toThrow(/same client token/);
    expect(tokens.isRepeat('t', 'another', TOKEN_KEPT_MS + 1)).toBe(false);
  });
});

describe('a stream record', () => {
  const before: Item = { ...key('p'), n: N(1) };
  const after: Item = { ...key('p'), n: N(2), bytes: { B: new Uint8Array([255, 0]) } };

  it('names the change and carries the images the view asks for', () => {
    const change = { key: key('p'), before, after };
    const record = streamRecord(change, recordContext(7));
    expect(record).toMatchObject({
      eventName: 'MODIFY',
      dynamodb: {
        Keys: key('p'),
        OldImage: before,
        NewImage: { n: N(2), bytes: { B: '/wA=' } },
        ApproximateCreationDateTime: 1_700_000_000,
      },
    });
    const keysOnly = streamRecord(change, { ...recordContext(7), view: 'KEYS_ONLY' });
    expect(keysOnly?.dynamodb).not.toHaveProperty('NewImage');
    expect(keysOnly?.dynamodb).not.toHaveProperty('OldImage');
  });

  it('is not made where nothing changed', () => {
    const same = { key: key('p'), before, after: { ...before } };
    expect(streamRecord(same, recordContext(1))).toBeNull();
    expect(streamRecord({ key: key('p'), before: undefined, after: undefined }, recordContext(1))).toBeNull();
  });

  it('says when the time to live removed the item', () => {
    const gone = streamRecord(
      { key: key('p'), before, after: undefined },
      { ...recordContext(1), expired: true },
    );
    expect(gone).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { principalId: 'dynamodb.amazonaws.com' },
    });
  });
});

function recordContext(sequence: number) {
  const now = 1_700_000_000_123;
  return {
    view: 'NEW_AND_OLD_IMAGES' as const,
    region: 'eu-west-1',
    sequence,
    eventId: String(sequence),
    now,
  };
}

function replay(table: Map<string, unknown>, { eventName, dynamodb }: StreamRecord): void {
  const name = nameOf(dynamodb.Keys as Item);
  expect(table.get(name)).toEqual(dynamodb.OldImage);
  if (eventName === 'REMOVE') table.delete(name);
  else table.set(name, dynamodb.NewImage);
}

function targetOf({ Put, Update, Delete, ConditionCheck }: TransactAction): string {
  return JSON.stringify(
    (Put?.Item as Item | undefined)?.['pk'] ?? ((Update ?? Delete ?? ConditionCheck)!.Key as Item)['pk'],
  );
}
