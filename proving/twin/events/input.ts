/** What a target is given of an event: all of it, a part, a constant, or a template filled in. */

import type { Event } from './event.ts';

export interface InputRules {
  /** Constant JSON text. */
  readonly input?: string | undefined;
  /** `$.detail.x`. */
  readonly inputPath?: string | undefined;
  readonly transformer?: InputTransformer | undefined;
}

export interface InputTransformer {
  readonly paths: Readonly<Record<string, string>>;
  readonly template: string;
}

export interface RuleContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly ingestionTime: string;
}

/** The payload. Text that is JSON is handed on parsed, as every target but a queue would parse it. */
export function targetInput(rules: InputRules, event: Event, context: RuleContext): unknown {
  if (rules.input !== undefined) return parsedOrText(rules.input);
  if (rules.inputPath !== undefined) return valueAtPath(event, rules.inputPath) ?? null;
  if (rules.transformer !== undefined) return transformed(rules.transformer, event, context);
  return event;
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Dot notation with list indexes: `$.detail.items[0].id`, or `$` for the whole event. */
export function valueAtPath(event: unknown, path: string): unknown {
  const steps = path.replace(/^\$\.?/, '').match(/[^.[\]]+/g) ?? [];
  return steps.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    return (value as Record<string, unknown>)[step];
  }, event);
}

const PLACEHOLDER = /<([A-Za-z0-9_.-]+)>/g;

/**
 * Fills the template. Outside quotes a value stands as JSON, within quotes as text; a value that the event does
 * not have is `null` outside quotes and nothing within.
 */
function transformed(transformer: InputTransformer, event: Event, context: RuleContext): unknown {
  const { template } = transformer;
  const quoted = quotedPositions(template);
  const filled = template.replace(PLACEHOLDER, (placeholder: string, name: string, at: number) => {
    const value = variable(name, transformer, event, context);
    if (value === UNKNOWN) return placeholder;
    return quoted[at] ? textOf(value) : (JSON.stringify(value) ?? 'null');
  });
  return parsedOrText(filled);
}

const UNKNOWN = Symbol('unknown variable');

function variable(name: string, { paths }: InputTransformer, event: Event, context: RuleContext): unknown {
  if (Object.hasOwn(paths, name)) return valueAtPath(event, paths[name]!);
  switch (name) {
    case 'aws.events.rule-arn':
      return context.ruleArn;
    case 'aws.events.rule-name':
      return context.ruleName;
    case 'aws.events.event.ingestion-time':
      return context.ingestionTime;
    case 'aws.events.event':
    case 'aws.events.event.json':
      return event;
    default:
      return UNKNOWN;
  }
}

/** For each position, whether it is inside a JSON string. */
function quotedPositions(template: string): boolean[] {
  const quoted: boolean[] = [];
  let inside = false;
  for (let i = 0; i < template.length; i++) {
    if (template[i] === '\\' && inside) {
      quoted.push(true, true);
      i++;
      continue;
    }
    if (template[i] === '"') inside = !inside;
    quoted.push(inside);
  }
  return quoted;
}

/** A value within a JSON string: its characters escaped as JSON needs, without quotes of its own. */
function textOf(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return JSON.stringify(text).slice(1, -1);
}
