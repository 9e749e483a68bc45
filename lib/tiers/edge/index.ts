export { AccessLogs, type AccessLogsProps } from './access-logs.ts';
export { EdgeTier } from './edge-tier.ts';
export type { EdgeTierProps } from './edge-tier-props.ts';
export { FailoverEndpoint } from './failover-endpoint.ts';
export type {
  EndpointSignal,
  FailoverEndpointProps,
  FailoverTarget,
  HealthSignal,
  MetricSignal,
} from './failover-props.ts';
export { edgeHealthyMetric } from './health-signal.ts';
export type { EdgeRateRule, EdgeRateRulesProps, ForwardedAddress } from './rate-rules-props.ts';
export { EdgeRateRules } from './rate-rules.ts';
export { StaticEntry, type StaticEntryProps } from './static-entry.ts';
export { StaticPage, type StaticPageProps } from './static-page.ts';
