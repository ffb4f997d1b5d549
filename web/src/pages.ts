//! Which page a URL means. A page is loaded when it is first wanted.
//!
//! Part of the first code that runs (start.ts): it must need nothing of the rest.

import { parse } from 'regexparam';
import type { Component } from 'svelte';

export type Page = { default: Component };
type Load = () => Promise<Page>;

/** `true`: only for whoever is signed in. */
const PAGES: [path: string, load: Load, isForMembers?: true][] = [
  ['/', async () => ({ default: (await import('./pages/first.ts')).Home })],
  ['/boards', () => import('./pages/Boards.svelte')],
  ['/boards/:board', async () => ({ default: (await import('./pages/first.ts')).Board })],
  ['/lift', () => import('./pages/Lift.svelte'), true],
  ['/train', () => import('./pages/Train.svelte'), true],
  ['/train/workout', () => import('./pages/Workout.svelte'), true],
  ['/train/routines/:id', () => import('./pages/Routine.svelte'), true],
  ['/train/shared/:code', () => import('./pages/SharedRoutine.svelte')],
  ['/u/:name', () => import('./pages/Profile.svelte'), true],
  ['/history', () => import('./pages/History.svelte'), true],
  ['/history/:id', () => import('./pages/HistoryWorkout.svelte'), true],
  ['/exercises', () => import('./pages/Exercises.svelte')],
  ['/exercises/:id', () => import('./pages/Exercise.svelte')],
  ['/quests', () => import('./pages/Quests.svelte'), true],
  ['/feed', () => import('./pages/Feed.svelte'), true],
  ['/people', () => import('./pages/People.svelte'), true],
  ['/guilds', () => import('./pages/Guilds.svelte'), true],
  ['/guilds/:id', () => import('./pages/Guild.svelte'), true],
  ['/settings', () => import('./pages/Settings.svelte'), true],
  ['/moderation', () => import('./pages/Moderation.svelte'), true],
  ['/register', () => import('./pages/account/Register.svelte')],
  ['/welcome', () => import('./pages/account/Welcome.svelte'), true],
  ['/login', () => import('./pages/account/Login.svelte')],
  ['/forgot', () => import('./pages/account/Forgot.svelte')],
  // As the program's mails write them, and in short.
  ['/reset-password', () => import('./pages/account/Reset.svelte')],
  ['/verify-email', () => import('./pages/account/Verify.svelte')],
  ['/verify', () => import('./pages/account/Verify.svelte')],
];

const routes = PAGES.map(([path, load, isForMembers]) => ({
  ...parse(path),
  load,
  isForMembers: isForMembers ?? false,
}));
const missing: Load = () => import('./pages/NotFound.svelte');

export function pageAt(pathname: string) {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  const route = routes.find((route) => route.pattern.test(path));
  const found = route?.pattern.exec(path);
  const params = Object.fromEntries((route?.keys ?? []).map((key, at) => [key, decode(found?.[at + 1] ?? '')]));
  return { path, params, isForMembers: route?.isForMembers ?? false, load: route?.load ?? missing };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
