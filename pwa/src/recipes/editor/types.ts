/** What the server says of drafts of recipes. */
import type { Named } from "../../api/types";
import type { Product } from "../types";
import type { Master } from "./change";

export interface DraftLine { recipe: string; product: Product; revision: number; by: Named; at: string }
/** `next`: the number of the version that it would be. */
export interface DraftView { recipe: string; revision: number; content: Master; next: number; by: Named; at: string }
