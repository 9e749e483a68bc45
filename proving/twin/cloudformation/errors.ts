/** A template that cannot be used: says what is wrong, in which resource and at which path. */

import { UnderstudyError } from '../../../core/errors.ts';

export class TemplateError extends UnderstudyError {
  /** Place in the template, e.g. `Resources/Topic/Properties/Name/Fn::GetAtt`; empty for the template as a whole. */
  readonly path: string;
  /** The resource the path lies in; null for other sections. */
  readonly logicalId: string | null;
  /** The message without its place. */
  readonly reason: string;

  constructor(reason: string, path: string) {
    super(path === '' ? reason : `${reason} (at ${path})`, { code: 'template-invalid', advice: 'give-up' });
    this.reason = reason;
    this.path = path;
    this.logicalId = logicalIdOf(path);
  }
}

export function fail(reason: string, path: string): never {
  throw new TemplateError(reason, path);
}

function logicalIdOf(path: string): string | null {
  const [section, name] = path.split('/');
  return section === 'Resources' && name !== undefined ? name : null;
}
