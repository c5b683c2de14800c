/** What can be done in a warehouse: a tile each, with the permission that it needs and the sheet that it opens. */
import type { Component } from "svelte";
import type { SheetProps } from "./types";

/** `whole`: it is a screen of its own, not a dialog over the tiles. */
export interface Tile { id: string; permission: string; whole?: true; sheet: () => Promise<{ default: Component<SheetProps> }> }

export const TILES: Tile[] = [
  { id: "receive", permission: "lot.receive", whole: true, sheet: () => import("../receiving/WarehouseSheet.svelte") },
  { id: "move", permission: "stock.move", sheet: () => import("./MoveSheet.svelte") },
  { id: "split", permission: "stock.move", sheet: () => import("./SplitSheet.svelte") },
  { id: "merge", permission: "stock.move", sheet: () => import("./MergeSheet.svelte") },
  { id: "count", permission: "stock.move", sheet: () => import("./CountSheet.svelte") },
  { id: "sample", permission: "sample.take", sheet: () => import("../inspection/WarehouseSample.svelte") },
  { id: "custody", permission: "sample.take", sheet: () => import("../inspection/WarehouseCustody.svelte") },
];
