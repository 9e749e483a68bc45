export { ControlPlane, type ControlPlaneProps } from './control-plane.ts';
export { Notifications, type NotificationsProps } from './notifications.ts';
export { ThresholdParameters, type ThresholdParametersProps } from './threshold-parameters.ts';
