//! The rest between two sets. What is kept is when it ends, so that it is right after the phone has slept.

import { t } from '../i18n/index.svelte.ts';

export const rest = $state({ endsAt: null as number | null, seconds: 0, now: Date.now() });

let ticking: ReturnType<typeof setInterval> | undefined;
let alarm: ReturnType<typeof setTimeout> | undefined;

/** Seconds that are left; 0 when it is over. */
export const left = () => (rest.endsAt === null ? 0 : Math.max(0, Math.ceil((rest.endsAt - rest.now) / 1000)));

export function startRest(seconds: number, endsAt = Date.now() + seconds * 1000) {
  clear();
  if (seconds <= 0 || endsAt <= Date.now()) return;
  Object.assign(rest, { endsAt, seconds, now: Date.now() });
  ticking = setInterval(() => (rest.now = Date.now()), 250);
  alarm = setTimeout(ring, endsAt - Date.now());
}

export function moreRest(seconds: number) {
  if (rest.endsAt !== null) startRest(rest.seconds + seconds, rest.endsAt + seconds * 1000);
}

export function clear() {
  clearInterval(ticking);
  clearTimeout(alarm);
  rest.endsAt = null;
}

/** May be asked for only after a tap. */
export function mayNotify() {
  if ('Notification' in window && Notification.permission === 'default') void Notification.requestPermission();
}

function ring() {
  navigator.vibrate?.([200, 100, 200]);
  beep();
  if (document.visibilityState === 'hidden' && 'Notification' in window && Notification.permission === 'granted') {
    void navigator.serviceWorker?.ready.then((worker) =>
      worker.showNotification(t('rest.over'), { tag: 'rest', icon: '/icon-192.png' }),
    );
  }
  // The sign that it is over stays until the next set.
  rest.now = Date.now();
  clearInterval(ticking);
}

function beep() {
  try {
    const context = new AudioContext();
    const tone = context.createOscillator();
    const volume = context.createGain();
    volume.gain.value = 0.15;
    tone.frequency.value = 880;
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.25);
    tone.onended = () => void context.close();
  } catch {
    // No sound here.
  }
}

let lock: WakeLockSentinel | null = null;

/** Keeps the screen awake while a workout is shown; the browser lets go of it with each change of tab. */
export async function keepAwake() {
  try {
    lock = (await navigator.wakeLock?.request('screen')) ?? null;
  } catch {
    // A low battery, or a browser that cannot.
  }
}

export function letSleep() {
  void lock?.release().catch(() => undefined);
  lock = null;
}
