//! A line that tells what was just done, and goes again.

export const notices = $state({ list: [] as { id: number; text: string; isBad: boolean }[] });

let last = 0;

export function say(text: string, isBad = false) {
  const id = ++last;
  notices.list.push({ id, text, isBad });
  setTimeout(() => (notices.list = notices.list.filter((notice) => notice.id !== id)), isBad ? 8000 : 4000);
}
