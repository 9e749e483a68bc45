export { ControlPlane, type ControlPlaneProps, type WatchedTasks } from './control-plane.ts';
export { FrontFunction, type FrontFunctionProps, type WatchedEdge } from './front-function.ts';
export { Notifications, type NotificationsProps } from './notifications.ts';
export { ThresholdParameters, type ThresholdParametersProps } from './threshold-parameters.ts';
export { QuotasParameters, type QuotasParametersProps } from './quotas-parameters.ts';
export { StrategyParameters, type StrategyParametersProps } from './strategy-parameters.ts';
export { Throttle, type ThrottleProps } from './throttle.ts';
