export type { EdgeRateRule, EdgeRateRulesProps, ForwardedAddress } from './rate-rules-props.ts';
export { EdgeRateRules } from './rate-rules.ts';
