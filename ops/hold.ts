/**
 * Hold and release: the pause of a tier, or of all of them. A controller reads it right before each call that it
 * makes; the data plane never looks at it. Every change is kept, with who and why (SEC-21).
 */

import { DynamoDBClient, TransactWriteItemsCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { InvalidInput } from '../core/errors.ts';
import { TIERS } from '../core/naming.ts';
import { isPaused } from '../core/state/control.ts';
import type { ControlChangeItem, ControlItem } from '../core/state/items.ts';
import { controlChangeKey, controlKey } from '../core/state/keys.ts';
import type { StateStore } from '../core/ports/index.ts';
import { toAttributes } from '../lambdas/shared/attribute-values.ts';
import type { Target } from './target.ts';

/** A tier, or every one of them. */
export const ALL = 'all';
const DAY_MS = 86_400_000;
/** As long as the ledger. */
const KEPT_MS = 400 * DAY_MS;

/** Writes the pause and its history as one. */
export interface HoldDesk {
  write(change: ControlChangeItem): Promise<void>;
}

export function holdDesk(target: Target, table: string): HoldDesk {
  return {
    write: async (change) => {
      const client = new DynamoDBClient({ ...target });
      try {
        await client.send(new TransactWriteItemsCommand({ TransactItems: transaction(table, change) }));
      } finally {
        client.destroy();
      }
    },
  };
}

function transaction(
  table: string,
  change: ControlChangeItem,
): NonNullable<ConstructorParameters<typeof TransactWriteItemsCommand>[0]['TransactItems']> {
  const { tier, by, why, at, until } = change;
  const paused = change.change === 'hold';
  const expiresAt = Math.floor((at + KEPT_MS) / 1000);
  return [
    {
      Update: {
        TableName: table,
        Key: attributes(controlKey(tier)),
        // The mode of the tier is somebody else's word: it stays as it is.
        UpdateExpression:
          'SET kind = :kind, paused = :paused, #by = :by, why = :why, #at = :at, #until = :until, #mode = if_not_exists(#mode, :none)',
        ExpressionAttributeNames: { '#by': 'by', '#at': 'at', '#until': 'until', '#mode': 'mode' },
        ExpressionAttributeValues: attributes({
          ':kind': 'control' satisfies ControlItem['kind'],
          ':paused': paused,
          ':by': by,
          ':why': why,
          ':at': at,
          ':until': until,
          ':none': null,
        }),
      },
    },
    { Put: { TableName: table, Item: attributes({ ...change, ...controlChangeKey(tier, at), expiresAt }) } },
  ];
}

function attributes(item: object): Record<string, AttributeValue> {
  return toAttributes(item) as Record<string, AttributeValue>;
}

/** @throws InvalidInput for what is no tier */
export function tierOf(text: string): string {
  const legal = [...TIERS, ALL];
  if (legal.includes(text)) return text;
  throw new InvalidInput('The command', [
    { field: '<tier>', value: text, rule: 'is a tier, or all', fix: `one of: ${legal.join(', ')}` },
  ]);
}

/** What pauses the tier now, nearest first: its own item, that of all, both or none. */
export async function holdsOn(
  store: Pick<StateStore, 'readControl'>,
  tier: string,
  now: number,
): Promise<readonly { readonly tier: string; readonly item: ControlItem }[]> {
  const names = tier === ALL ? [ALL] : [tier, ALL];
  const items = await Promise.all(names.map((name) => store.readControl(name)));
  return names.flatMap((name, i) => {
    const item = items[i]!;
    return item !== null && isPaused(item, now) ? [{ tier: name, item }] : [];
  });
}

/** For people: `the database tier`, `every tier`. */
export function named(tier: string): string {
  return tier === ALL ? 'every tier' : `the ${tier} tier`;
}
