//! What a board may be narrowed to; all of it stands in the address, so that a list can be sent to a friend.

import type { paths } from '../../api/schema.d.ts';

export type Filters = Omit<
  NonNullable<paths['/api/v1/boards/{board}']['get']['parameters']['query']>,
  'limit' | 'after' | 'around'
>;

export const CLASSES: Record<'ipf' | 'traditional', Record<'men' | 'women', string[]>> = {
  ipf: {
    men: ['53', '59', '66', '74', '83', '93', '105', '120', '120+'],
    women: ['43', '47', '52', '57', '63', '69', '76', '84', '84+'],
  },
  traditional: {
    men: ['52', '56', '60', '67.5', '75', '82.5', '90', '100', '110', '125', '140', '140+'],
    women: ['44', '48', '52', '56', '60', '67.5', '75', '82.5', '90', '90+'],
  },
};

const NAMES = ['sex', 'class', 'classes', 'age', 'equipment', 'source', 'basis', 'period', 'country'] as const;

export function filtersOf(query: URLSearchParams): Filters {
  const filters: Filters = {};
  for (const name of NAMES) {
    const value = query.get(name);
    if (value) filters[name] = value;
  }
  if (query.get('following') === 'true') filters.following = true;
  if (query.get('tested') === 'true') filters.tested = true;
  // A class is of a sex.
  if (!filters.sex) delete filters.class;
  return filters;
}

export function queryOf(filters: Filters): URLSearchParams {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined && value !== '' && value !== false);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}
