/** Shapes of the estimator: what it reads and what it answers. Money is USD a month, a month has 730 hours. */

export interface Price {
  readonly usd: number;
  /** The unit, in words. */
  readonly per: string;
  /** False where nobody compared the number with a source of its date. */
  readonly verified: boolean;
  readonly source: string;
}

export type PriceName =
  | 'acceleratorHour'
  | 'auroraIo'
  | 'auroraStorageGbMonth'
  | 'balancerHour'
  | 'balancerUnitHour'
  | 'cloudMapCall'
  | 'cloudMapInstanceMonth'
  | 'cloudwatchAlarmMonth'
  | 'cloudwatchCompositeAlarmMonth'
  | 'cloudwatchHighResolutionAlarmMonth'
  | 'cloudwatchMetricMonth'
  | 'dynamodbPitrGbMonth'
  | 'dynamodbReadUnit'
  | 'dynamodbStorageGbMonth'
  | 'dynamodbWriteUnit'
  | 'fargateArmGbHour'
  | 'fargateArmVcpuHour'
  | 'kmsKeyMonth'
  | 'lambdaArmGbSecond'
  | 'lambdaRequest'
  | 'logsIngestedGb'
  | 'logsStoredGbMonth'
  | 'natGatewayHour'
  | 'publicAddressHour'
  | 'route53HealthCheckFeatureMonth'
  | 'route53HealthCheckMonth'
  | 'route53ZoneMonth'
  | 'schedulerInvocation'
  | 'secretMonth'
  | 'sqsRequest'
  | 'wafRequest'
  | 'wafRuleMonth'
  | 'wafWebAclMonth';

/** A price file, `docs/prices/<year>-<month>.json`. */
export interface PriceFile {
  /** The day on which the numbers were written down. */
  readonly date: string;
  readonly region: string;
  readonly currency: string;
  readonly note: string;
  readonly prices: Readonly<Record<PriceName, Price>>;
  /** Database instances, by class. */
  readonly instanceHours: Readonly<Record<string, Price>>;
  /** Cache nodes of Valkey, by type. */
  readonly nodeHours: Readonly<Record<string, Price>>;
}

/** As much of a CloudFormation template as the estimator reads. */
export interface CostTemplate {
  readonly Resources: Readonly<Record<string, CostResource>>;
}

export interface CostResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface LineItem {
  readonly what: string;
  /** How the quantity came about, in numbers. */
  readonly because: string;
  readonly quantity: number;
  /** Its name in the price file: a price, or a class of instance. */
  readonly price: string;
  readonly usd: number;
}

export interface Estimate {
  readonly items: readonly LineItem[];
  readonly usd: number;
}
