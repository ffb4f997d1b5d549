//! What the server says of itself; asked once.

import { api, ask, type Schemas } from './api/client.ts';

let known: Promise<Schemas['Site']> | undefined;

export function site(): Promise<Schemas['Site']> {
  known ??= ask(api.GET('/api/v1/site')).catch((error) => {
    known = undefined;
    throw error;
  });
  return known;
}
