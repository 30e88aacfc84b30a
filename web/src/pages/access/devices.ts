import type { SessionView } from '../../api/types';

/** Sessions note that they are in use at most once in this many seconds. */
const NOTED_EVERY = 120;

/** Whether a device is held in the hand. */
export function isPhone(device: string): boolean {
  return /iphone|ipad|ipod|android|phone|mobile/i.test(device);
}

/** Whether an address is the studio's own machine. */
export function isOwnMachine(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** Whether somebody is at it now. */
export function isHere(device: SessionView, now: number): boolean {
  return device.current || now - device.seen_at < NOTED_EVERY;
}

/** This one first, then by last use. */
export function byUse(devices: readonly SessionView[]): SessionView[] {
  return [...devices].sort((one, other) => Number(other.current) - Number(one.current) || other.seen_at - one.seen_at);
}
