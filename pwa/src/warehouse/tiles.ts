/** What can be done in a warehouse: a tile each, with the permission that it needs and the sheet that it opens. */
import type { Component } from "svelte";
import type { SheetProps } from "./types";

export interface Tile { id: string; permission: string; sheet: () => Promise<{ default: Component<SheetProps> }> }

export const TILES: Tile[] = [
  { id: "move", permission: "stock.move", sheet: () => import("./MoveSheet.svelte") },
];
