/** How the failure of a resource is told. */

import { TemplateError } from '../../../twin/cloudformation/index.ts';
import { AwsError } from '../../kernel/index.ts';

/** A resource failed but may stand in part, under this identity, and must be deleted. */
export class FailedWithIdentity extends Error {
  readonly physicalId: string;

  constructor(message: string, physicalId: string) {
    super(message);
    this.name = 'FailedWithIdentity';
    this.physicalId = physicalId;
  }
}

/** The reason shown in the stack's events. */
export function reasonOf(error: unknown): string {
  if (error instanceof AwsError) {
    return `Resource handler returned message: "${error.message}" (HandlerErrorCode: ${error.code})`;
  }
  if (error instanceof TemplateError || error instanceof FailedWithIdentity) return error.message;
  return error instanceof Error ? `Resource handler returned message: "${error.message}"` : String(error);
}
