import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { InvalidInput, type Fault } from '../../core/errors.ts';
import { defaultQuotasPath } from '../../core/naming.ts';
import {
  BURST_S_DEFAULT,
  CALLER_QUOTA_DEFAULT,
  type CallerQuota,
  type ResourceQuotas,
} from '../../core/throttle/index.ts';

export interface QuotasParametersProps {
  readonly environmentName: string;
  readonly resources: readonly ResourceQuotas[];
}

/** What a standard parameter holds; a larger one would cost a fee a month. */
const VALUE_BYTES_MAX = 4096;

/**
 * The quotas that the template owns: one parameter below `/defaults/quotas` for each resource, a JSON document.
 * It has no pattern, as no pattern checks a document: `reconcile` reads it as a whole and keeps the one before
 * when it refuses it. Nothing is made below `/overrides`: that layer is the engineer's.
 * @throws InvalidInput when a document is too large for a standard parameter
 */
export class QuotasParameters extends Construct {
  readonly parameters: readonly ssm.StringParameter[];

  constructor(scope: Construct, id: string, props: QuotasParametersProps) {
    super(scope, id);
    const faults = props.resources.flatMap(sizeFaults);
    if (faults.length > 0) throw new InvalidInput(`The quotas of '${props.environmentName}'`, faults);
    this.parameters = props.resources.map(
      (quotas) =>
        new ssm.StringParameter(this, quotas.resource, {
          parameterName: defaultQuotasPath(props.environmentName, quotas.resource),
          stringValue: quotasDocument(quotas),
          description: `Quotas of ${quotas.resource}, which ${quotas.application} enforces. One JSON document.`,
          tier: ssm.ParameterTier.STANDARD,
        }),
    );
  }
}

/** The document of a resource as `parseQuotas` reads it; what has its default is left out, to save room. */
export function quotasDocument({ capacityPerS, burstS, callers, others }: ResourceQuotas): string {
  const named = Object.entries(callers).map(([name, quota]) => [name, written(quota)]);
  return JSON.stringify({
    capacityPerS,
    ...(burstS === BURST_S_DEFAULT ? {} : { burstS }),
    ...(named.length === 0 ? {} : { callers: Object.fromEntries(named) }),
    ...(Object.keys(written(others)).length === 0 ? {} : { others: written(others) }),
  });
}

function written(quota: CallerQuota): Partial<CallerQuota> {
  const terms = Object.entries(quota) as [keyof CallerQuota, unknown][];
  return Object.fromEntries(terms.filter(([name, value]) => value !== CALLER_QUOTA_DEFAULT[name]));
}

function sizeFaults(quotas: ResourceQuotas): readonly Fault[] {
  const bytes = Buffer.byteLength(quotasDocument(quotas));
  if (bytes <= VALUE_BYTES_MAX) return [];
  return [
    {
      field: `throttle.${quotas.resource}`,
      value: `a document of ${bytes} bytes`,
      rule: `must fit into a standard parameter of ${VALUE_BYTES_MAX} bytes`,
      fix: 'name only callers with terms of their own, by shorter names; all the rest are others',
    },
  ];
}
