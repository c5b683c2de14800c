/** The core of this page. */
import { browser } from "./browser";
import { Engine } from "./engine";
import type { Core } from "./types";

export const core: Core = new Engine(browser);
