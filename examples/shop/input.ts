/** Checks what callers send. A refusal names field, value, rule and fix, and lists every fault. */

import { ON_WRITER, parsePosition } from '../../runtime/index.ts';
import type { Order } from './store.ts';

export interface InputFault {
  readonly field: string;
  readonly value: unknown;
  readonly rule: string;
  readonly fix: string;
}

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: InputFault[] };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ID_MAX = 2 ** 31 - 1;
const QUANTITY_MAX = 1000;
const PRICE_MAX = 1_000_000_00;

export function checkProductId(text: string): Checked<number> {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= 1 && value <= ID_MAX) return { ok: true, value };
  return refused(
    'id',
    text,
    `a product id is a whole number from 1 to ${ID_MAX}`,
    'use the id of a product, such as 1',
  );
}

export function checkOrderId(text: string): Checked<string> {
  if (UUID.test(text)) return { ok: true, value: text.toLowerCase() };
  return refused('id', text, 'an order id is a UUID', 'send the id with which the order was placed');
}

export function checkAfter(text: string | null): Checked<string | null> {
  if (text === null) return { ok: true, value: null };
  const position = text === ON_WRITER ? ON_WRITER : parsePosition(text);
  if (position !== null) return { ok: true, value: position };
  return refused(
    'after',
    text,
    'a position is what POST /orders returned',
    'send it unchanged, or leave it out',
  );
}

export function checkOrder(body: string): Checked<Order> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return refused('body', body, 'the body is one JSON object', 'send {"id", "productId", "quantity"}');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return refused('body', parsed, 'the body is one JSON object', 'send {"id", "productId", "quantity"}');
  }
  const { id, productId, quantity, ...others } = parsed as Record<string, unknown>;
  const faults: InputFault[] = [];
  if (typeof id !== 'string' || !UUID.test(id)) {
    faults.push({
      field: 'id',
      value: id,
      rule: 'an order id is a UUID',
      fix: 'make one with crypto.randomUUID()',
    });
  }
  if (!isWhole(productId, ID_MAX)) {
    const rule = `a product id is a whole number from 1 to ${ID_MAX}`;
    faults.push({ field: 'productId', value: productId, rule, fix: 'send the id of a product' });
  }
  if (!isWhole(quantity, QUANTITY_MAX)) {
    const rule = `a quantity is a whole number from 1 to ${QUANTITY_MAX}`;
    faults.push({ field: 'quantity', value: quantity, rule, fix: 'send 1 or more' });
  }
  for (const [field, value] of Object.entries(others)) {
    faults.push({ field, value, rule: 'an order has id, productId and quantity only', fix: 'leave it out' });
  }
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, value: { id: (id as string).toLowerCase(), productId, quantity } as Order };
}

/** The body of a write of the catalogue. */
export function checkPrice(body: string): Checked<number> {
  const fix = 'send {"priceCents": <number>}';
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return refused('body', body, 'the body is one JSON object', fix);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return refused('body', parsed, 'the body is one JSON object', fix);
  }
  const { priceCents, ...others } = parsed as Record<string, unknown>;
  const faults: InputFault[] = [];
  if (!isWhole(priceCents, PRICE_MAX)) {
    const rule = `a price in cents is a whole number from 1 to ${PRICE_MAX}`;
    faults.push({ field: 'priceCents', value: priceCents, rule, fix });
  }
  for (const [field, value] of Object.entries(others)) {
    faults.push({ field, value, rule: 'a price is priceCents only', fix: 'leave it out' });
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: priceCents as number };
}

function isWhole(value: unknown, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max;
}

const SHOWN_MAX = 120;

function refused(
  field: string,
  value: unknown,
  rule: string,
  fix: string,
): { ok: false; faults: InputFault[] } {
  const shown = typeof value === 'string' ? value.slice(0, SHOWN_MAX) : value;
  return { ok: false, faults: [{ field, value: shown, rule, fix }] };
}
