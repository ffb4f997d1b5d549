//! English in letters that are none, longer, from right to left: what stays readable was never translated.

const FROM = 'aeiouyAEIOUYcnsz';
const TO = 'åéîøüýÅÉÎØÜÝçñšž';

function pseudo(text: string): string {
  const parts = text.split(/(\{\w+\})/);
  const changed = parts.map((part) =>
    part.startsWith('{') ? part : [...part].map((letter) => TO[FROM.indexOf(letter)] ?? letter).join(''),
  );
  return `‏[${changed.join('')} ~]`;
}

export default (messages: Record<string, string>) =>
  Object.fromEntries(Object.entries(messages).map(([key, text]) => [key, pseudo(text)]));
