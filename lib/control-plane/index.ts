export { ControlPlane, type ControlPlaneProps } from './control-plane.ts';
export { Notifications, type NotificationsProps } from './notifications.ts';
export { ThresholdParameters, type ThresholdParametersProps } from './threshold-parameters.ts';
export { QuotasParameters, type QuotasParametersProps } from './quotas-parameters.ts';
export { Throttle, type ThrottleProps } from './throttle.ts';
