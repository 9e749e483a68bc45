import type { ThresholdSpec } from './types.ts';

/** Longer texts are refused unread: no legal number needs them. */
const TEXT_LENGTH_MAX = 32;
const DECIMAL = /^\d+(\.\d+)?$/;

export type Parsed =
  | { readonly ok: true; readonly value: number }
  /** `rule` is a sentence without a full stop. */
  | { readonly ok: false; readonly rule: string };

/** The text of a parameter as a legal value of its threshold, or the rule it breaks (I-31). */
export function parseThreshold(spec: ThresholdSpec, text: string): Parsed {
  if (text.trim() === '') return { ok: false, rule: 'must not be empty' };
  if (text.length > TEXT_LENGTH_MAX) {
    return { ok: false, rule: `must have at most ${TEXT_LENGTH_MAX} characters` };
  }
  if (!DECIMAL.test(text.trim())) return { ok: false, rule: 'must be a plain decimal number' };
  return checkThreshold(spec, Number(text.trim()));
}

/** A number as a legal value of its threshold, or the rule it breaks. */
export function checkThreshold(spec: ThresholdSpec, value: unknown): Parsed {
  if (typeof value !== 'number' || !Number.isFinite(value)) return { ok: false, rule: 'must be a number' };
  if (spec.integer && !Number.isInteger(value)) return { ok: false, rule: 'must be a whole number' };
  if (value < spec.min || value > spec.max) {
    return { ok: false, rule: `must lie between ${spec.min} and ${spec.max} ${spec.unit}` };
  }
  return { ok: true, value };
}
