import { useEffect, useState } from 'react';

import { t } from '../words';
import { locale } from '../words/language';

const hourMinute = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const withSeconds = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long' });
const dayMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' });
const DAY = 86_400;

/** "14:31" */
export const clock = (at: number): string => hourMinute.format(at * 1000);

/** "14:31:07" */
export const clockSeconds = (at: number): string => withSeconds.format(at * 1000);

/** "14 s", "1 min 52 s", "5 h 41 min", "3 days" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t('time.seconds', { s: whole });
  if (whole < 3600) return whole % 60 === 0 || whole >= 600 ? t('time.minutes', { m: Math.floor(whole / 60) }) : t('time.minutes_seconds', { m: Math.floor(whole / 60), s: whole % 60 });
  if (whole < 2 * DAY) return t('time.hours', { h: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60) });
  return t('time.days', { d: Math.floor(whole / DAY) });
}

/** The same words at the start of a line. */
export const capital = (words: string): string => words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);

function daysBetween(earlier: number, later: number): number {
  const midnight = (at: number) => new Date(at * 1000).setHours(0, 0, 0, 0) / 1000;
  return Math.round((midnight(later) - midnight(earlier)) / DAY);
}

/** A moment that has passed: "just now", "12 min ago", "yesterday, 17:40", "Friday", "12 November". */
export function ago(at: number, now: number): string {
  const past = now - at;
  if (past < 60) return t('time.just_now');
  if (past < 3600) return t('time.minutes_ago', { m: Math.floor(past / 60) });
  const days = daysBetween(at, now);
  if (days === 0) return t('time.hours_ago', { h: Math.floor(past / 3600) });
  if (days === 1) return t('time.yesterday', { clock: clock(at) });
  return days < 7 ? weekday.format(at * 1000) : dayMonth.format(at * 1000);
}

/** A moment to come: "today 18:00", "tomorrow 18:00", "Tuesday 18:00", "3 December, 18:00". */
export function until(at: number, now: number): string {
  const days = daysBetween(now, at);
  if (days <= 0) return t('time.today', { clock: clock(at) });
  if (days === 1) return t('time.tomorrow', { clock: clock(at) });
  if (days < 7) return t('time.on_day', { day: weekday.format(at * 1000), clock: clock(at) });
  return t('time.on_date', { day: dayMonth.format(at * 1000), clock: clock(at) });
}

/** A moment of a day: the clock today, the day before that. */
export function when(at: number, now: number): string {
  return daysBetween(at, now) === 0 ? clock(at) : t('time.on_date', { day: dayMonth.format(at * 1000), clock: clock(at) });
}

/** The same inside a sentence: "at 14:31", "on 3 December at 14:31". */
export function atWhen(at: number, now: number): string {
  return daysBetween(at, now) === 0 ? t('time.at', { clock: clock(at) }) : t('time.at_date', { day: dayMonth.format(at * 1000), clock: clock(at) });
}

/** Seconds since the epoch, kept current. */
export function useNow(everyMs = 1000): number {
  const [now, tick] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now() / 1000), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
