/** Several small things as one run of bytes, to be sealed together: what is about them as JSON, then their bytes. */
import { type Bytes, concat, fromUtf8, utf8 } from "./bytes";

export interface Item<T> { about: T; bytes: Bytes }

export function pack<T>(items: Item<T>[]): Bytes {
  const head = utf8(`${JSON.stringify(items.map(({ about, bytes }) => [bytes.length, about]))}\n`);
  return concat(head, ...items.map(({ bytes }) => bytes));
}

/** The bytes are views of `data`. */
export function unpack<T>(data: Bytes): Item<T>[] {
  const feed = data.indexOf(10);
  let at = feed + 1;
  return (JSON.parse(fromUtf8(data.subarray(0, feed))) as [number, T][]).map(([length, about]) => {
    at += length;
    return { about, bytes: data.subarray(at - length, at) };
  });
}
