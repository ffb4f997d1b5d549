//! Sends a picture, which the typed client has no form for.

import { Refusal, type Problem } from './problem.ts';
import { accessToken } from './tokens.ts';

/** The server's own limit; a phone's photograph is larger, and is made smaller before. */
const EDGE = 1280;

export async function upload<Answer>(
  path: string,
  method: 'POST' | 'PATCH',
  field: string,
  file: Blob,
): Promise<Answer> {
  const form = new FormData();
  form.append(field, await shrink(file), 'picture');
  let answer: Response;
  try {
    answer = await fetch(path, { method, body: form, headers: { authorization: `Bearer ${await accessToken()}` } });
  } catch {
    throw new Refusal(0);
  }
  const data: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new Refusal(answer.status, data as Problem);
  return data as Answer;
}

async function shrink(file: Blob): Promise<Blob> {
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, EDGE / Math.max(image.width, image.height));
    if (scale === 1 && file.size < 1_000_000) return file;
    const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
  } catch {
    // The server says what is wrong with it.
    return file;
  }
}
