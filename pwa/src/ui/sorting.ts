/** Drag and drop by Sortable. It moves nodes that are Svelte's: each is put back at once, and the form changed instead. */
import Sortable, { type SortableEvent } from "sortablejs";

export interface Lists {
  /** The list's pointer, as `sections/0/fields`; "" is the palette. */
  list: string;
  /** Which lists may give to one another. */
  group: string;
  handle?: string;
  /** Whether something of a type may be put here. */
  takes: (type: string) => boolean;
  onmove?: (pointer: string, list: string, index: number) => void;
  onadd?: (type: string, list: string, index: number) => void;
}

const CALM = "(prefers-reduced-motion: reduce)";

export function sorting(node: HTMLElement, given: Lists): { update(next: Lists): void; destroy(): void } {
  let lists = given;
  let anchor: ChildNode | null = null;
  node.dataset["list"] = lists.list;
  const fromPalette = lists.list === "";

  function drop(event: SortableEvent): void {
    const { item, from, to, newDraggableIndex: index } = event;
    if (fromPalette && to !== from) event.clone.replaceWith(item);
    else from.insertBefore(item, anchor);
    const list = to.dataset["list"];
    if (index === undefined || list === undefined || (fromPalette && to === from)) return;
    if (fromPalette) lists.onadd?.(item.dataset["type"] ?? "", list, index);
    else lists.onmove?.(item.dataset["pointer"] ?? "", list, index);
  }

  const sortable = Sortable.create(node, {
    group: { name: lists.group, pull: fromPalette ? "clone" : true, put: (_to, _from, dragged) => !fromPalette && lists.takes((dragged as HTMLElement).dataset["type"] ?? "") },
    sort: !fromPalette,
    draggable: ".item",
    animation: window.matchMedia(CALM).matches ? 0 : 120,
    // The same by mouse, pen and finger, whatever the browser's own dragging does.
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 5,
    emptyInsertThreshold: 12,
    ...(lists.handle ? { handle: lists.handle } : {}),
    onStart: ({ item }) => (anchor = item.nextSibling),
    onEnd: drop,
  });
  return {
    update(next) {
      lists = next;
      node.dataset["list"] = next.list;
    },
    destroy: () => sortable.destroy(),
  };
}
