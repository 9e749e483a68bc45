/**
 * Which action a request meets. Sources: guide "Listener rules" (rules in the order of their priority, all conditions
 * of one must match, any value of a condition) and its condition types: `*` stands for any characters and `?` for one;
 * paths count case, hosts and headers do not, methods have no wildcards.
 */

import type { Action, Condition } from '../model.ts';
import type { ListenerConfig } from '../node-protocol.ts';

export interface RequestView {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** The Host header, without its port. */
  readonly host: string;
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined;
}

export interface Met {
  readonly action: Action;
  /** `0` for the default action, as access logs write it. */
  readonly priority: number;
}

export function ruleFor(listener: ListenerConfig, request: RequestView): Met {
  const rule = listener.rules.find(({ conditions }) => conditions.every((one) => matches(one, request)));
  return rule ?? { action: listener.defaultAction, priority: 0 };
}

function matches(condition: Condition, request: RequestView): boolean {
  switch (condition.field) {
    case 'path-pattern':
      return condition.values.some((pattern) => wildcard(pattern, request.path, ''));
    case 'host-header':
      return condition.values.some((pattern) => wildcard(pattern, request.host, 'i'));
    case 'http-request-method':
      return condition.values.includes(request.method);
    default: {
      const value = request.header(condition.header);
      return value !== undefined && condition.values.some((pattern) => wildcard(pattern, value, 'i'));
    }
  }
}

const compiled = new Map<string, RegExp>();

function wildcard(pattern: string, text: string, flags: string): boolean {
  const key = `${flags} ${pattern}`;
  let expression = compiled.get(key);
  if (expression === undefined) {
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    expression = new RegExp(`^${source}$`, `s${flags}`);
    compiled.set(key, expression);
  }
  return expression.test(text);
}
