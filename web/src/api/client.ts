//! The API, typed by its own document (tests/data/openapi.json).

import createClient, { type Middleware } from 'openapi-fetch';
import { Refusal, type Problem } from './problem.ts';
import type { components, paths } from './schema.d.ts';
import { accessToken, renew, wasSignedIn } from './tokens.ts';
import { heard } from '../clock.ts';
import { takeEarly } from '../early.ts';

export type Schemas = components['schemas'];

const OPEN = /\/(auth\/(login|register|refresh|forgot-password|reset-password|verify-email)|users\/(login|refresh))$/;

/** What the service worker has for everybody, session or not. */
const FOR_ANYBODY = /\/api\/v1\/(site|exercises)$/;

const authorize: Middleware = {
  async onRequest({ request }) {
    const { pathname } = new URL(request.url);
    if (OPEN.test(pathname)) return;
    const token = await accessToken();
    // A session that cannot be renewed at the moment is as good as no network.
    if (!token && wasSignedIn() && !FOR_ANYBODY.test(pathname)) throw new TypeError('no token at the moment');
    if (token) request.headers.set('authorization', `Bearer ${token}`);
    return request;
  },
  onResponse({ request, response }) {
    heard(response.headers.get('date'));
    if (response.status === 401 && request.headers.has('authorization')) renew();
  },
};

export const api = createClient<paths>({ baseUrl: '/', fetch: (request) => takeEarly(request) ?? fetch(request) });
api.use(authorize);

/** The data of an answer, or a `Refusal`. */
export async function ask<Data>(
  answer: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<NonNullable<Data>> {
  let settled;
  try {
    settled = await answer;
  } catch {
    throw new Refusal(0);
  }
  if (!settled.response.ok) throw new Refusal(settled.response.status, settled.error as Problem | undefined);
  return settled.data as NonNullable<Data>;
}
