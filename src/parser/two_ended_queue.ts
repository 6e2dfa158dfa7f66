/** A queue with two ends to take from, in constant time. */

export interface TwoEndedQueue<Item> {
  push(item: Item): void;
  takeOldest(): Item | undefined;
  takeNewest(): Item | undefined;
  size(): number;
}

export function makeTwoEndedQueue<Item>(): TwoEndedQueue<Item> {
  let items: Item[] = [];
  let first = 0;
  return {
    push: (item) => void items.push(item),
    takeOldest() {
      const item = items[first];
      if (first < items.length) first += 1;
      // Frees the taken items once they outnumber the rest.
      if (first * 2 > items.length) {
        items = items.slice(first);
        first = 0;
      }
      return item;
    },
    takeNewest: () => items.length > first ? items.pop() : undefined,
    size: () => items.length - first,
  };
}
