//! The server's time: a phone's clock may be wrong, and a workout of tomorrow is not taken.

let ahead = 0;

/** Takes the `Date` of an answer. Within a minute a clock is right. */
export function heard(date: string | null) {
  const theirs = date ? Date.parse(date) : NaN;
  if (Number.isNaN(theirs)) return;
  const difference = Date.now() - theirs;
  ahead = Math.abs(difference) > 60_000 ? difference : 0;
}

/** A time of this device's clock, as the server's would tell it. */
export const corrected = (time: string): string => new Date(Date.parse(time) - ahead).toISOString();

export const isWrong = () => ahead !== 0;
